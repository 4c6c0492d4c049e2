"""ViewTransform: where image pixels stand on the widget, with physical aspect."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, QRectF

MIN_SCALE, MAX_SCALE = 0.02, 64.0


@dataclass(frozen=True)
class ViewTransform:
    """Image (y, x) to widget points: x * scale + left, y * scale * aspect + top.

    Attributes:
        scale: widget points per image column.
        aspect: height of a pixel over its width.
        fitted: the view follows the size of the widget.
    """

    scale: float = 1.0
    aspect: float = 1.0
    left: float = 0.0
    top: float = 0.0
    fitted: bool = True

    def to_widget(self, y: float, x: float) -> QPointF:
        return QPointF(self.left + x * self.scale, self.top + y * self.scale * self.aspect)

    def to_image(self, point: QPointF) -> tuple[float, float]:
        """(y, x) in image pixels."""
        return (point.y() - self.top) / (self.scale * self.aspect), (point.x() - self.left) / self.scale

    def box(self, y0: float, x0: float, y1: float, x1: float) -> QRectF:
        """The widget rectangle of an image box."""
        return QRectF(self.to_widget(y0, x0), self.to_widget(y1, x1))

    def visible(self, rect: QRect, rows: int, columns: int) -> tuple[int, int, int, int]:
        """The image box (y0, x0, y1, x1) that a widget rectangle shows, whole pixels, one more around."""
        y0, x0 = self.to_image(QPointF(rect.topLeft()))
        y1, x1 = self.to_image(QPointF(rect.right() + 1, rect.bottom() + 1))
        return max(0, int(y0) - 1), max(0, int(x0) - 1), min(rows, int(y1) + 2), min(columns, int(x1) + 2)

    def fit(self, width: float, height: float, rows: int, columns: int) -> ViewTransform:
        """The whole image, as large as the widget allows, in its middle."""
        scale = min(max(min(width / max(columns, 1), height / max(rows * self.aspect, 1e-6)), MIN_SCALE), MAX_SCALE)
        return replace(self, scale=scale, left=(width - columns * scale) / 2,
                       top=(height - rows * scale * self.aspect) / 2, fitted=True)

    def zoomed(self, factor: float, at: QPointF) -> ViewTransform:
        """Larger by `factor`; the pixel under `at` stays there."""
        scale = min(max(self.scale * factor, MIN_SCALE), MAX_SCALE)
        ratio = scale / self.scale
        return replace(self, scale=scale, left=at.x() - (at.x() - self.left) * ratio,
                       top=at.y() - (at.y() - self.top) * ratio, fitted=False)

    def panned(self, dx: float, dy: float) -> ViewTransform:
        return replace(self, left=self.left + dx, top=self.top + dy, fitted=False)
