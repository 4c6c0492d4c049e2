"""ImageLayer: a frame as a QImage. Window/level of 8-bit frames is only a colour table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, qRgb

from medsynth_gui.core.windowing import WindowLevel, apply_window

_RAMP = np.arange(256, dtype=np.uint8)
_REDUCED_FROM = 1024


class ImageLayer:
    """Holds one frame and paints the part that is asked for."""

    def __init__(self) -> None:
        self._frame: npt.NDArray[np.generic] | None = None
        self._window: WindowLevel | None = None
        self._invert = False
        self._levels: list[tuple[npt.NDArray[np.uint8], QImage]] = []

    @property
    def shape(self) -> tuple[int, int] | None:
        """(rows, columns) of the frame."""
        return None if self._frame is None else (int(self._frame.shape[0]), int(self._frame.shape[1]))

    def value(self, y: int, x: int) -> float | tuple[float, ...] | None:
        """The stored value at a pixel: a number, or three of a colour frame; None outside."""
        if self._frame is None or not (0 <= y < self._frame.shape[0] and 0 <= x < self._frame.shape[1]):
            return None
        value = self._frame[y, x]
        return tuple(float(v) for v in value) if np.ndim(value) else float(value)

    def set_frame(self, frame: npt.NDArray[np.generic] | None, window: WindowLevel | None, *, invert: bool) -> None:
        """Show a frame (y, x) or (y, x, 3) under a window (None: 0..255)."""
        self._frame, self._window, self._invert = frame, window or WindowLevel.from_range(0, 255), invert
        self._levels.clear()

    def set_window(self, window: WindowLevel) -> None:
        """Change window/level; an 8-bit gray frame keeps its pixels."""
        self._window = window
        if self._indexed:
            for _, image in self._levels:
                image.setColorTable(self._color_table())
        else:
            self._levels.clear()

    def paint(self, painter: QPainter, target: QRectF, box: tuple[int, int, int, int], scale: float) -> None:
        """Paint the image box (y0, x0, y1, x1) into a widget rectangle; `scale` is device pixels per column."""
        if self._frame is None:
            return
        level = 0
        while scale * 2 ** (level + 1) <= 0.75 and min(self._frame.shape[:2]) >> level >= _REDUCED_FROM:
            level += 1
        image = self._image(level)
        f = 2**level
        y0, x0, y1, x1 = box
        painter.drawImage(target, image, QRectF(x0 / f, y0 / f, (x1 - x0) / f, (y1 - y0) / f))

    @property
    def _indexed(self) -> bool:
        return self._frame is not None and self._frame.ndim == 2 and self._frame.dtype == np.uint8

    def _image(self, level: int) -> QImage:
        while len(self._levels) <= level:
            pixels = _halved(self._levels[-1][0]) if self._levels else self._pixels()
            self._levels.append((pixels, self._wrap(pixels)))
        return self._levels[level][1]

    def _pixels(self) -> npt.NDArray[np.uint8]:
        assert self._frame is not None and self._window is not None
        shown = self._frame if self._indexed else apply_window(self._frame, self._window, invert=self._invert)
        return np.ascontiguousarray(shown, dtype=np.uint8)

    def _wrap(self, pixels: npt.NDArray[np.uint8]) -> QImage:
        rows, columns = pixels.shape[:2]
        if pixels.ndim == 3:
            return QImage(pixels.data, columns, rows, columns * 3, QImage.Format.Format_RGB888)
        if not self._indexed:
            return QImage(pixels.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        image = QImage(pixels.data, columns, rows, columns, QImage.Format.Format_Indexed8)
        image.setColorTable(self._color_table())
        return image

    def _color_table(self) -> list[int]:
        assert self._window is not None
        return [qRgb(v, v, v) for v in apply_window(_RAMP, self._window, invert=self._invert).tolist()]


def _halved(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Half the size by means of 2 x 2 pixels, so that large images do not flicker when zoomed out."""
    rows, columns = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    p = pixels[:rows, :columns]
    top = (p[0::2, 0::2] >> 1) + (p[0::2, 1::2] >> 1)
    bottom = (p[1::2, 0::2] >> 1) + (p[1::2, 1::2] >> 1)
    return np.ascontiguousarray((top >> 1) + (bottom >> 1) + 1, dtype=np.uint8)
