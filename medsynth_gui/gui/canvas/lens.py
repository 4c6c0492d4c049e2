"""Lens: a magnifier at the pointer, with image, masks and the tool's marks; it takes no gesture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.theme import Theme

RADIUS = 96.0
POWERS = (2.0, 3.0, 4.0, 6.0, 8.0)


class Lens:
    """A round glass around the pointer.

    Attributes:
        on: it is shown.
        power: how many times larger than the view, one of `POWERS`.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.on = False
        self.power = POWERS[1]

    def step(self, by: int) -> None:
        """The next stronger (+1) or weaker (-1) glass."""
        place = POWERS.index(self.power) + by
        self.power = POWERS[min(max(place, 0), len(POWERS) - 1)]

    def rect(self, pointer: QPointF) -> QRect:
        """The place of the glass on the widget."""
        return QRectF(pointer.x() - RADIUS, pointer.y() - RADIUS, 2 * RADIUS, 2 * RADIUS).toAlignedRect() \
            .adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, view: ViewTransform, pointer: QPointF,
              content: Callable[[QPainter, ViewTransform, QRect], None]) -> None:
        """Paint `content` through a larger view in which the pixel under the pointer keeps its place."""
        rect = self.rect(pointer)
        glass = QPainterPath()
        glass.addEllipse(pointer, RADIUS, RADIUS)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(glass, Qt.ClipOperation.IntersectClip)
        painter.fillRect(rect, self._theme.color("stage"))
        content(painter, view.zoomed(self.power, pointer), rect)
        painter.restore()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("accent"), 1.5))
        painter.drawEllipse(pointer, RADIUS, RADIUS)
        painter.restore()
