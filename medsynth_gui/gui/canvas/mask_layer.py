"""MaskLayer: labels as a tint with a bright outline, redrawn only where they changed.

One Indexed8 image holds what is shown: index i < 128 is the i-th label's tint, index i + 128 its outline.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import Label

Labels = npt.NDArray[np.uint8]
_OUTLINE = 128
_OUTLINE_POINTS = 2.0


class MaskLayer:
    """Paints one label image over the frame.

    Args:
        dashed: the outline is broken, as of something that is only proposed.
    """

    def __init__(self, *, dashed: bool = False) -> None:
        self._dashed = dashed
        self._labels: Labels | None = None
        self._table: tuple[Label, ...] = ()
        self._lookup = np.zeros(256, np.uint8)
        self._shown: Labels | None = None
        self._image: QImage | None = None
        self._thickness = 1

    @property
    def labels(self) -> Labels | None:
        """The label image (y, x) that is shown."""
        return self._labels

    def set_labels(self, labels: Labels | None) -> None:
        """Show a label image (y, x), kept by reference; `refresh` after it changed."""
        self._labels = labels
        if labels is None or self._shown is None or self._shown.shape != labels.shape:
            self._shown = self._image = None
        if labels is not None:
            self.refresh(None)

    def set_table(self, table: Iterable[Label]) -> None:
        """Colours, opacity and visibility of the labels (at most 127 are shown)."""
        visible = tuple(label for label in table if label.visible)[:_OUTLINE - 1]
        order_changed = [label.value for label in visible] != [label.value for label in self._table]
        self._table = visible
        self._lookup[:] = 0
        for index, label in enumerate(visible, 1):
            self._lookup[label.value] = index
        if self._image is not None:
            self._image.setColorTable(self._color_table())
        if order_changed:
            self.refresh(None)

    def set_scale(self, scale: float) -> None:
        """Device pixels per image pixel: keeps the outline about as thick on the screen at any zoom."""
        thickness = min(16, max(1, round(_OUTLINE_POINTS / max(scale, 0.05))))
        if thickness != self._thickness:
            self._thickness = thickness
            self.refresh(None)

    def refresh(self, region: Region | None) -> tuple[int, int, int, int] | None:
        """Redraw a box whose labels changed (None: all); the box (y0, x0, y1, x1) to repaint."""
        if self._labels is None:
            return None
        rows, columns = self._labels.shape
        if self._shown is None:
            if not self._labels.any():
                return None
            self._shown = np.zeros((rows, columns), np.uint8)
            self._image = QImage(self._shown.data, columns, rows, columns, QImage.Format.Format_Indexed8)
            self._image.setColorTable(self._color_table())
            region = None
        t = self._thickness
        whole = Region(0, 0, 0, rows, columns)
        box = whole if region is None else Region(0, region.y0 - t, region.x0 - t, region.y1 + t, region.x1 + t)
        box = box.clipped(rows, columns)
        around = Region(0, box.y0 - t, box.x0 - t, box.y1 + t, box.x1 + t).clipped(rows, columns)
        inner = (slice(box.y0 - around.y0, box.y1 - around.y0), slice(box.x0 - around.x0, box.x1 - around.x0))
        index = self._lookup[self._labels[around.slices]]
        self._shown[box.slices] = self._outlined(index, around, t)[inner]
        return box.y0, box.x0, box.y1, box.x1

    def paint(self, painter: QPainter, target: QRectF, box: tuple[int, int, int, int]) -> None:
        """Paint the image box (y0, x0, y1, x1) into a widget rectangle."""
        if self._image is not None and self._table:
            y0, x0, y1, x1 = box
            painter.drawImage(target, self._image, QRectF(x0, y0, x1 - x0, y1 - y0))

    def _outlined(self, index: Labels, around: Region, thickness: int) -> Labels:
        """Indices with the inner rim of each label lifted to its outline colour."""
        if not index.any():
            return index
        inside = np.ones(index.shape, bool)
        for distance in range(1, thickness + 1):
            same_y = index[distance:] == index[:-distance]
            inside[distance:] &= same_y
            inside[:-distance] &= same_y
            same_x = index[:, distance:] == index[:, :-distance]
            inside[:, distance:] &= same_x
            inside[:, :-distance] &= same_x
        rim = ~inside & (index > 0)
        if self._dashed:
            y, x = np.ogrid[around.y0:around.y1, around.x0:around.x1]
            rim &= (y + x) // (4 * thickness) % 2 == 0
        return index + rim.astype(np.uint8) * np.uint8(_OUTLINE)

    def _color_table(self) -> list[int]:
        table = [0] * 256
        for index, label in enumerate(self._table, 1):
            color = QColor(label.color)
            alpha = round(255 * label.opacity * (0.6 if self._dashed else 1.0))
            table[index] = _rgba(color, alpha)
            table[index + _OUTLINE] = _rgba(color, 255)
        return table


def _rgba(color: QColor, alpha: int) -> int:
    return int(qRgba(color.red(), color.green(), color.blue(), alpha))
