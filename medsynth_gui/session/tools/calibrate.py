"""Calibrate: a line along the scanner's ruler, whose length is then typed."""

from __future__ import annotations

import math

from medsynth_gui.core.ruler import RulerLine, find_ruler
from medsynth_gui.session.tools.base import Point, PointerEvent, Preview, Tool, ToolContext

_LEAST_PX = 8.0


class Calibrate(Tool):
    """Drag (or click both ends); the line snaps to evenly spaced ticks unless the option says otherwise."""

    def __init__(self) -> None:
        self._start: Point | None = None

    @property
    def busy(self) -> bool:
        return self._start is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._start is None:
            self._start = event.point
            self.move(event, ctx)
        else:
            self._end(event, ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._start is not None:
            ctx.show(Preview((self._start, self._placed(event)), handles=()))

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._start is not None and math.dist(self._start, event.point) * ctx.pixel_px >= _LEAST_PX:
            self._end(event, ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._start = None
        ctx.show(None)

    def _end(self, event: PointerEvent, ctx: ToolContext) -> None:
        start, end = self._start, self._placed(event)
        self.cancel(ctx)
        if start is None or math.dist(start, end) < 2:
            return
        drawn = RulerLine(ctx.frame, start, end)
        line = find_ruler(ctx.image(), drawn) if ctx.options["snap"] else drawn
        ctx.show(Preview((line.start, line.end), handles=(line.start, line.end)))
        ctx.ruler_drawn(line)

    def _placed(self, event: PointerEvent) -> Point:
        """Held level or upright by Shift."""
        if self._start is None or "shift" not in event.modifiers:
            return event.point
        down, side = event.y - self._start[0], event.x - self._start[1]
        return (self._start[0], event.x) if abs(side) >= abs(down) else (event.y, self._start[1])
