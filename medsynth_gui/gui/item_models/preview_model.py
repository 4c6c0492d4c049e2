"""Pictures of what an import would bring: each with its mask in the colours of the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPixmap

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.jobs.import_masks import MaskPreview

Index = QModelIndex | QPersistentModelIndex
PREVIEW_ROLE = int(Qt.ItemDataRole.UserRole)
_OPACITY = 0.45


class PreviewModel(QAbstractListModel):
    """The pictures in their order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[tuple[MaskPreview, QPixmap | None]] = []

    @property
    def previews(self) -> Sequence[MaskPreview]:
        return [preview for preview, _ in self._rows]

    def set_previews(self, previews: Sequence[MaskPreview], labels: LabelSet) -> None:
        self.beginResetModel()
        self._rows = [(preview, overlaid(preview.image, preview.labels, labels) if preview.image is not None else None)
                      for preview in previews]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        preview, picture = self._rows[index.row()]
        return {PREVIEW_ROLE: preview, Qt.ItemDataRole.DisplayRole: preview.name,
                Qt.ItemDataRole.DecorationRole: picture}.get(role)


def overlaid(image: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8] | None, labels: LabelSet) -> QPixmap:
    """The image (y, x) under its labels, half transparent with a solid border."""
    colored = np.repeat(image[..., None], 3, axis=2)
    for label in labels if mask is not None else ():
        inside = mask == label.value
        if not inside.any():
            continue
        color = np.array(list(bytes.fromhex(label.color.removeprefix("#"))), np.float32)
        padded = np.pad(inside, 1)
        core = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        colored[inside] = (colored[inside] * (1 - _OPACITY) + color * _OPACITY).astype(np.uint8)
        colored[inside & ~core] = color.astype(np.uint8)
    rows = np.ascontiguousarray(colored)
    return QPixmap.fromImage(QImage(rows.data, rows.shape[1], rows.shape[0], rows.strides[0],
                                    QImage.Format.Format_RGB888))
