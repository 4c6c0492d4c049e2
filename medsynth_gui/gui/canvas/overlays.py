"""Overlays: what stands over the image and is no mask: the tool's circle and line, crosshair, badges, legend."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from medsynth_gui.gui.canvas.ring import Ring
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.theme import SPACE, Theme

_HANDLE = 4.0
_HANDLES_MOST = 200
_GAP = 12.0
_SQUARE = 10.0


class OverlayPainter(Protocol):
    """Something that paints over the image and its masks: measurements, say."""

    def paint(self, painter: QPainter, view: ViewTransform, widget: QRect) -> None:
        """Paint in widget points; `view.to_widget(y, x)` says where image pixels stand. Clipped to what changed."""
        ...


class Overlays:
    """Paints in widget points.

    Attributes:
        extras: further painters, called in order after the masks and before the tool's own marks.
        cursor_radius: radius of the tool in image pixels; None draws no circle.
        preview: (y, x) vertices of a line in hand; `preview_closed` where a click would close it.
        handles: (y, x) of the dots on that line.
        synthetic: the image wears the synthetic badge.
        badge: a further badge.
        crosshair: image (y, x) where lines across the widget meet.
        legend: (colour, words) of what is painted over the image.
        empty: title and hint of an empty canvas.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._ring = Ring()
        self.extras: list[OverlayPainter] = []
        self.cursor_radius: float | None = None
        self.preview: tuple[tuple[float, float], ...] = ()
        self.preview_closed = False
        self.handles: tuple[tuple[float, float], ...] = ()
        self.synthetic = False
        self.badge = ""
        self.crosshair: tuple[float, float] | None = None
        self.legend: tuple[tuple[QColor, str], ...] = ()
        self.empty = ("", "")

    @property
    def follows_pointer(self) -> bool:
        return self.cursor_radius is not None

    def pointer_rect(self, pointer: QPointF, view: ViewTransform) -> QRect:
        """What to repaint when the circle leaves or enters this place."""
        size = view.size(self.cursor_radius or 0, self.cursor_radius or 0)
        half_x, half_y = size.width() + 3, size.height() + 3
        return QRectF(pointer.x() - half_x, pointer.y() - half_y, 2 * half_x, 2 * half_y).toAlignedRect()

    def crosshair_region(self, view: ViewTransform, widget: QRect) -> QRegion:
        """What to repaint when the crosshair leaves or enters its place."""
        if self.crosshair is None:
            return QRegion()
        at = view.to_widget(*self.crosshair).toPoint()
        return QRegion(at.x() - 2, 0, 5, widget.height()) + QRegion(0, at.y() - 2, widget.width(), 5)

    def paint(self, painter: QPainter, view: ViewTransform, widget: QRect, pointer: QPointF | None) -> None:
        """Paint everything that is on the image."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for extra in self.extras:
            painter.save()
            extra.paint(painter, view, widget)
            painter.restore()
        if self.crosshair is not None:
            self._paint_crosshair(painter, view, widget)
        if self.preview:
            self._paint_preview(painter, view)
        if self.cursor_radius is not None and pointer is not None:
            self._paint_circle(painter, view, pointer)

    def paint_words(self, painter: QPainter, view: ViewTransform, widget: QRect) -> None:
        """Paint badges and legend, which stand on the widget and not on the image."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_badges(painter, view)
        if self.legend:
            self._paint_legend(painter, widget)

    def paint_empty(self, painter: QPainter, widget: QRect) -> None:
        """Say what belongs here."""
        title, hint = self.empty
        if not title:
            return
        painter.setPen(QColor("#e7ebf0"))
        painter.setFont(self._theme.font(points=13, strong=True))
        half = widget.height() // 2
        painter.drawText(widget.adjusted(SPACE.L, 0, -SPACE.L, -half - SPACE.S // 2),
                         Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap, title)
        painter.setPen(QColor("#8f9aa8"))
        painter.setFont(self._theme.font(points=10))
        painter.drawText(widget.adjusted(SPACE.L, half + SPACE.S // 2, -SPACE.L, 0),
                         Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, hint)

    def _paint_circle(self, painter: QPainter, view: ViewTransform, pointer: QPointF) -> None:
        size = view.size(self.cursor_radius or 0.0, self.cursor_radius or 0.0)
        self._ring.paint(painter, pointer, max(1.5, size.width()), max(1.5, size.height()))

    def _paint_preview(self, painter: QPainter, view: ViewTransform) -> None:
        points = [view.to_widget(y, x) for y, x in self.preview]
        accent = self._theme.color("accent")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(QColor(0, 0, 0, 140), 3.5), QPen(accent, 2)):
            painter.setPen(pen)
            painter.drawPolyline(points)
            if self.preview_closed:
                painter.drawLine(points[-1], points[0])
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1))
        painter.setBrush(accent)
        if len(self.handles) <= _HANDLES_MOST:
            for y, x in self.handles:
                painter.drawEllipse(view.to_widget(y, x), _HANDLE, _HANDLE)
        if self.preview_closed:
            painter.setBrush(QColor("white"))
            painter.drawEllipse(points[0], _HANDLE + 1.5, _HANDLE + 1.5)

    def _paint_crosshair(self, painter: QPainter, view: ViewTransform, widget: QRect) -> None:
        assert self.crosshair is not None
        at = view.to_widget(*self.crosshair)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        lines = [QLineF(at.x() + side * _GAP, at.y(), at.x() + side * 1e4, at.y()) for side in (-1, 1)]
        lines += [QLineF(at.x(), at.y() + side * _GAP, at.x(), at.y() + side * 1e4) for side in (-1, 1)]
        for pen in (QPen(QColor(0, 0, 0, 130), 3), QPen(self._theme.color("accent"), 1)):
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_badges(self, painter: QPainter, view: ViewTransform) -> None:
        synthetic = QCoreApplication.translate("canvas", "Synthetic") if self.synthetic else ""
        left = float(SPACE.M)
        for text, token in ((synthetic, "caution"), (self.badge, "accent"), (_orientation(view), "accent")):
            if not text:
                continue
            painter.setFont(self._theme.font(points=9, strong=True))
            size = painter.fontMetrics().size(0, text)
            box = QRectF(left, SPACE.M, size.width() + 2 * SPACE.S + 2, size.height() + SPACE.S)
            color = self._theme.color(token)
            painter.setPen(QPen(color, 1))
            painter.setBrush(QColor(10, 12, 16, 200))
            painter.drawRoundedRect(box, SPACE.XS + 1, SPACE.XS + 1)
            painter.setPen(color)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            left = box.right() + SPACE.S

    def _paint_legend(self, painter: QPainter, widget: QRect) -> None:
        painter.setFont(self._theme.font(points=9))
        metrics = painter.fontMetrics()
        line = metrics.height() + SPACE.XS
        width = max(metrics.horizontalAdvance(words) for _, words in self.legend) + 3 * SPACE.S + _SQUARE
        box = QRectF(SPACE.M, widget.height() - SPACE.M - line * len(self.legend) - SPACE.S, width,
                     line * len(self.legend) + SPACE.S)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(10, 12, 16, 200))
        painter.drawRoundedRect(box, SPACE.XS + 1, SPACE.XS + 1)
        for number, (color, words) in enumerate(self.legend):
            top = box.top() + SPACE.S / 2 + number * line
            painter.fillRect(QRectF(box.left() + SPACE.S, top + (line - _SQUARE) / 2, _SQUARE, _SQUARE), color)
            painter.setPen(QColor("white"))
            painter.drawText(QRectF(box.left() + 2 * SPACE.S + _SQUARE, top, width, line),
                             Qt.AlignmentFlag.AlignVCenter, words)


def _orientation(view: ViewTransform) -> str:
    """How the view is turned, in words ("" upright)."""
    words = [QCoreApplication.translate("canvas", "Rotated {0}°").format(90 * view.turns)] if view.turns else []
    words += [QCoreApplication.translate("canvas", "Flipped")] if view.mirrored else []
    return " · ".join(words)
