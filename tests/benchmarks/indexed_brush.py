"""The floor of drawing: an Indexed8 image over the label buffer, one `cv2.line` a move, nothing but what is dirty.

A bare prototype on a graphics view: no locks, no outline, no cursor, no journal, no names.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, qRgba
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView, QStyleOptionGraphicsItem, QWidget

_TILE = 256


class _Item(QGraphicsItem):
    """The gray image and the labels over it; paints what is exposed."""

    def __init__(self, image: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> None:
        super().__init__()
        rows, columns = image.shape
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._under = QImage(image.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        self._over = QImage(labels.data, columns, rows, columns, QImage.Format.Format_Indexed8)
        self._over.setColorTable([qRgba(0, 0, 0, 0), qRgba(22, 180, 110, 110)])

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._under.width(), self._under.height())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        shown = option.exposedRect
        painter.drawImage(shown, self._under, shown)
        painter.drawImage(shown, self._over, shown)


class IndexedBrush(QGraphicsView):
    """Shows a gray image (y, x) at a scale, its pixel `origin` (y, x) at the top left; draws capsules over it."""

    def __init__(self, image: npt.NDArray[np.uint8], scale: float, origin: tuple[float, float]) -> None:
        super().__init__()
        self._pixels = image
        self.labels = np.zeros_like(image)
        self._before: dict[tuple[int, int], npt.NDArray[np.uint8]] = {}
        self._item = _Item(image, self.labels)
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        scene.addItem(self._item)
        self.setScene(scene)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scale(scale, scale)
        self._origin = origin
        self._last = (0, 0)
        self.radius = 20

    def look(self) -> None:
        """Bring the origin to the top left: once the size is known."""
        self.setSceneRect(QRectF(self._origin[1], self._origin[0], self.viewport().width() / self.transform().m11(),
                                 self.viewport().height() / self.transform().m22()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._before = {}
        self._last = self._pixel(event)
        self._move(self._last, self._last, self.radius)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._pixel(event)
        self._move(self._last, at, self.radius)
        self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The tiles stay until the next stroke, for one undo."""

    def _pixel(self, event: QMouseEvent) -> tuple[int, int]:
        at = self.mapToScene(event.position().toPoint())
        return int(at.y()), int(at.x())

    def _move(self, start: tuple[int, int], end: tuple[int, int], radius: int) -> None:
        """One move of the brush from (y, x) to (y, x)."""
        rows, columns = self.labels.shape
        y0, y1 = max(0, min(start[0], end[0]) - radius), min(rows, max(start[0], end[0]) + radius + 1)
        x0, x1 = max(0, min(start[1], end[1]) - radius), min(columns, max(start[1], end[1]) + radius + 1)
        for y in range(y0 // _TILE * _TILE, y1, _TILE):
            for x in range(x0 // _TILE * _TILE, x1, _TILE):
                if (y, x) not in self._before:
                    self._before[y, x] = self.labels[y:y + _TILE, x:x + _TILE].copy()
        cv2.line(self.labels, start[::-1], end[::-1], 1, 2 * radius)
        self._dirty(y0, x0, y1, x1)

    def undo(self) -> None:
        """Take the stroke back: its tiles as they were."""
        tiles, self._before = self._before, {}
        for (y, x), old in tiles.items():
            self.labels[y:y + _TILE, x:x + _TILE] = old
            self._dirty(y, x, y + _TILE, x + _TILE)

    def _dirty(self, y0: int, x0: int, y1: int, x1: int) -> None:
        self._item.update(QRectF(x0, y0, x1 - x0, y1 - y0))
