"""Scissors: a line drawn across a part of the mask cuts it."""

from __future__ import annotations

import itertools

import numpy as np

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_operations import split
from medsynth_gui.core.raster import Point, Stamp, connected_components
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses

_HANDLES: tuple[Point, ...] = ()


class Scissors(Tool):
    """All but the largest piece of each part that the line crosses is removed, or gets the label of an option."""

    def __init__(self) -> None:
        self._line: list[Point] = []

    @property
    def busy(self) -> bool:
        return bool(self._line)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self._line = [event.point]

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._line:
            self._line.append(event.point)
            ctx.show(Preview(tuple(self._line), handles=_HANDLES))

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.move(event, ctx)
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        line, target = tuple(self._line), int(ctx.options["becomes"])
        self.cancel(ctx)
        if len(line) < 2 or refuses(target, ctx):
            return
        with ctx.document.step("Cut"):
            for value, stamp in self._pieces(line, ctx):
                ctx.document.paint(stamp.region, stamp.mask, target if target != value else 0)

    def cancel(self, ctx: ToolContext) -> None:
        self._line = []
        ctx.show(None)

    def _pieces(self, line: tuple[Point, ...], ctx: ToolContext) -> list[tuple[int, Stamp]]:
        """The label and the pixels of every piece that falls off."""
        labels = ctx.document.labels(ctx.frame)
        rows, columns = np.clip(np.floor(np.asarray(_dense(line))).astype(int), 0, np.array(labels.shape) - 1).T
        found = []
        for value in np.unique(labels[rows, columns]):
            if value == 0 or int(value) in ctx.locked:
                continue
            numbers, parts = connected_components(ctx.frame, labels == value)
            for number in np.unique(numbers[rows, columns]):
                if number:
                    box = parts[number - 1].region
                    found += [(int(value), Stamp(box, piece)) for piece in _cut(numbers == number, box, line)]
        return found


def _cut(part: np.ndarray, box: Region, line: tuple[Point, ...]) -> list[np.ndarray]:
    """What falls off one connected part, as masks of its box."""
    inner = [(y - box.y0, x - box.x0) for y, x in line]
    return split(part[box.slices], inner)[1:]


def _dense(line: tuple[Point, ...]) -> list[Point]:
    """The line with a point at least every half pixel."""
    dense = [line[0]]
    for (y0, x0), (y1, x1) in itertools.pairwise(line):
        steps = max(1, int(2 * max(abs(y1 - y0), abs(x1 - x0))) + 1)
        dense += [(y0 + (y1 - y0) * step / steps, x0 + (x1 - x0) * step / steps) for step in range(1, steps + 1)]
    return dense
