"""CorrectLayer: paints the prompts of the running correction, and what accepting its answer would do."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.theme.tokens import DARK
from medsynth_gui.session.correct_commands import correction_preview
from medsynth_gui.session.correcting import Answered, Stroke

# What surrounds an image is dark in both themes: so are the colours over it.
_ADDS, _REMOVES, _BOX = QColor(DARK.good), QColor(DARK.bad), QColor(DARK.accent)
_HALO, _GLYPH = QColor(0, 0, 0, 170), QColor(10, 12, 16)
_DOT, _ARM = 7.0, 3.5


class CorrectLayer:
    """Prompts differ in colour and in their sign: plus adds, minus removes. They keep their size while zooming."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        self._session, self._canvas = context.session, canvas
        self._previewed: Answered | None = None
        canvas.add_painter(self)
        self._session.correcting.changed.connect(self._changed)

    def _changed(self, _: None) -> None:
        found = self._session.correcting.shown
        if found is not self._previewed:
            self._previewed = found
            region, mask = correction_preview(self._session) or (None, None)
            self._canvas.set_mask_preview(mask, self._session.label_set.find(self._session.correcting.label),
                                          region=region)
        self._canvas.update()

    def paint(self, painter: QPainter, view: ViewTransform, widget: QRect) -> None:
        """Paint the prompts, the latest uppermost."""
        for stroke in self._session.correcting.strokes:
            points = [view.to_widget(*point) for point in stroke.points]
            if stroke.boxed:
                _paint_box(painter, points)
            else:
                _paint_stroke(painter, stroke, points)


def _paint_box(painter: QPainter, points: list[QPointF]) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_HALO, 3.6), QPen(_BOX, 1.8, Qt.PenStyle.DashLine)):
        painter.setPen(pen)
        painter.drawRect(QRectF(points[0], points[-1]).normalized())


def _paint_stroke(painter: QPainter, stroke: Stroke, points: list[QPointF]) -> None:
    color = _ADDS if stroke.positive else _REMOVES
    for pen in (QPen(_HALO, 6), QPen(color, 3.2)):
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        if len(points) > 1:
            painter.drawPolyline(points)
    at = points[0]
    painter.setPen(QPen(_HALO, 2))
    painter.setBrush(color)
    painter.drawEllipse(at, _DOT, _DOT)
    painter.setPen(QPen(_GLYPH, 2))
    painter.drawLine(QLineF(at.x() - _ARM, at.y(), at.x() + _ARM, at.y()))
    if stroke.positive:
        painter.drawLine(QLineF(at.x(), at.y() - _ARM, at.x(), at.y() + _ARM))
