"""Comparison: before and after in one place, with a divider that is dragged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medsynth_gui.gui.canvas.image_layer import ImageLayer
from medsynth_gui.gui.theme import SPACE, Theme

_GRIP = 9.0


class Comparison:
    """The image `after`, painted over the frame right of the divider.

    Attributes:
        split: position of the divider in the widget, 0 (left) to 1.
    """

    def __init__(self, after: npt.NDArray[np.generic], before_text: str, after_text: str, theme: Theme) -> None:
        self._layer = ImageLayer()
        self._layer.set_frame(after, None, invert=False)
        self._shape = (int(after.shape[0]), int(after.shape[1]))
        self._texts = (before_text, after_text)
        self._theme = theme
        self.split = 0.5

    def grips(self, position: QPointF, widget: QRect) -> bool:
        """A press here takes the divider."""
        return abs(position.x() - self._line(widget)) <= _GRIP

    def drag_to(self, position: QPointF, widget: QRect) -> None:
        """Put the divider under the pointer."""
        self.split = min(max(position.x() / max(widget.width(), 1), 0.0), 1.0)

    def paint(self, painter: QPainter, image: QRectF, widget: QRect, *, smooth: bool) -> None:
        """Paint the right part; `image` is where the whole frame stands on the widget."""
        line = self._line(widget)
        rows, columns = self._shape
        painter.save()
        painter.setClipRect(QRectF(line, 0, widget.width() - line, widget.height()), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        self._layer.paint(painter, image, (0, 0, rows, columns), image.width() / columns)
        painter.restore()
        self._paint_divider(painter, line, widget)

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
