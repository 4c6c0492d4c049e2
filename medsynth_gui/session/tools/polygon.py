"""Polygon: click corners; a double click, Enter or the first corner closes it."""

from __future__ import annotations

import math

from medsynth_gui.core.raster import Point, polygon
from medsynth_gui.session.tools.base import PointerEvent, Preview, ToolContext, refuses

_CLOSE_PX = 8.0


class Polygon:
    """Fills the outline with the active label, or removes labels where Alt was held at the first corner."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._erases = False
        self._frame = 0

    @property
    def busy(self) -> bool:
        return bool(self._points)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points and self._frame != ctx.frame:
            self.cancel(ctx)
        if not self._points:
            self._erases = "alt" in event.modifiers
            self._frame = ctx.frame
            if refuses(0 if self._erases else ctx.label, ctx):
                return
        elif self._near_first(event, ctx):
            self.finish(ctx)
            return
        self._points.append(event.point)
        self.move(event, ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points:
            ctx.show(Preview((*self._points, event.point), closed=self._near_first(event, ctx)))

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        """Corners are set by presses."""

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        points, frame = tuple(self._points), self._frame
        self.cancel(ctx)
        if len(points) < 3:
            return
        _, rows, columns = ctx.document.shape
        stamp = polygon(frame, points, rows=rows, columns=columns)
        with ctx.document.step("Polygon"):
            ctx.document.paint(stamp.region, stamp.mask, 0 if self._erases else ctx.label)

    def cancel(self, ctx: ToolContext) -> None:
        self._points.clear()
        ctx.show(None)

    def _near_first(self, event: PointerEvent, ctx: ToolContext) -> bool:
        return len(self._points) >= 3 and math.dist(event.point, self._points[0]) * ctx.pixel_px <= _CLOSE_PX
