"""Comparison: another image in the place of the frame, right of a divider that is dragged, or as a checkerboard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from medsynth_gui.core.display import Display
from medsynth_gui.gui.canvas.layers import Layers
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.theme import SPACE, Theme

_GRIP = 9.0
_SQUARES = 8


class Comparison:
    """The image `after`, painted over the frame: right of the divider, or on every other square.

    Attributes:
        split: position of the divider in the widget, 0 (left) to 1.
        checkerboard: squares instead of a divider.
    """

    def __init__(self, after: npt.NDArray[np.generic], texts: tuple[str, str], theme: Theme, *,
                 checkerboard: bool = False, display: Display | None = None) -> None:
        """Args: texts: what is left and what is right of the divider ("" for nothing)."""
        self._layers = Layers()
        self._layers.image.set_frame(after, display or Display())
        self._texts, self._theme = texts, theme
        self.checkerboard = checkerboard
        self.split = 0.5

    def set_display(self, display: Display) -> None:
        """Show the other image otherwise."""
        self._layers.image.set_display(display)

    def grips(self, position: QPointF, widget: QRect) -> bool:
        """A press here takes the divider."""
        return not self.checkerboard and abs(position.x() - self._line(widget)) <= _GRIP

    def drag_to(self, position: QPointF, widget: QRect) -> None:
        """Put the divider under the pointer."""
        self.split = min(max(position.x() / max(widget.width(), 1), 0.0), 1.0)

    def paint(self, painter: QPainter, view: ViewTransform, shape: tuple[int, int], widget: QRect, rect: QRect,
              ratio: float, *, smooth: bool) -> None:
        """Paint a part of the widget.

        Args:
            view: of the frame; shape: its (rows, columns).
            widget, rect: the whole widget, and what of it is painted.
            ratio: device pixels per widget point.
        """
        line = self._line(widget)
        painter.save()
        if self.checkerboard:
            painter.setClipPath(_squares(view, shape), Qt.ClipOperation.IntersectClip)
        else:
            painter.setClipRect(QRectF(line, 0, widget.width() - line, widget.height()),
                                Qt.ClipOperation.IntersectClip)
        self._layers.smooth = smooth
        self._layers.paint(painter, self._covering(view, shape), rect, ratio)
        painter.restore()
        if not self.checkerboard:
            self._paint_divider(painter, line, widget)

    def _covering(self, view: ViewTransform, shape: tuple[int, int]) -> ViewTransform:
        """The view in which the other image stands where a frame of this shape does."""
        rows, columns = self._layers.image.shape or shape
        wider, higher = shape[1] / columns, shape[0] / rows
        return replace(view, scale=view.scale * wider, aspect=view.aspect * higher / wider)

    def _line(self, widget: QRect) -> float:
        return self.split * widget.width()

    def _paint_divider(self, painter: QPainter, line: float, widget: QRect) -> None:
        accent = self._theme.color("accent")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(line, 0), QPointF(line, widget.height()))
        painter.setBrush(accent)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = QPointF(line, widget.height() / 2)
        painter.drawEllipse(middle, _GRIP, _GRIP)
        painter.setPen(QPen(self._theme.color("on_accent"), 1.5))
        for side in (-1, 1):
            tip = middle + QPointF(side * 5, 0)
            painter.drawLine(tip, tip + QPointF(-side * 2.5, -2.5))
            painter.drawLine(tip, tip + QPointF(-side * 2.5, 2.5))
        self._paint_texts(painter, line, widget)

    def _paint_texts(self, painter: QPainter, line: float, widget: QRect) -> None:
        painter.setFont(self._theme.font(points=9))
        for text, right_of in zip(self._texts, (False, True), strict=True):
            if not text:
                continue
            size = painter.fontMetrics().size(0, text)
            box = QRectF(0, SPACE.M, size.width() + 2 * SPACE.S, size.height() + SPACE.S)
            box.moveLeft(line + SPACE.M if right_of else line - SPACE.M - box.width())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 150))
            painter.drawRoundedRect(box, SPACE.XS, SPACE.XS)
            painter.setPen(QColor("white"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _squares(view: ViewTransform, shape: tuple[int, int]) -> QPainterPath:
    """Every other square of the image, `_SQUARES` along its shorter side; the top left one is the frame's."""
    rows, columns = shape
    side = max(1.0, min(rows * view.aspect, columns) / _SQUARES)
    down, across = side / view.aspect, side
    path = QPainterPath()
    for row in range(int(-(-rows // down))):
        for column in range((row + 1) % 2, int(-(-columns // across)), 2):
            path.addRect(view.box(row * down, column * across, min((row + 1) * down, rows),
                                  min((column + 1) * across, columns)))
    return path
