"""Brush and eraser: a tip dragged over the image, one undo step a stroke."""

from __future__ import annotations

from medsynth_gui.core.raster import Point, capsule, square_capsule
from medsynth_gui.session.tools.base import PointerEvent, Tool, ToolContext, refuses
from medsynth_gui.session.tools.rules import permitted, value_of

_LEAST_PRESSURE = 0.1
_TIPS = {"round": capsule, "square": square_capsule}


class Brush(Tool):
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
        self._value = 0 if self._erases else value_of(event.modifiers, ctx)
        if refuses(self._value, ctx):
            return
        ctx.document.begin(self._name)
        self._draw(event.point, event, ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._last is not None:
            self._draw(self._last, event, ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        # A pen that is lifted presses no more: its last point was drawn by the move before.
        if self._last is not None and self._last != event.point:
            self._draw(self._last, event, ctx)
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        if self._last is not None:
            self._last = None
            ctx.document.commit()

    def cancel(self, ctx: ToolContext) -> None:
        if self._last is not None:
            self._last = None
            ctx.document.rollback()

    def _draw(self, start: Point, event: PointerEvent, ctx: ToolContext) -> None:
        _, rows, columns = ctx.document.shape
        radius = float(ctx.options["radius"])
        if ctx.options.get("pressure"):
            radius *= max(event.pressure, _LEAST_PRESSURE)
        draw = _TIPS[str(ctx.options.get("tip", "round"))]
        stamp = permitted(draw(ctx.frame, start, event.point, radius, rows=rows, columns=columns), ctx)
        ctx.document.paint(stamp.region, stamp.mask, self._value)
        self._last = event.point
