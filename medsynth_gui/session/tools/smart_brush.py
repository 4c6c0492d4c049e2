"""Smart brush: paints whole superpixels, patches of like gray that keep to edges."""

from __future__ import annotations

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.interactive import Superpixels
from medsynth_gui.core.raster import Point, Stamp
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.frame_memo import FrameMemo
from medsynth_gui.session.tools.rules import permitted, value_of


class SmartBrush(Tool):
    """Shows the superpixel under the pointer; a drag gives all it passes the active label (Alt: removes)."""

    def __init__(self) -> None:
        self._memo = FrameMemo()
        self._last: Point | None = None
        self._value = 0

    @property
    def busy(self) -> bool:
        return self._last is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.cancel(ctx)
        self._value = value_of(event.modifiers, ctx)
        if refuses(self._value, ctx):
            return
        ctx.document.begin("Smart brush")
        self._last = event.point
        self._paint(event.point, ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._last is None:
            stamp = self._stamp(event.point, ctx)
            ctx.show(Preview(stamp=permitted(stamp, ctx), value=value_of(event.modifiers, ctx)) if stamp else None)
            return
        # No superpixel between two events may be missed.
        (y0, x0), (y1, x1) = self._last, event.point
        steps = max(1, int(max(abs(y1 - y0), abs(x1 - x0)) / (int(ctx.options["size"]) / 2)) + 1)
        for step in range(1, steps + 1):
            self._paint((y0 + (y1 - y0) * step / steps, x0 + (x1 - x0) * step / steps), ctx)
        self._last = event.point

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._last is not None and self._last != event.point:
            self.move(event, ctx)
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        if self._last is not None:
            self._last = None
            ctx.document.commit()

    def cancel(self, ctx: ToolContext) -> None:
        ctx.show(None)
        if self._last is not None:
            self._last = None
            ctx.document.rollback()

    def _paint(self, point: Point, ctx: ToolContext) -> None:
        if stamp := self._stamp(point, ctx):
            stamp = permitted(stamp, ctx)
            ctx.document.paint(stamp.region, stamp.mask, self._value)

    def _stamp(self, point: Point, ctx: ToolContext) -> Stamp | None:
        image, size = ctx.image(), int(ctx.options["size"])
        found = self._memo.get(image, size, lambda: Superpixels(image, size)).at(*point)
        if found is None:
            return None
        box, mask = found
        return Stamp(Region(ctx.frame, box.y0, box.x0, box.y1, box.x1), mask)
