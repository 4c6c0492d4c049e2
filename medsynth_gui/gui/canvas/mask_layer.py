"""MaskLayer: labels as a tint with a bright outline, computed only where they are seen and where they changed.

One Indexed8 image holds what is shown, halved as often as the view is zoomed out: index i < 128 is the i-th
label's tint, index i + 128 its outline. Its tiles are filled when they are first painted.
"""

from __future__ import annotations

import math
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
_TILE = 256
STYLES = ("both", "outline", "fill")


class MaskLayer:
    """Paints one label image over the frame.

    Args:
        dashed: the outline is broken, as of something that is only proposed.
    """

    def __init__(self, *, dashed: bool = False) -> None:
        self._dashed = dashed
        self._labels: Labels | None = None
        self._table: tuple[Label, ...] = ()
        self._style = STYLES[0]
        self._lookup = np.zeros(256, np.uint8)
        self._shown: Labels | None = None
        self._image: QImage | None = None
        self._stale = np.ones((0, 0), np.bool_)
        self._level, self._thickness, self._cross = 0, 1, _cross(1)

    @property
    def labels(self) -> Labels | None:
        """The label image (y, x) that is shown."""
        return self._labels

    def set_labels(self, labels: Labels | None) -> None:
        """Show a label image (y, x), kept by reference; `refresh` after it changed."""
        self._labels = labels
        self._forget()

    def set_table(self, table: Iterable[Label]) -> None:
        """Colours, opacity and visibility of the labels (at most 127 are shown)."""
        visible = tuple(label for label in table if label.visible)[:_OUTLINE - 1]
        order_changed = [label.value for label in visible] != [label.value for label in self._table]
        self._table = visible
        self._lookup[:] = 0
        for index, label in enumerate(visible, 1):
            self._lookup[label.value] = index
        if order_changed:
            self._forget()
        elif self._image is not None:
            self._image.setColorTable(self._color_table())

    def set_style(self, style: str) -> None:
        """Show tint and outline ("both"), the "outline" or the "fill" only."""
        self._style = style
        if self._image is not None:
            self._image.setColorTable(self._color_table())

    def set_scale(self, scale: float) -> None:
        """Device pixels per image pixel: keeps the outline about as thick on the screen at any zoom."""
        level = max(0, math.floor(math.log2(1 / max(scale, 1e-3))))
        thickness = max(1, round(_OUTLINE_POINTS / max(scale * 2**level, 1e-3)))
        if (level, thickness) != (self._level, self._thickness):
            self._level, self._thickness, self._cross = level, thickness, _cross(thickness)
            self._forget()

    def refresh(self, region: Region | None) -> tuple[int, int, int, int] | None:
        """Take over a box whose labels changed (None: all); the box (y0, x0, y1, x1) to repaint."""
        if self._labels is None:
            return None
        rows, columns = self._labels.shape
        if region is None:
            self._forget()
            return 0, 0, rows, columns
        factor, reach = 2**self._level, self._thickness
        box = Region(0, region.y0 // factor - reach, region.x0 // factor - reach,
                     -(-region.y1 // factor) + reach, -(-region.x1 // factor) + reach)
        if self._shown is not None:
            self._fill(box.clipped(*self._shown.shape))
        seen = Region(0, box.y0 * factor, box.x0 * factor, box.y1 * factor, box.x1 * factor).clipped(rows, columns)
        return seen.y0, seen.x0, seen.y1, seen.x1

    def paint(self, painter: QPainter, target: QRectF, box: tuple[int, int, int, int]) -> None:
        """Paint the image box (y0, x0, y1, x1) into a widget rectangle."""
        if self._labels is None or not self._table:
            return
        factor = 2**self._level
        y0, x0, y1, x1 = box
        self._complete(Region(0, y0 // factor, x0 // factor, -(-y1 // factor), -(-x1 // factor)))
        assert self._image is not None
        painter.drawImage(target, self._image,
                          QRectF(x0 / factor, y0 / factor, (x1 - x0) / factor, (y1 - y0) / factor))

    def _forget(self) -> None:
        self._shown = self._image = None

    def _complete(self, box: Region) -> None:
        """Fill the tiles under a box of the shown image that have not been seen yet."""
        if self._shown is None:
            assert self._labels is not None
            # Fresh zeros cost no memory until they are written; rows of an Indexed8 image are padded to 4 bytes.
            rows, columns = (-(-size // 2**self._level) for size in self._labels.shape)
            memory = np.zeros((rows, -(-columns // 4) * 4), np.uint8)
            self._shown = memory[:, :columns]
            self._image = QImage(memory.data, columns, rows, memory.shape[1], QImage.Format.Format_Indexed8)
            self._image.setColorTable(self._color_table())
            self._stale = np.ones((-(-rows // _TILE), -(-columns // _TILE)), np.bool_)
        tiles = slice(box.y0 // _TILE, -(-box.y1 // _TILE)), slice(box.x0 // _TILE, -(-box.x1 // _TILE))
        if not self._stale[tiles].any():
            return
        for row in range(tiles[0].start, min(tiles[0].stop, self._stale.shape[0])):
            missing = np.flatnonzero(self._stale[row, tiles[1]]) + tiles[1].start
            if missing.size:
                strip = Region(0, row * _TILE, int(missing[0]) * _TILE, (row + 1) * _TILE, int(missing[-1] + 1) * _TILE)
                self._fill(strip.clipped(*self._shown.shape), fresh=bool(self._stale[row, tiles[1]].all()))
        self._stale[tiles] = False

    def _fill(self, box: Region, *, fresh: bool = False) -> None:
        """Compute a box of the shown image; a fresh one is zero already."""
        import cv2

        assert self._labels is not None and self._shown is not None
        if box.empty:
            return
        reach, factor = self._thickness, 2**self._level
        rows, columns = self._shown.shape
        y0, x0 = max(box.y0 - reach, 0), max(box.x0 - reach, 0)
        y1, x1 = min(box.y1 + reach, rows), min(box.x1 + reach, columns)
        source = self._labels[y0 * factor:y1 * factor, x0 * factor:x1 * factor]
        if fresh and not cv2.countNonZero(source):
            return
        index = cv2.LUT(source, self._lookup)
        if factor > 1:
            # The largest of factor x factor pixels, so that thin labels do not vanish: anchored at the first.
            index = cv2.dilate(index, np.ones((factor, factor), np.uint8), anchor=(0, 0))[::factor, ::factor].copy()
        steps = cv2.morphologyEx(index, cv2.MORPH_GRADIENT, self._cross)
        rim = cv2.threshold(steps, 0, _OUTLINE, cv2.THRESH_BINARY)[1]
        if self._dashed:
            y, x = np.ogrid[y0:y1, x0:x1]
            rim *= (y + x) // (4 * reach) % 2 == 0
        # The inner rim of each label is lifted to its outline colour.
        outlined = cv2.bitwise_or(index, rim, mask=index)
        self._shown[box.slices] = outlined[box.y0 - y0:box.y1 - y0, box.x0 - x0:box.x1 - x0]

    def _color_table(self) -> list[int]:
        table = [0] * 256
        for index, label in enumerate(self._table, 1):
            color = QColor(label.color)
            tint = round(255 * label.opacity * (0.6 if self._dashed else 1.0))
            table[index] = _rgba(color, 0 if self._style == "outline" else tint)
            table[index + _OUTLINE] = _rgba(color, tint if self._style == "fill" else 255)
        return table


def _cross(reach: int) -> npt.NDArray[np.uint8]:
    """The pixels whose other value makes a pixel part of an outline."""
    cross = np.zeros((2 * reach + 1,) * 2, np.uint8)
    cross[reach] = cross[:, reach] = 1
    return cross


def _rgba(color: QColor, alpha: int) -> int:
    return int(qRgba(color.red(), color.green(), color.blue(), alpha))
