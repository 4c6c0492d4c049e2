"""Ring: the circle of a tool around the pointer, rasterised once for each size.

Stroking a large ellipse anew at every move costs more than all the rest of the move.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

_PENS = ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255, 230), 1.2))
_MARGIN = 3
_LARGEST = 700


class Ring:
    """Paints an ellipse in widget points."""

    def __init__(self) -> None:
        self._key: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._pixmap = QPixmap()

    def paint(self, painter: QPainter, center: QPointF, radius_x: float, radius_y: float) -> None:
        """Paint the ring around a point, to the nearest whole widget point."""
        if max(radius_x, radius_y) > _LARGEST:
            _stroke(painter, center, radius_x, radius_y)
            return
        half_x, half_y = int(radius_x) + _MARGIN, int(radius_y) + _MARGIN
        key = radius_x, radius_y, painter.device().devicePixelRatio()
        if key != self._key:
            self._key = key
            self._pixmap = QPixmap(round(2 * half_x * key[2]), round(2 * half_y * key[2]))
            self._pixmap.setDevicePixelRatio(key[2])
            self._pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._pixmap)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            _stroke(inner, QPointF(half_x, half_y), radius_x, radius_y)
            inner.end()
        painter.drawPixmap(center.toPoint().x() - half_x, center.toPoint().y() - half_y, self._pixmap)


def _stroke(painter: QPainter, center: QPointF, radius_x: float, radius_y: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in _PENS:
        painter.setPen(QPen(color, width))
        painter.drawEllipse(QRectF(center.x() - radius_x, center.y() - radius_y, 2 * radius_x, 2 * radius_y))
