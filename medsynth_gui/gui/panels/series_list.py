"""The series list: what is open, with a thumbnail, and how far each has come."""

from __future__ import annotations

import re

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from medsynth_gui.core.review import ReviewState
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.image_words import kind
from medsynth_gui.gui.item_models.thumbnails import Thumbnails
from medsynth_gui.gui.panels.parts import section_head
from medsynth_gui.gui.review_words import state_words
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.session.opened import OpenSeries

STATE_GLYPHS = {ReviewState.UNLABELLED: ("circle", "muted"), ReviewState.IN_PROGRESS: ("circle-half-fill", "caution"),
                ReviewState.NEEDS_REVIEW: ("flag-fill", "caution"), ReviewState.APPROVED: ("check-circle-fill", "good"),
                ReviewState.REJECTED: ("x-circle-fill", "bad")}
_ROLE = Qt.ItemDataRole.UserRole
_ROW = 68
_KEPT = 200
_THUMB = QSize(60, 46)
_ENDING = re.compile(r"\.[A-Za-z]\w{1,4}(\.gz)?$")


def describe(opened: OpenSeries) -> str:
    """`US · 120 frames`; a file that names no modality (OT) is an image or a cine."""
    if not opened.is_read:
        return QCoreApplication.translate("series", "Image")
    count = opened.series.frame_count
    frames = QCoreApplication.translate("series", "1 frame") if count == 1 else \
        QCoreApplication.translate("series", "{0} frames").format(count)
    return f"{kind(opened.series)} · {frames}"


class _Entry:
    """What a thumbnail is made of."""

    def __init__(self, opened: OpenSeries) -> None:
        self.key = opened.key
        self._opened = opened

    def gray(self) -> object:
        return self._opened.series.gray(0)


class SeriesModel(QAbstractListModel):
    """Opened series, one a row; `UserRole` is the `OpenSeries`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[OpenSeries, ...] = ()

    def set_rows(self, rows: tuple[OpenSeries, ...]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_of(self, opened: OpenSeries | None) -> int:
        return next((row for row, other in enumerate(self._rows) if other is opened), -1)

    def repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        opened = self._rows[index.row()]
        if role == _ROLE:
            return opened
        if role == Qt.ItemDataRole.DisplayRole:
            return opened.title
        if role == Qt.ItemDataRole.ToolTipRole:
            state = state_words(opened.review.state)
            return "\n".join(part for part in (opened.title, opened.study, state) if part)
        return None


class _Row(QStyledItemDelegate):
    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._thumbnails = theme, thumbnails
        self._scaled: dict[tuple[int, int], QPixmap] = {}
        self._icons: dict[str, QIcon] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem,
              index: QModelIndex | QPersistentModelIndex) -> None:
        opened: OpenSeries = index.data(_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(1, 3, -1, -3)
        if selected or hovered:
            painter.setPen(QPen(self._theme.color("accent" if selected else "line"), 1))
            painter.setBrush(self._theme.color("raised" if selected else "panel"))
            painter.drawRoundedRect(box, SPACE.RADIUS, SPACE.RADIUS)
        thumb = QRect(box.left() + SPACE.S, box.center().y() - _THUMB.height() // 2 + 1,
                      _THUMB.width(), _THUMB.height())
        self._paint_thumbnail(painter, thumb, opened)
        glyph, token = STATE_GLYPHS[opened.review.state]
        mark = QRect(box.right() - SPACE.S - 14, box.center().y() - 7, 15, 15)
        if glyph not in self._icons:
            self._icons[glyph] = icon(glyph, color=token)
        self._icons[glyph].paint(painter, mark)
        text = QRect(thumb.right() + SPACE.S, box.top(), mark.left() - thumb.right() - SPACE.S - SPACE.XS, box.height())
        self._paint_text(painter, text, opened, strong=selected)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, box: QRect, opened: OpenSeries) -> None:
        painter.fillRect(box, self._theme.color("stage"))
        pixmap = self._thumbnails.find(_Entry(opened))
        if pixmap is None:
            return
        ratio = painter.device().devicePixelRatio()
        scaled = self._fitted(pixmap, box.size() * ratio)
        width, height = int(box.width() * ratio), int(box.height() * ratio)
        left, top = (scaled.width() - width) // 2, (scaled.height() - height) // 2
        painter.drawPixmap(box, scaled, QRect(left, top, width, height))

    def _fitted(self, pixmap: QPixmap, size: QSize) -> QPixmap:
        """Scaled once: every step through a list paints all rows in sight anew."""
        key = pixmap.cacheKey(), size.width()
        if key not in self._scaled:
            if len(self._scaled) >= _KEPT:
                self._scaled.clear()
            self._scaled[key] = pixmap.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                                              Qt.TransformationMode.SmoothTransformation)
        return self._scaled[key]

    def _paint_text(self, painter: QPainter, box: QRect, opened: OpenSeries, *, strong: bool) -> None:
        half = box.height() // 2
        for top, words, token, bold in ((0, opened.title, "text", strong), (half, describe(opened), "muted", False)):
            painter.setFont(self._theme.font(strong=bold))
            painter.setPen(self._theme.color(token))
            line = QRect(box.left(), box.top() + top, box.width(), half)
            metrics = painter.fontMetrics()
            if metrics.horizontalAdvance(words) > box.width():  # its ending tells less than what would be left out
                words = _ENDING.sub("", words)
            where = Qt.TextElideMode.ElideMiddle if top == 0 else Qt.TextElideMode.ElideRight
            shown = metrics.elidedText(words, where, box.width())
            align = Qt.AlignmentFlag.AlignBottom if top == 0 else Qt.AlignmentFlag.AlignTop
            painter.drawText(line.adjusted(0, 0, 0, -3) if top == 0 else line.adjusted(0, 3, 0, 0), align, shown)


class SeriesList(QWidget):
    """Emits `chosen` with the `OpenSeries` that was clicked."""

    chosen = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter images"))
        self.filter.setClearButtonEnabled(True)
        self.head: QLabel = section_head(self.tr("Series"))
        self.list = QListView()
        self.list.setObjectName("series-list")
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.model = SeriesModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter.textChanged.connect(self._proxy.setFilterFixedString)
        self.list.setModel(self._proxy)
        thumbnails = Thumbnails(context.queue, self)
        thumbnails.made.connect(self._made)
        self.list.setItemDelegate(_Row(context.theme, thumbnails, self.list))
        self.list.clicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.S, 0, SPACE.S, 0)
        layout.setSpacing(SPACE.S)
        for widget in (self.filter, self.head):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        self.setFixedWidth(SPACE.LEFT_PANEL)
        context.session.series_changed.connect(self._changed)
        context.session.current_changed.connect(self._select)
        context.session.review_changed.connect(self._reviewed)
        context.theme.changed.connect(self.list.viewport().update)
        self._changed(context.session.opened)

    def _changed(self, rows: tuple[OpenSeries, ...]) -> None:
        self.model.set_rows(rows)
        self.head.setText(f"{self.tr('Series').upper()}  ·  {len(rows)}")
        self._select(self._context.session.current)

    def _select(self, opened: OpenSeries | None) -> None:
        row = self.model.row_of(opened)
        index = self._proxy.mapFromSource(self.model.index(row)) if row >= 0 else QModelIndex()
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)

    def _reviewed(self, _: OpenSeries) -> None:
        self.list.viewport().update()

    def _made(self, _: list[str]) -> None:
        self.list.viewport().update()

    def _clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(_ROLE))
