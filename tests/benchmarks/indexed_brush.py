"""The floor of drawing: an Indexed8 image over the label buffer, and nothing but the dirty rectangle repainted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QPaintEvent, qRgba
from PySide6.QtWidgets import QWidget


class IndexedBrush(QWidget):
    """Shows a gray image (y, x) at a scale and stamps discs into a label buffer of its size."""

    def __init__(self, image: npt.NDArray[np.uint8], scale: float, origin: tuple[float, float]) -> None:
        super().__init__()
        self._scale, self._origin = scale, origin
        self._pixels = image
        self.labels = np.zeros_like(image)
        rows, columns = image.shape
        self._under = QImage(image.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        self._over = QImage(self.labels.data, columns, rows, columns, QImage.Format.Format_Indexed8)
        self._over.setColorTable([qRgba(0, 0, 0, 0), qRgba(22, 180, 110, 110)])

    def stamp(self, y: int, x: int, radius: int) -> None:
        """One move of the brush."""
        rows, columns = self.labels.shape
        y0, y1, x0, x1 = max(0, y - radius), min(rows, y + radius + 1), max(0, x - radius), min(columns, x + radius + 1)
        yy, xx = np.ogrid[y0 - y:y1 - y, x0 - x:x1 - x]
        self.labels[y0:y1, x0:x1][yy * yy + xx * xx <= radius * radius] = 1
        oy, ox = self._origin
        box = QRectF((x0 - ox) * self._scale, (y0 - oy) * self._scale, (x1 - x0) * self._scale, (y1 - y0) * self._scale)
        self.update(box.toAlignedRect().adjusted(-1, -1, 1, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown: QRect = event.rect()
        oy, ox = self._origin
        source = QRectF(shown.x() / self._scale + ox, shown.y() / self._scale + oy, shown.width() / self._scale,
                        shown.height() / self._scale)
        painter.drawImage(QRectF(shown), self._under, source)
        painter.drawImage(QRectF(shown), self._over, source)
