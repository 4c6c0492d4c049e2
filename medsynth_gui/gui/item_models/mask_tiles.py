"""Candidate masks as tiles: each in the colours of its labels, with a word where it is unusual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QImage, QPixmap

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.translation import sentence
from medsynth_gui.jobs.masks import Candidate

Index = QModelIndex | QPersistentModelIndex
CANDIDATE_ROLE = int(Qt.ItemDataRole.UserRole)
_SIDE_PX = 160
_FIELD = 26


class MaskTiles(QAbstractListModel):
    """The candidates of a source, in its order."""

    def __init__(self, labels: Callable[[], LabelSet], parent: QObject) -> None:
        super().__init__(parent)
        self._labels = labels
        self._candidates: tuple[Candidate, ...] = ()
        self._pixmaps: dict[int, QPixmap] = {}

    @property
    def candidates(self) -> Sequence[Candidate]:
        return self._candidates

    def show(self, candidates: Sequence[Candidate]) -> None:
        """Show these; candidates that are appended leave the others as they are."""
        known = self._candidates
        if known and known == tuple(candidates[:len(known)]):
            if len(candidates) > len(known):
                self.beginInsertRows(QModelIndex(), len(known), len(candidates) - 1)
                self._candidates = tuple(candidates)
                self.endInsertRows()
            return
        self.beginResetModel()
        self._candidates = tuple(candidates)
        self._pixmaps.clear()
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._candidates)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        candidate = self._candidates[index.row()]
        if role == CANDIDATE_ROLE:
            return candidate
        if role == Qt.ItemDataRole.DisplayRole:
            return candidate.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join([candidate.name, *map(sentence, candidate.problems)])
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(index.row())
        return None

    def _picture(self, row: int) -> QPixmap:
        if row not in self._pixmaps:
            self._pixmaps[row] = mask_pixmap(self._candidates[row], self._labels())
        return self._pixmaps[row]


def mask_pixmap(candidate: Candidate, labels: LabelSet) -> QPixmap:
    """The mask on the dark field of the pad."""
    mask = candidate.mask
    # Whole pixels are enough for a tile, and cost nothing.
    step = max(1, round(max(mask.shape) / _SIDE_PX))
    mask = mask[::step, ::step]
    colors = np.full((256, 3), _FIELD, np.uint8)
    for label in labels:
        color = QColor(label.color)
        colors[label.value] = (color.red(), color.green(), color.blue())
    rows = np.ascontiguousarray(colors[mask])
    return QPixmap.fromImage(QImage(rows.data, rows.shape[1], rows.shape[0], rows.strides[0],
                                    QImage.Format.Format_RGB888))
