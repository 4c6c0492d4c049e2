"""Polygon: click corners; a double click, Enter or the first corner closes it."""

from __future__ import annotations

from medsynth_gui.core.raster import Point, polygon
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.rules import put, value_of
from medsynth_gui.session.tools.vertices import nearest_edge, nearest_vertex


class Polygon(Tool):
    """Fills the outline with the active label, or removes labels where Alt was held at the first corner.

    Until it is closed a corner can be dragged, an edge pressed makes a new corner, Backspace removes the last one.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._value = 0
        self._frame = 0
        self._held: int | None = None
        self._moved = False

    @property
    def busy(self) -> bool:
        return bool(self._points)

    @property
    def corners(self) -> int:
        return len(self._points)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points and self._frame != ctx.frame:
            self.cancel(ctx)
        if not self._points:
            self._value, self._frame = value_of(event.modifiers, ctx), ctx.frame
            if refuses(self._value, ctx):
                return
        self._held, self._moved = nearest_vertex(self._points, event.point, ctx.pixel_px), False
        if self._held is None:
            edge = nearest_edge(self._points, event.point, ctx.pixel_px, closed=False)
            self._held = len(self._points) if edge is None else edge + 1
            self._points.insert(self._held, event.point)
            self._moved = True
        self._show(event, ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._held is not None:
            self._moved = self._moved or nearest_vertex([self._points[self._held]], event.point,
                                                        2 * ctx.pixel_px) is None
            if self._moved:
                self._points[self._held] = event.point
        if self._points:
            self._show(event, ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        held, self._held = self._held, None
        if held == 0 and not self._moved and len(self._points) >= 3:
            self.finish(ctx)

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        points, frame = tuple(self._points), self._frame
        self.cancel(ctx)
        if len(points) >= 3:
            _, rows, columns = ctx.document.shape
            put("Polygon", polygon(frame, points, rows=rows, columns=columns), self._value, ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._points.clear()
        self._held = None
        ctx.show(None)

    def step_back(self, ctx: ToolContext) -> None:
        self._held = None
        if self._points:
            self._points.pop()
        ctx.show(Preview((*self._points, self._points[-1])) if self._points else None)

    def _show(self, event: PointerEvent, ctx: ToolContext) -> None:
        closes = len(self._points) >= 3 and nearest_vertex(self._points[:1], event.point, ctx.pixel_px) == 0
        end = self._points[-1] if self._held is not None else event.point
        ctx.show(Preview((*self._points, end), closed=closes))
