"""Rules of painting: over which labels, and inside which gray values; and the one way a tool writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.raster import Stamp
from medsynth_gui.session.tools.base import ToolContext, ToolOption, refuses

Mask = npt.NDArray[np.bool_]

RULES = (
    ToolOption("over", "Paint over", "over", ""),
    ToolOption("in_range", "Only inside these gray values", "bool", False),
    ToolOption("gray_low", "From", "int", 0, low=0, high=255, unit="gray"),
    ToolOption("gray_high", "To", "int", 255, low=0, high=255, unit="gray"),
)


@dataclass(frozen=True)
class Over:
    """Which labels may be painted over: only `values`, or all but them. Stored as `only:0,2` or `never:1`."""

    only: bool = False
    values: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Over:
        """What `text` says; anything goes where it says nothing."""
        how, _, listed = text.partition(":")
        if how not in ("only", "never"):
            return cls()
        return cls(how == "only", frozenset(int(value) for value in listed.split(",") if value.isdecimal()))

    @property
    def text(self) -> str:
        """The inverse of `parse`."""
        if not self.only and not self.values:
            return ""
        return ("only:" if self.only else "never:") + ",".join(map(str, sorted(self.values)))

    def allows(self, labels: npt.NDArray[np.uint8]) -> Mask:
        """The pixels of a label image (y, x) that may be painted."""
        table = np.full(256, not self.only)
        table[[value for value in self.values if value < 256]] = self.only
        return np.asarray(table[labels])


def permitted(stamp: Stamp, ctx: ToolContext) -> Stamp:
    """The part of a stamp that the options allow."""
    mask, region, options = stamp.mask, stamp.region, ctx.options
    if region.empty:
        return stamp
    if over := options.get("over"):
        mask = mask & Over.parse(str(over)).allows(ctx.document.labels(region.frame)[region.slices])
    if options.get("active_only"):
        mask = mask & (ctx.document.labels(region.frame)[region.slices] == ctx.label)
    if options.get("in_range"):
        gray = ctx.image()[region.slices]
        low, high = sorted((int(options["gray_low"]), int(options["gray_high"])))
        mask = mask & (gray >= low) & (gray <= high)
    return Stamp(region, mask)


def put(name: str, stamp: Stamp, value: int, ctx: ToolContext) -> None:
    """Write a stamp as one undo step, as far as the options allow; a label that was locked meanwhile is told."""
    if value in ctx.locked and refuses(value, ctx):
        return
    stamp = permitted(stamp, ctx)
    with ctx.document.step(name):
        ctx.document.paint(stamp.region, stamp.mask, value)


def value_of(modifiers: frozenset[str], ctx: ToolContext) -> int:
    """What a gesture writes: the active label, or nothing (0) where Alt is held."""
    return 0 if "alt" in modifiers else ctx.label


def whole(frame: int, mask: Mask) -> Stamp:
    """A mask of the whole frame (y, x), cut to the box of its pixels."""
    from medsynth_gui.core.raster import mask_box

    box = mask_box(frame, mask)
    return Stamp(Region(frame, box.y0, box.x0, box.y1, box.x1), mask[box.slices])
