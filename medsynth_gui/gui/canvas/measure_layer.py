"""MeasureLayer: paints the measurements of the session over the image, with their figures on dark plates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from medsynth_gui.core.measurement import Measurement
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.measure_words import beside
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.theme.tokens import DARK

# What surrounds an image is dark in both themes: so are the colours over it.
_CHOSEN, _OTHER = QColor(DARK.accent), QColor(DARK.caution)
_HALO, _PLATE = QColor(0, 0, 0, 150), QColor(10, 12, 16, 215)
_HANDLE, _TICK, _GAP, _STEP = 4.5, 6.0, 12.0, 5.0


class MeasureLayer:
    """Lines and plates keep their size on the screen while zooming."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        self._session, self._theme, self._canvas = context.session, context.theme, canvas
        self.visible = True
        canvas.add_painter(self)
        self._session.measuring.changed.connect(self._changed)

    def _changed(self, _: None) -> None:
        self._canvas.update()

    def toggle(self) -> None:
        """Show or hide all measurements."""
        self.visible = not self.visible
        self._canvas.update()

    def paint(self, painter: QPainter, view: ViewTransform, widget: QRect) -> None:
        """Paint what belongs to the frame shown."""
        measuring = self._session.measuring
        shown = measuring.shown(self._session.frame) if self.visible and measuring.series else ()
        if not shown:
            return
        lines = [[view.to_widget(*point) for point in item.outline] for item in shown]
        for item, line in zip(shown, lines, strict=True):
            self._paint_line(painter, view, item, line)
        painter.setFont(self._theme.font(points=9.5, strong=True))
        taken = [point for line in lines for point in _dense(line)]
        plates: list[QRectF] = []
        for item, line in zip(shown, lines, strict=True):
            words = beside(item, measuring.read(item))
            if words:
                plates.append(self._paint_plate(painter, words, line, taken, plates, QRectF(widget),
                                                strong=self._strong(item)))

    def _strong(self, item: Measurement) -> bool:
        measuring = self._session.measuring
        return item.id == measuring.selected or item is measuring.draft

    def _paint_line(self, painter: QPainter, view: ViewTransform, item: Measurement, line: list[QPointF]) -> None:
        color = _CHOSEN if self._strong(item) else _OTHER
        style = Qt.PenStyle.DashLine if item.kind in ("histogram", "mmode") else Qt.PenStyle.SolidLine
        points = [view.to_widget(*point) for point in item.points]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_HALO, 3.6), QPen(color, 1.6, style)):
            painter.setPen(pen)
            painter.drawPolyline(line)
            if item.kind == "caliper":
                _draw_ticks(painter, points)
        if self._strong(item):
            painter.setPen(QPen(_HALO, 1))
            painter.setBrush(color)
            for point in points:
                painter.drawEllipse(point, _HANDLE, _HANDLE)

    def _paint_plate(self, painter: QPainter, words: Sequence[str], line: list[QPointF], taken: list[QPointF],
                     plates: list[QRectF], widget: QRectF, *, strong: bool) -> QRectF:
        metrics = QFontMetricsF(painter.font())
        width = max(metrics.horizontalAdvance(text) for text in words)
        size = QSizeF(width + 2 * SPACE.S - 2, metrics.height() * len(words) + SPACE.S - 2)
        box = _place(size, line, taken, plates, widget)
        painter.setPen(QPen(_CHOSEN, 1) if strong else Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(box, SPACE.XS, SPACE.XS)
        painter.setPen(QColor("white"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\n".join(words))
        return box


def _place(size: QSizeF, line: list[QPointF], taken: Sequence[QPointF], plates: Sequence[QRectF],
           widget: QRectF) -> QRectF:
    """A free place near the line: over no line, no other plate and inside the widget; else the first one, inside."""
    first: QRectF | None = None
    for box in _places(size, line):
        first = first or box
        if widget.contains(box) and not any(box.intersects(plate) for plate in plates) \
                and not any(box.contains(point) for point in taken):
            return box
    box = first or QRectF(QPointF(), size)
    box.moveLeft(min(max(box.left(), widget.left()), max(widget.left(), widget.right() - box.width())))
    box.moveTop(min(max(box.top(), widget.top()), max(widget.top(), widget.bottom() - box.height())))
    return box


def _places(size: QSizeF, line: list[QPointF]) -> Iterator[QRectF]:
    """Boxes beside the end of the line and around all of it, the nearest first."""
    middle = QPointF(sum(p.x() for p in line) / len(line), sum(p.y() for p in line) / len(line))
    lowest = max(line, key=lambda p: p.y())
    for anchor in (line[-1], line[0], max(line, key=lambda p: p.x()), lowest, middle):
        away = anchor - middle
        start = math.atan2(away.y(), away.x()) if away.manhattanLength() > 1 else 0.0
        for far in (_GAP, 2 * _GAP, 4 * _GAP):
            for turn in (0, 1, -1, 2, -2, 3, -3, 4):
                angle = start + turn * math.pi / 4
                reach_x, reach_y = far + size.width() / 2, far + size.height() / 2
                center = anchor + QPointF(math.cos(angle) * reach_x, math.sin(angle) * reach_y)
                yield QRectF(center.x() - size.width() / 2, center.y() - size.height() / 2, size.width(), size.height())


def _dense(line: list[QPointF]) -> Iterator[QPointF]:
    """Points along a line, close enough that no plate slips between them."""
    for a, b in pairwise(line):
        pieces = min(1 + int((b - a).manhattanLength() / _STEP), 400)
        yield from (a + (b - a) * (i / pieces) for i in range(pieces))
    yield line[-1]


def _draw_ticks(painter: QPainter, points: Sequence[QPointF]) -> None:
    """A short cross line at both ends, at right angles to the caliper."""
    along = points[1] - points[0]
    size = math.hypot(along.x(), along.y())
    if size < 1:
        return
    across = QPointF(-along.y() / size * _TICK, along.x() / size * _TICK)
    for point in points:
        painter.drawLine(point - across, point + across)
