"""ViewTransform: where image pixels stand on the widget, with physical aspect, quarter turns and mirroring."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QTransform

MIN_SCALE, MAX_SCALE = 0.02, 64.0
# (xx, xy, yx, yy) of 0 to 3 quarter turns clockwise on the screen: x' = xx x + xy y, y' = yx x + yy y.
_TURNS = ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))


@dataclass(frozen=True)
class ViewTransform:
    """Image (y, x) to widget points: (x * scale, y * scale * aspect), mirrored, turned, then moved by (left, top).

    Turning and mirroring are of the view alone: every way from image to screen and back goes through here.

    Attributes:
        scale: widget points per image column.
        aspect: height of a pixel over its width.
        left, top: where the corner of image pixel (0, 0) stands.
        fitted: the view follows the size of the widget.
        turns: quarter turns clockwise, 0 to 3, after mirroring.
        mirrored: left and right of the image are exchanged.
    """

    scale: float = 1.0
    aspect: float = 1.0
    left: float = 0.0
    top: float = 0.0
    fitted: bool = True
    turns: int = 0
    mirrored: bool = False

    @property
    def upright(self) -> bool:
        """Neither turned nor mirrored."""
        return not self.turns and not self.mirrored

    def to_widget(self, y: float, x: float) -> QPointF:
        across, down = self._directed(x * self.scale, y * self.scale * self.aspect)
        return QPointF(self.left + across, self.top + down)

    def to_image(self, point: QPointF) -> tuple[float, float]:
        """(y, x) in image pixels."""
        across, down = point.x() - self.left, point.y() - self.top
        xx, xy, yx, yy = _TURNS[self.turns]
        x, y = xx * across + yx * down, xy * across + yy * down
        return y / (self.scale * self.aspect), (-x if self.mirrored else x) / self.scale

    def box(self, y0: float, x0: float, y1: float, x1: float) -> QRectF:
        """The widget rectangle of an image box."""
        return QRectF(self.to_widget(y0, x0), self.to_widget(y1, x1)).normalized()

    def size(self, height: float, width: float) -> QSizeF:
        """The size on the widget of an image box."""
        made = QSizeF(width * self.scale, height * self.scale * self.aspect)
        return made.transposed() if self.turns % 2 else made

    def upright_box(self, y0: float, x0: float, y1: float, x1: float) -> QRectF:
        """The rectangle of an image box before `placement`, which a painter applies."""
        down = self.scale * self.aspect
        return QRectF(QPointF(x0 * self.scale, y0 * down), QPointF(x1 * self.scale, y1 * down))

    def placement(self) -> QTransform:
        """From `upright_box` to the widget."""
        xx, xy, yx, yy = _TURNS[self.turns]
        sign = -1 if self.mirrored else 1
        return QTransform(sign * xx, sign * yx, xy, yy, self.left, self.top)

    def visible(self, rect: QRect, rows: int, columns: int) -> tuple[int, int, int, int]:
        """The image box (y0, x0, y1, x1) that a widget rectangle shows, whole pixels, one more around."""
        corners = (self.to_image(QPointF(rect.topLeft())), self.to_image(QPointF(rect.right() + 1, rect.bottom() + 1)))
        (y0, y1), (x0, x1) = (sorted(pair) for pair in zip(*corners, strict=True))
        return max(0, int(y0) - 1), max(0, int(x0) - 1), min(rows, int(y1) + 2), min(columns, int(x1) + 2)

    def fit(self, width: float, height: float, rows: int, columns: int) -> ViewTransform:
        """The whole image, as large as the widget allows, in its middle."""
        whole = replace(self, scale=1.0).size(rows, columns)
        scale = min(width / max(whole.width(), 1e-6), height / max(whole.height(), 1e-6))
        made = replace(self, scale=min(max(scale, MIN_SCALE), MAX_SCALE), fitted=True)
        return made.centered(QPointF(width / 2, height / 2), rows / 2, columns / 2)

    def centered(self, at: QPointF, y: float, x: float) -> ViewTransform:
        """Moved so that an image position stands at a widget point."""
        moved = at - self.to_widget(y, x)
        return replace(self, left=self.left + moved.x(), top=self.top + moved.y())

    def zoomed(self, factor: float, at: QPointF) -> ViewTransform:
        """Larger by `factor`; the pixel under `at` stays there."""
        scale = min(max(self.scale * factor, MIN_SCALE), MAX_SCALE)
        ratio = scale / self.scale
        return replace(self, scale=scale, left=at.x() - (at.x() - self.left) * ratio,
                       top=at.y() - (at.y() - self.top) * ratio, fitted=False)

    def panned(self, dx: float, dy: float) -> ViewTransform:
        return replace(self, left=self.left + dx, top=self.top + dy, fitted=False)

    def turned(self, quarters: int, around: QPointF) -> ViewTransform:
        """Turned clockwise as seen on the screen; what is at `around` stays there."""
        return replace(self, turns=(self.turns + quarters) % 4).centered(around, *self.to_image(around))

    def flipped(self, around: QPointF) -> ViewTransform:
        """Left and right exchanged as seen on the screen; what is at `around` stays there."""
        return replace(self, turns=-self.turns % 4, mirrored=not self.mirrored).centered(
            around, *self.to_image(around))

    def _directed(self, across: float, down: float) -> tuple[float, float]:
        xx, xy, yx, yy = _TURNS[self.turns]
        across = -across if self.mirrored else across
        return xx * across + xy * down, yx * across + yy * down
