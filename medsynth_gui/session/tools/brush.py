"""Brush and eraser: a round tip dragged over the image, one undo step a stroke."""

from __future__ import annotations

from medsynth_gui.core.raster import Point, capsule
from medsynth_gui.session.tools.base import PointerEvent, ToolContext, refuses


class Brush:
    """Paints the active label, or removes labels where Alt is held or `erases` is set.

    Args:
        name: of the undo step.
        erases: paint nothing but the background.
    """

    def __init__(self, name: str = "Brush", *, erases: bool = False) -> None:
        self._name = name
        self._erases = erases
        self._last: Point | None = None
        self._value = 0

    @property
    def busy(self) -> bool:
        return self._last is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.cancel(ctx)
        self._value = 0 if self._erases or "alt" in event.modifiers else ctx.label
        if refuses(self._value, ctx):
            return
        ctx.document.begin(self._name)
        self._draw(event.point, event.point, ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._last is not None:
            self._draw(self._last, event.point, ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.move(event, ctx)
        self.finish(ctx)

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.press(event, ctx)

    def finish(self, ctx: ToolContext) -> None:
        if self._last is not None:
            self._last = None
            ctx.document.commit()

    def cancel(self, ctx: ToolContext) -> None:
        if self._last is not None:
            self._last = None
            ctx.document.rollback()

    def _draw(self, start: Point, end: Point, ctx: ToolContext) -> None:
        _, rows, columns = ctx.document.shape
        stamp = capsule(ctx.frame, start, end, float(ctx.options["radius"]), rows=rows, columns=columns)
        mask = stamp.mask
        if ctx.options.get("active_only"):
            mask = mask & (ctx.document.labels(ctx.frame)[stamp.region.slices] == ctx.label)
        ctx.document.paint(stamp.region, mask, self._value)
        self._last = end
