"""Correct: clicks, scribbles and boxes that an interactive model answers; and the part of a proposal to accept."""

from __future__ import annotations

import math

from medsynth_gui.core.errors import Message
from medsynth_gui.core.raster import Point, polygon
from medsynth_gui.session.correcting import Correcting, Stroke
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses

_DRAG_PX = 4.0


class Correct(Tool):
    """Click adds, Alt+click removes, a drag is a scribble, Shift+drag a box; Enter writes, Backspace takes one back."""

    def __init__(self) -> None:
        self._correcting: Correcting | None = None
        self._points: list[Point] = []
        self._positive, self._boxed = True, False

    @property
    def busy(self) -> bool:
        return self._correcting is not None and self._correcting.running

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if refuses(ctx.label, ctx):
            return
        self._correcting = ctx.correcting
        self._points = [event.point]
        self._positive, self._boxed = "alt" not in event.modifiers, "shift" in event.modifiers
        self._draw(ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points and self._points[-1] != event.point:
            self._points = [self._points[0], event.point] if self._boxed else [*self._points, event.point]
            if self._dragged(ctx):
                self._draw(ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if not self._points:
            return
        self.move(event, ctx)
        if not self._dragged(ctx):
            self._points, self._boxed = self._points[:1], False
            self._draw(ctx)
        self._points = []
        if not ctx.correcting.end():
            ctx.tell(Message("prompts-missing"))

    def finish(self, ctx: ToolContext) -> None:
        self._points = []
        ctx.correcting.finish()

    def cancel(self, ctx: ToolContext) -> None:
        self._points = []
        ctx.correcting.cancel()

    def step_back(self, ctx: ToolContext) -> None:
        self._points = []
        ctx.correcting.undo()

    def _dragged(self, ctx: ToolContext) -> bool:
        return max(math.dist(point, self._points[0]) for point in self._points) * ctx.pixel_px >= _DRAG_PX

    def _draw(self, ctx: ToolContext) -> None:
        ctx.correcting.draw(Stroke(tuple(self._points), self._positive or self._boxed, self._boxed),
                            ctx.frame, ctx.label)


class AcceptPart(Tool):
    """A lasso around the part of the proposal that becomes mask; the rest stays proposed."""

    def __init__(self) -> None:
        self._points: list[Point] = []

    @property
    def busy(self) -> bool:
        return bool(self._points)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self._points = [event.point]

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points:
            self._points.append(event.point)
            ctx.show(Preview(tuple(self._points), handles=()))

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.move(event, ctx)
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        points = tuple(self._points)
        self.cancel(ctx)
        _, rows, columns = ctx.document.shape
        inside = polygon(ctx.frame, points, rows=rows, columns=columns)
        if not inside.region.empty:
            ctx.accept_part(inside)

    def cancel(self, ctx: ToolContext) -> None:
        self._points = []
        ctx.show(None)
