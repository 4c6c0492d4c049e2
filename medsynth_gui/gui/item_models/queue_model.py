"""The queue as a list: a picture, the sample and why it stands where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from medsynth_gui.dataset.ranking import Ranked
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.item_models.thumbnails import Thumbnails
from medsynth_gui.gui.job_queue import JobQueue
from medsynth_gui.gui.review_words import reason_words
from medsynth_gui.gui.theme import SPACE, Theme

RANKED_ROLE = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex
_ROW = 76
_PICTURE = QSize(60, 56)


@dataclass(frozen=True)
class _Pictured:
    """What a thumbnail is made of."""

    sample: Sample

    @property
    def key(self) -> str:
        return f"{self.sample.id}@{self.sample.image_sha256[:12]}"

    def gray(self) -> npt.NDArray[np.uint8]:
        from medsynth_gui.io.raster_files import read_gray

        return read_gray(self.sample.image)


class QueueModel(QAbstractListModel):
    """Ranked samples, the most urgent first; `RANKED_ROLE` is the `Ranked`."""

    def __init__(self, queue: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Ranked] = []
        self._thumbnails = Thumbnails(queue, self)
        self._thumbnails.made.connect(self._made)

    @property
    def rows(self) -> Sequence[Ranked]:
        return self._rows

    def set_rows(self, rows: Sequence[Ranked]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_of(self, identity: str) -> int:
        """The row of a sample; -1 where it does not wait."""
        return next((row for row, one in enumerate(self._rows) if one.sample.id == identity), -1)

    def remove(self, identity: str) -> int:
        """Take a sample out; the row it had, -1 where it did not wait."""
        row = self.row_of(identity)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._rows[row]
            self.endRemoveRows()
        return row

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        ranked = self._rows[index.row()]
        if role == RANKED_ROLE:
            return ranked
        if role == Qt.ItemDataRole.DisplayRole:
            return ranked.sample.id
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{ranked.sample.id}\n{reason_words(ranked)}"
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnails.find(_Pictured(ranked.sample))
        return None

    def _made(self, _: list[str]) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1),
                                  [int(Qt.ItemDataRole.DecorationRole)])


class QueueDelegate(QStyledItemDelegate):
    """A row: the picture, the name, and the reason in two lines."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ranked: Ranked = index.data(RANKED_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = option.rect.adjusted(1, 3, -1, -3)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(self._theme.color("accent" if selected else "line"), 1))
            painter.setBrush(self._theme.color("raised" if selected else "panel"))
            painter.drawRoundedRect(box, SPACE.RADIUS, SPACE.RADIUS)
        frame = QRect(box.left() + SPACE.S, box.top() + SPACE.S - 1, _PICTURE.width(), _PICTURE.height())
        self._paint_picture(painter, frame, index)
        words = QRect(frame.right() + SPACE.S, box.top() + SPACE.XS, box.right() - frame.right() - 2 * SPACE.S,
                      box.height() - 2 * SPACE.XS)
        self._paint_words(painter, words, ranked, strong=selected)
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRect, index: Index) -> None:
        painter.fillRect(frame, self._theme.color("stage"))
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if pixmap is not None and not pixmap.isNull():
            side = min(pixmap.width() / frame.width(), pixmap.height() / frame.height())
            width, height = int(frame.width() * side), int(frame.height() * side)
            painter.drawPixmap(frame, pixmap, QRect((pixmap.width() - width) // 2, (pixmap.height() - height) // 2,
                                                    width, height))

    def _paint_words(self, painter: QPainter, box: QRect, ranked: Ranked, *, strong: bool) -> None:
        painter.setFont(self._theme.font(strong=strong))
        painter.setPen(self._theme.color("text"))
        metrics = painter.fontMetrics()
        title = QRect(box.left(), box.top(), box.width(), metrics.height() + 2)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter,
                         metrics.elidedText(ranked.sample.id, Qt.TextElideMode.ElideMiddle, box.width()))
        painter.setFont(self._theme.font(points=9))
        painter.setPen(self._theme.color("muted"))
        below = box.adjusted(0, title.height(), 0, 0)
        wrapped = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        wrapped.setWrapMode(QTextOption.WrapMode.WordWrap)
        painter.drawText(below.toRectF(), reason_words(ranked), wrapped)
