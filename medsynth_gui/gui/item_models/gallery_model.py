"""Synthetic images as they come from a generator, with what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QImage, QPixmap

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.item_models.thumbnails import SIDE_PX, gray_pixmap, shrink
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.synthesis import Made

Index = QModelIndex | QPersistentModelIndex
MADE_ROLE = int(Qt.ItemDataRole.UserRole)


class GalleryModel(QAbstractListModel):
    """The images in the order they were made; `DecorationRole` is the picture, with outlines where they are on."""

    def __init__(self, labels: Callable[[], LabelSet], parent: QObject) -> None:
        super().__init__(parent)
        self._made: list[Made] = []
        self._labels = labels
        self._outlines = True
        self._pixmaps: dict[int, QPixmap] = {}

    @property
    def made(self) -> Sequence[Made]:
        return self._made

    def add(self, images: Sequence[Made]) -> None:
        """Put images at the end."""
        if images:
            first = len(self._made)
            self.beginInsertRows(QModelIndex(), first, first + len(images) - 1)
            self._made += images
            self.endInsertRows()

    def remove(self, row: int) -> Made:
        """Take an image out."""
        self.beginRemoveRows(QModelIndex(), row, row)
        made = self._made.pop(row)
        self._pixmaps.pop(id(made.synthetic), None)
        self.endRemoveRows()
        return made

    def update(self, image: SyntheticImage, **changes: Any) -> Made | None:
        """Change what is known of an image (fields of `Made`); None if it is gone."""
        if (row := self.row_of(image)) < 0:
            return None
        self._made[row] = made = replace(self._made[row], **changes)
        self.dataChanged.emit(self.index(row), self.index(row))
        return made

    def row_of(self, image: SyntheticImage) -> int:
        """The row of an image; -1 if it is gone."""
        return next((row for row, made in enumerate(self._made) if made.synthetic is image), -1)

    def set_outlines(self, shown: bool) -> None:
        """Draw the outline of the mask on each picture, or not."""
        self._outlines = shown
        self._pixmaps.clear()
        if self._made:
            self.dataChanged.emit(self.index(0), self.index(len(self._made) - 1), [int(Qt.ItemDataRole.DecorationRole)])

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._made)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        made = self._made[index.row()]
        if role == MADE_ROLE:
            return made
        if role == Qt.ItemDataRole.DisplayRole:
            return made.title
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(made.synthetic)
        return None

    def _picture(self, image: SyntheticImage) -> QPixmap:
        if id(image) not in self._pixmaps:
            self._pixmaps[id(image)] = (outlined(image.image, image.mask, self._labels()) if self._outlines
                                        else gray_pixmap(shrink(image.image, SIDE_PX)))
        return self._pixmaps[id(image)]


def outlined(image: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8], labels: LabelSet) -> QPixmap:
    """The image (y, x) with the inner border of each label in its colour."""
    colored = np.repeat(image[..., None], 3, axis=2)
    for label in labels:
        inside = mask == label.value
        padded = np.pad(inside, 1)
        core = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        color = QColor(label.color)
        colored[inside & ~core] = (color.red(), color.green(), color.blue())
    rows = np.ascontiguousarray(colored)
    return QPixmap.fromImage(QImage(rows.data, rows.shape[1], rows.shape[0], rows.strides[0],
                                    QImage.Format.Format_RGB888))
