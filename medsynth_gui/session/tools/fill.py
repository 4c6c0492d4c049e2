"""Flood fill: one click labels the region of equal label, or of like gray, around it."""

from __future__ import annotations

import math

from medsynth_gui.core.raster import flood_image, flood_labels
from medsynth_gui.session.tools.base import PointerEvent, Tool, ToolContext, refuses


class Fill(Tool):
    """Gives the region around the pointer the active label, or removes labels where Alt is held."""

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        value = 0 if "alt" in event.modifiers else ctx.label
        if refuses(value, ctx):
            return
        seed = math.floor(event.y), math.floor(event.x)
        if ctx.options["follow_image"]:
            stamp = flood_image(ctx.frame, ctx.image(), seed, int(ctx.options["tolerance"]))
        else:
            stamp = flood_labels(ctx.frame, ctx.document.labels(ctx.frame), seed)
        with ctx.document.step("Fill"):
            ctx.document.paint(stamp.region, stamp.mask, value)

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        """The first press has filled already."""
