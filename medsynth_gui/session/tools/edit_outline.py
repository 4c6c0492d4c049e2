"""Edit outline: a part of the mask gets handles that can be dragged; what they do not touch stays as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_operations import fill_holes
from medsynth_gui.core.raster import Point, Stamp, flood_labels, outline, polygon
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.vertices import nearest_edge, nearest_vertex


@dataclass
class _Corner:
    """A handle, and the original line from it to the next one; none where it is straight now."""

    point: Point
    line: tuple[Point, ...] = ()


class EditOutline(Tool):
    """A click on a part takes it up; handles are dragged, an edge pressed makes one, Backspace removes the one that
    was touched last; Enter writes the change as one step, a click elsewhere too."""

    def __init__(self) -> None:
        self._corners: list[_Corner] = []
        self._past: list[list[_Corner]] = []
        self._held: int | None = None
        self._touched = 0
        self._value = 0
        self._part = Stamp.empty(0)

    @property
    def busy(self) -> bool:
        return bool(self._corners)

    @property
    def corners(self) -> int:
        return len(self._corners) if self._past else 0

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._corners and self._part.region.frame != ctx.frame:
            self.cancel(ctx)
        if not self._corners:
            self._take_up(event, ctx)
            return
        points = [corner.point for corner in self._corners]
        held = nearest_vertex(points, event.point, ctx.pixel_px)
        before = self._copy()
        if held is None:
            edge = nearest_edge(points, event.point, ctx.pixel_px, closed=True)
            if edge is None:
                self.finish(ctx)
                return
            held = edge + 1
            self._corners.insert(held, _Corner(event.point))
        self._held = self._touched = held
        self._past.append(before)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._held is not None:
            self._corners[self._held].point = event.point
            self._straighten(self._held)
            self._show(ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._held is not None and self._past[-1] == self._corners:
            self._past.pop()
        self._held = None

    def finish(self, ctx: ToolContext) -> None:
        if not self._corners:
            return
        part, value = self._part, self._value
        _, rows, columns = ctx.document.shape
        new = polygon(part.region.frame, self._line(), rows=rows, columns=columns)
        self.cancel(ctx)
        box = part.region.union(new.region)
        whole, wanted = _within(box, part), _within(box, new)
        solid = fill_holes(whole)
        with ctx.document.step("Edit outline"):
            ctx.document.paint(box, whole & ~wanted, 0)
            ctx.document.paint(box, wanted & ~solid, value)

    def cancel(self, ctx: ToolContext) -> None:
        self._corners, self._past, self._held = [], [], None
        ctx.show(None)

    def step_back(self, ctx: ToolContext) -> None:
        if len(self._corners) > 3:
            self._past.append(self._copy())
            gone = self._touched % len(self._corners)
            self._straighten(gone)
            del self._corners[gone]
            self._touched = gone - 1
            self._held = None
            self._show(ctx)

    def undo(self, ctx: ToolContext) -> None:
        if not self._past:
            self.cancel(ctx)
            return
        self._corners, self._held = self._past.pop(), None
        self._show(ctx)

    def refresh(self, ctx: ToolContext) -> None:
        """Another distance between handles takes effect with the next part."""

    def _take_up(self, event: PointerEvent, ctx: ToolContext) -> None:
        labels = ctx.document.labels(ctx.frame)
        row, column = math.floor(event.y), math.floor(event.x)
        if not (0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]) or not labels[row, column]:
            return
        value = int(labels[row, column])
        if refuses(value, ctx):
            return
        self._value, self._part = value, flood_labels(ctx.frame, labels, (row, column))
        box = self._part.region
        line = [(y + box.y0, x + box.x0) for y, x in outline(self._part.mask)[0]]
        places = _simplified(line, float(ctx.options["detail"]))
        ends = [*places[1:], len(line)]
        self._corners = [_Corner(line[start], tuple(line[start + 1:end]))
                         for start, end in zip(places, ends, strict=True)]
        self._touched = 0
        self._show(ctx)

    def _copy(self) -> list[_Corner]:
        return [replace(corner) for corner in self._corners]

    def _straighten(self, index: int) -> None:
        self._corners[index].line = ()
        self._corners[index - 1].line = ()

    def _line(self) -> list[Point]:
        return [point for corner in self._corners for point in (corner.point, *corner.line)]

    def _show(self, ctx: ToolContext) -> None:
        line = self._line()
        ctx.show(Preview((*line, line[0]), handles=tuple(corner.point for corner in self._corners)))


def _simplified(line: list[Point], detail_px: float) -> list[int]:
    """Indices of the vertices that keep a closed line within `detail_px`, in order, at least three."""
    import cv2

    points = np.asarray(line, np.float32)
    kept = {tuple(point) for point in cv2.approxPolyDP(points[:, None], detail_px, True)[:, 0].tolist()}
    found = [index for index, point in enumerate(points.tolist()) if tuple(point) in kept]
    return found if len(found) >= 3 else sorted({0, len(line) // 3, 2 * len(line) // 3})


def _within(box: Region, stamp: Stamp) -> npt.NDArray[np.bool_]:
    """A stamp as a mask of a box that holds it."""
    mask = np.zeros((box.height, box.width), np.bool_)
    region = stamp.region
    mask[region.y0 - box.y0:region.y1 - box.y0, region.x0 - box.x0:region.x1 - box.x0] = stamp.mask
    return mask
