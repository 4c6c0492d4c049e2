"""GrabCut: a box around an object, then scribbles until it is right."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.interactive import grab_cut
from medsynth_gui.core.raster import Point, Stamp, capsule
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.rules import permitted, put
from medsynth_gui.session.tools.shapes import rectangle_outline

_LEAST_PX = 6


class GrabCut(Tool):
    """The first drag is the box; further drags mark object (Alt: background); Enter writes, Backspace takes a
    scribble back."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._corner: Point | None = None
        self._line: list[Point] = []
        self._box: Region | None = None
        self._scribbles: list[tuple[tuple[Point, ...], bool]] = []
        self._found: Stamp | None = None
        self._background = False

    @property
    def busy(self) -> bool:
        return self._corner is not None or self._box is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._box is not None and self._box.frame != ctx.frame:
            self.cancel(ctx)
        if self._box is not None:
            self._line, self._background = [event.point], "alt" in event.modifiers
        elif not refuses(ctx.label, ctx):
            self._corner = event.point

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._corner is not None:
            ctx.show(Preview(rectangle_outline(self._corner, event.point), handles=()))
        elif self._line:
            self._line.append(event.point)
            self._show(ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._corner is not None:
            (y0, y1), (x0, x1) = (sorted(pair) for pair in zip(self._corner, event.point, strict=True))
            _, rows, columns = ctx.document.shape
            box = Region(ctx.frame, floor(y0), floor(x0), ceil(y1), ceil(x1)).clipped(rows, columns)
            self._corner = None
            if min(box.height, box.width) < _LEAST_PX:
                self.cancel(ctx)
                return
            self._box = box
            self.refresh(ctx)
        elif self._line:
            self._scribbles.append((tuple(self._line), self._background))
            self._line = []
            self.refresh(ctx)

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.press(event, ctx)

    def finish(self, ctx: ToolContext) -> None:
        found = self._found
        self.cancel(ctx)
        if found is not None:
            put("GrabCut", found, ctx.label, ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._reset()
        ctx.show(None)

    def step_back(self, ctx: ToolContext) -> None:
        if self._scribbles:
            self._scribbles.pop()
            self.refresh(ctx)
        else:
            self.cancel(ctx)

    def refresh(self, ctx: ToolContext) -> None:
        if self._box is None:
            return
        found = grab_cut(ctx.image(), self._box, inside=self._marks(ctx, background=False),
                         outside=self._marks(ctx, background=True), iterations=int(ctx.options["iterations"]))
        self._found = Stamp(self._box, found)
        self._show(ctx)

    def _show(self, ctx: ToolContext) -> None:
        if self._found is None:
            return
        box = self._found.region
        line = tuple(self._line) or rectangle_outline((box.y0, box.x0), (box.y1, box.x1))
        ctx.show(Preview(line, handles=(), stamp=permitted(self._found, ctx), value=ctx.label))

    def _marks(self, ctx: ToolContext, *, background: bool) -> npt.NDArray[np.bool_] | None:
        _, rows, columns = ctx.document.shape
        lines = [line for line, outside in self._scribbles if outside == background]
        if not lines:
            return None
        marks = np.zeros((rows, columns), np.bool_)
        for line in lines:
            for start, end in zip(line, line[1:] or line, strict=False):
                stamp = capsule(ctx.frame, start, end, float(ctx.options["scribble"]), rows=rows, columns=columns)
                marks[stamp.region.slices] |= stamp.mask
        return marks
