"""Overlays: what stands over the image and is no mask: the tool's circle and line, badges, the empty text."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.theme import SPACE, Theme

_HANDLE = 4.0


class Overlays:
    """Paints in widget points.

    Attributes:
        cursor_radius: radius of the tool in image pixels; None draws no circle.
        preview: (y, x) vertices of a line in hand; `preview_closed` where a click would close it.
        synthetic: the image wears the synthetic badge.
        badge: a further badge.
        empty: title and hint of an empty canvas.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.cursor_radius: float | None = None
        self.preview: tuple[tuple[float, float], ...] = ()
        self.preview_closed = False
        self.synthetic = False
        self.badge = ""
        self.empty = ("", "")

    @property
    def follows_pointer(self) -> bool:
        return self.cursor_radius is not None

    def pointer_rect(self, pointer: QPointF, view: ViewTransform) -> QRect:
        """What to repaint when the circle leaves or enters this place."""
        radius_x = (self.cursor_radius or 0) * view.scale + 3
        radius_y = (self.cursor_radius or 0) * view.scale * view.aspect + 3
        return QRectF(pointer.x() - radius_x, pointer.y() - radius_y, 2 * radius_x, 2 * radius_y).toAlignedRect()

    def paint(self, painter: QPainter, view: ViewTransform, widget: QRect, pointer: QPointF | None) -> None:
        """Paint everything that is on."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.preview:
            self._paint_preview(painter, view)
        if self.cursor_radius is not None and pointer is not None:
            self._paint_circle(painter, view, pointer)
        self._paint_badges(painter)

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
        radius = self.cursor_radius or 0.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(QColor(0, 0, 0, 160), 3), QPen(QColor(255, 255, 255, 230), 1.2)):
            painter.setPen(pen)
            painter.drawEllipse(pointer, max(1.5, radius * view.scale), max(1.5, radius * view.scale * view.aspect))

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
        if len(points) <= 200:
            for point in points[:-1] or points:
                painter.drawEllipse(point, _HANDLE, _HANDLE)
        if self.preview_closed:
            painter.setBrush(QColor("white"))
            painter.drawEllipse(points[0], _HANDLE + 1.5, _HANDLE + 1.5)

    def _paint_badges(self, painter: QPainter) -> None:
        synthetic = QCoreApplication.translate("canvas", "Synthetic") if self.synthetic else ""
        left = float(SPACE.M)
        painter.setFont(self._theme.font(points=9, strong=True))
        for text, token in ((synthetic, "caution"), (self.badge, "accent")):
            if not text:
                continue
            size = painter.fontMetrics().size(0, text)
            box = QRectF(left, SPACE.M, size.width() + 2 * SPACE.S + 2, size.height() + SPACE.S)
            color = self._theme.color(token)
            painter.setPen(QPen(color, 1))
            painter.setBrush(QColor(10, 12, 16, 200))
            painter.drawRoundedRect(box, SPACE.XS + 1, SPACE.XS + 1)
            painter.setPen(color)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            left = box.right() + SPACE.S
