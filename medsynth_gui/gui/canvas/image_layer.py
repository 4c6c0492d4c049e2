"""ImageLayer: a frame as QImages. Stored values are kept in halving levels; only what is seen is windowed.

8-bit gray needs no pass over the pixels at all: its window, gamma and colours are a colour table. Other frames go
through a lookup table where they are visible, at the level next to the size on the screen, so that a window/level
drag on a large 16-bit image costs what the screen costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, qRgb

from medsynth_gui.core.display import Bytes, Display

Pixels = npt.NDArray[np.generic]
Box = tuple[int, int, int, int]
_SMALLEST = 64


@dataclass(frozen=True)
class _Picture:
    """A QImage of the box (y0, x0, y1, x1) of one level; `pixels` keeps its memory."""

    box: Box
    pixels: Bytes
    image: QImage

    def holds(self, box: Box) -> bool:
        return (self.box[0] <= box[0] and self.box[1] <= box[1] and self.box[2] >= box[2] and self.box[3] >= box[3])


class ImageLayer:
    """Holds one frame and paints the part that is asked for."""

    def __init__(self) -> None:
        self._display = Display()
        self._levels: list[Pixels] = []
        self._pictures: dict[int, _Picture] = {}
        self._lookup: Bytes | None = None

    @property
    def frame(self) -> Pixels | None:
        """The frame (y, x) or (y, x, 3), stored values."""
        return self._levels[0] if self._levels else None

    @property
    def shape(self) -> tuple[int, int] | None:
        """(rows, columns) of the frame."""
        return (int(self._levels[0].shape[0]), int(self._levels[0].shape[1])) if self._levels else None

    def value(self, y: int, x: int) -> float | tuple[float, ...] | None:
        """The stored value at a pixel: a number, or three of a colour frame; None outside."""
        shape = self.shape
        if shape is None or not (0 <= y < shape[0] and 0 <= x < shape[1]):
            return None
        value = self._levels[0][y, x]
        return tuple(float(v) for v in value) if np.ndim(value) else float(value)

    def set_frame(self, frame: Pixels | None, display: Display) -> None:
        """Show a frame (y, x) or (y, x, 3)."""
        self._levels = [] if frame is None else [frame.astype(frame.dtype.newbyteorder("="), copy=False)]
        self._pictures.clear()
        self._use(display)

    def set_display(self, display: Display) -> None:
        """Show the frame otherwise; an 8-bit gray frame keeps its pictures."""
        self._use(display)
        if self._indexed:
            for picture in self._pictures.values():
                picture.image.setColorTable(self._colors())
        else:
            self._pictures.clear()

    def paint(self, painter: QPainter, target: QRectF, box: Box, scale: float) -> None:
        """Paint the image box (y0, x0, y1, x1) into a rectangle; `scale` is device pixels per column."""
        if not self._levels:
            return
        level = self._level(scale)
        f = 2**level
        y0, x0, y1, x1 = box
        picture = self._picture(level, (y0 // f, x0 // f, -(-y1 // f), -(-x1 // f)))
        top, left = picture.box[:2]
        painter.drawImage(target, picture.image,
                          QRectF(x0 / f - left, y0 / f - top, (x1 - x0) / f, (y1 - y0) / f))

    def _use(self, display: Display) -> None:
        self._display = display
        self._lookup = display.lookup(self._levels[0].dtype) if self._levels else None

    @property
    def _indexed(self) -> bool:
        return bool(self._levels) and self._levels[0].ndim == 2 and self._levels[0].dtype == np.uint8

    def _level(self, scale: float) -> int:
        """The smallest level that is no coarser than the screen; it is made when first needed."""
        level = 0
        while scale * 2 ** (level + 1) <= 1 and min(self._levels[0].shape[:2]) >> level > _SMALLEST:
            level += 1
        while len(self._levels) <= level:
            self._levels.append(_halved(self._levels[-1]))
        return level

    def _picture(self, level: int, box: Box) -> _Picture:
        """A picture that holds a box of a level: the last one if it does."""
        pixels = self._levels[level]
        rows, columns = pixels.shape[:2]
        box = (box[0], box[1], min(box[2], rows), min(box[3], columns))
        kept = self._pictures.get(level)
        if kept is not None and kept.holds(box):
            return kept
        if self._indexed:
            box = (0, 0, rows, columns)
        made = self._pictures[level] = self._drawn(pixels[box[0]:box[2], box[1]:box[3]], box)
        return made

    def _drawn(self, values: Pixels, box: Box) -> _Picture:
        # Levels of types that have no means of their own are floats.
        lookup = self._lookup if values.dtype == self._levels[0].dtype else None
        as_they_are = self._indexed or (values.ndim == 3 and values.dtype == np.uint8 and self._display.plain)
        shown = np.ascontiguousarray(values if as_they_are else self._display.apply(values, lookup), np.uint8)
        rows, columns = shown.shape[:2]
        if shown.ndim == 3:
            return _Picture(box, shown, QImage(shown.data, columns, rows, columns * 3, QImage.Format.Format_RGB888))
        image = QImage(shown.data, columns, rows, columns, QImage.Format.Format_Indexed8)
        image.setColorTable(self._colors())
        return _Picture(box, shown, image)

    def _colors(self) -> list[int]:
        palette = self._display.palette()
        if self._indexed and self._lookup is not None:
            palette = palette[self._lookup]
        return [qRgb(r, g, b) for r, g, b in palette.tolist()]


def _halved(pixels: Pixels) -> Pixels:
    """Half the size by means of 2 x 2 pixels, so that large images do not flicker when zoomed out."""
    import cv2

    if pixels.dtype.itemsize > 2 or pixels.dtype == np.int8:
        pixels = pixels.astype(np.float32)
    rows, columns = pixels.shape[0] // 2, pixels.shape[1] // 2
    return cv2.resize(pixels[:rows * 2, :columns * 2], (columns, rows), interpolation=cv2.INTER_AREA)
