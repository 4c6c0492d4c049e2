"""Wand: grows a region of like gray from where it is pressed; dragging changes how much may differ."""

from __future__ import annotations

from math import floor

from medsynth_gui.core.raster import Stamp, flood_image
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.frame_memo import FrameMemo
from medsynth_gui.session.tools.rules import permitted, put, value_of

_PX_PER_VALUE = 3.0


class Wand(Tool):
    """Up takes more, down takes less, letting go writes; the option keeps the tolerance for the next press."""

    def __init__(self) -> None:
        self._start: PointerEvent | None = None
        self._tolerance = 0
        self._frame = 0
        self._value = 0
        self._memo = FrameMemo()

    @property
    def busy(self) -> bool:
        return self._start is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.cancel(ctx)
        self._value = value_of(event.modifiers, ctx)
        if not refuses(self._value, ctx):
            self._start, self._frame, self._tolerance = event, ctx.frame, int(ctx.options["tolerance"])
            self.refresh(ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._start is None:
            return
        steps = round((self._start.y - event.y) * ctx.pixel_px / _PX_PER_VALUE)
        tolerance = min(max(int(ctx.options["tolerance"]) + steps, 0), 255)
        if tolerance != self._tolerance:
            self._tolerance = tolerance
            self.refresh(ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.move(event, ctx)
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        if self._start is not None:
            stamp, tolerance = self._stamp(ctx), self._tolerance
            self.cancel(ctx)
            put("Wand", stamp, self._value, ctx)
            ctx.set_option("tolerance", tolerance)

    def cancel(self, ctx: ToolContext) -> None:
        self._start = None
        ctx.show(None)

    def refresh(self, ctx: ToolContext) -> None:
        ctx.show(Preview(stamp=permitted(self._stamp(ctx), ctx), value=self._value))

    def _stamp(self, ctx: ToolContext) -> Stamp:
        assert self._start is not None
        image = self._memo.smoothed(ctx.image(), float(ctx.options["smooth"]))
        return flood_image(self._frame, image, (floor(self._start.y), floor(self._start.x)), self._tolerance)
