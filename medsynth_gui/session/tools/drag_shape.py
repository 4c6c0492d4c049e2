"""Drag shape: a part of the mask is moved, bent at its handles or scaled; the mask follows the pointer."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_operations import fill_holes
from medsynth_gui.core.raster import Point, Stamp, connected_components, flood_labels, outline, polygon
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.vertices import nearest_vertex

Line = npt.NDArray[np.float64]
_HANDLE_PX = 60.0
_HANDLES = (6, 16)
_NAMES = {"move": "Move", "bend": "Bend", "scale": "Scale"}


class DragShape(Tool):
    """Drag inside a part to move it, a handle to bend it there, a handle with Shift to scale it.

    Unlike `EditOutline` it writes at every move, so that what depends on the mask can follow; one drag is one step.
    """

    def __init__(self) -> None:
        self._part = Stamp.empty(0)
        self._labels = np.zeros((0, 0), np.uint8)
        self._value = 0
        self._line: Line = np.zeros((0, 2))
        self._handles: npt.NDArray[np.intp] = np.zeros(0, np.intp)
        self._hold, self._held = "", 0
        self._from: Point = (0.0, 0.0)
        self._start = self._line

    @property
    def busy(self) -> bool:
        return bool(self._hold)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        held = nearest_vertex(self._points(), event.point, ctx.pixel_px)
        if held is None and not self._take_up(event.point, ctx):
            return
        if refuses(self._value, ctx):
            return
        self._hold = "move" if held is None else "scale" if "shift" in event.modifiers else "bend"
        self._held, self._from, self._start = held or 0, event.point, self._line
        self._hold_part(ctx)
        self._show(ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._hold:
            self._line = self._dragged(event.point)
            self._write(ctx)
            self._show(ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._hold and ctx.document.stepping:
            ctx.document.commit()
        self._hold = ""

    def cancel(self, ctx: ToolContext) -> None:
        if self._hold:
            if ctx.document.stepping:
                ctx.document.rollback()
            self._line = self._start
            self._hold = ""
            self._show(ctx)

    def refresh(self, ctx: ToolContext) -> None:
        """The mask is another one: take up the part that lies where the former one was, else the largest."""
        if self._hold:
            return
        labels = ctx.document.labels(ctx.frame)
        if len(self._line) and self._take_up((float(self._line[:, 0].mean()), float(self._line[:, 1].mean())), ctx):
            return
        _, parts = connected_components(ctx.frame, labels > 0)
        self._line, self._handles = np.zeros((0, 2)), np.zeros(0, np.intp)
        if parts:
            box = max(parts, key=lambda part: part.area_px).region
            y, x = np.nonzero(labels[box.slices])
            middle = len(y) // 2
            self._take_up((box.y0 + float(y[middle]), box.x0 + float(x[middle])), ctx)
        else:
            ctx.show(None)

    def _hold_part(self, ctx: ToolContext) -> None:
        """Remember the pixels of the part that the line surrounds."""
        _, rows, columns = ctx.document.shape
        inside = polygon(ctx.frame, [(float(y), float(x)) for y, x in self._line], rows=rows, columns=columns)
        labels = ctx.document.labels(ctx.frame)
        y, x = np.nonzero(inside.mask & (labels[inside.region.slices] == self._value))
        self._part = Stamp.empty(ctx.frame)
        if len(y):
            self._part = flood_labels(ctx.frame, labels, (int(y[0]) + inside.region.y0, int(x[0]) + inside.region.x0))
        self._labels = labels[self._part.region.slices].copy()

    def _points(self) -> list[Point]:
        return [(float(y), float(x)) for y, x in _smooth(self._line)[self._handles]] if len(self._line) else []

    def _take_up(self, point: Point, ctx: ToolContext) -> bool:
        """Take the part under a point; false where there is none."""
        labels = ctx.document.labels(ctx.frame)
        row, column = math.floor(point[0]), math.floor(point[1])
        if not (0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]) or not labels[row, column]:
            return False
        value, part = int(labels[row, column]), flood_labels(ctx.frame, labels, (row, column))
        self._value = value
        self._line = _dense(np.add(outline(part.mask)[0], (part.region.y0, part.region.x0)))
        along = _along(self._line)
        count = int(np.clip(round(along[-1] * ctx.pixel_px / _HANDLE_PX), *_HANDLES))
        self._handles = np.searchsorted(along[:-1], np.linspace(0, along[-1], count, endpoint=False))
        self._show(ctx)
        return True

    def _dragged(self, point: Point) -> Line:
        """The line as it is while the pointer is at a point."""
        delta: Line = np.subtract(point, self._from)
        if self._hold == "move":
            return self._start + delta
        handle = self._start[self._handles[self._held]]
        if self._hold == "scale":
            center: Line = self._start.mean(axis=0)
            before, after = math.dist(handle, center), math.dist(handle + delta, center)
            scaled: Line = center + (self._start - center) * max(after / max(before, 1e-6), 0.05)
            return scaled
        along = _along(self._start)
        away = np.abs(along[:-1] - along[self._handles[self._held]])
        share = np.minimum(np.minimum(away, along[-1] - away) / (along[-1] / len(self._handles)), 1.0)
        weight = 0.5 + 0.5 * np.cos(np.pi * share)
        bent: Line = self._start + weight[:, None] * delta
        return bent

    def _write(self, ctx: ToolContext) -> None:
        """Put the part where the line is now, in the open step."""
        if ctx.document.stepping:
            ctx.document.rollback()
        ctx.document.begin(_NAMES[self._hold])
        (self._write_moved if self._hold == "move" else self._write_formed)(ctx)

    def _write_moved(self, ctx: ToolContext) -> None:
        """The part in another place, with what lies in its holes."""
        dy, dx = np.rint((self._line - self._start)[0]).astype(int).tolist()
        box = self._part.region
        solid = fill_holes(self._part.mask)
        ctx.document.paint(box, solid, 0)
        there = Region(box.frame, box.y0 + dy, box.x0 + dx, box.y1 + dy, box.x1 + dx)
        for value in np.unique(self._labels[solid]):
            if value:
                ctx.document.paint(there, solid & (self._labels == value), int(value))

    def _write_formed(self, ctx: ToolContext) -> None:
        """The part in another form; its holes stay as they are."""
        _, rows, columns = ctx.document.shape
        new = polygon(ctx.frame, [(float(y), float(x)) for y, x in self._line], rows=rows, columns=columns)
        box = self._part.region.union(new.region)
        whole, wanted = _within(box, self._part), _within(box, new)
        ctx.document.paint(box, whole & ~wanted, 0)
        ctx.document.paint(box, wanted & ~fill_holes(whole), self._value)

    def _show(self, ctx: ToolContext) -> None:
        points = [(float(y), float(x)) for y, x in _smooth(self._line)] if len(self._line) else []
        ctx.show(Preview((*points, points[0]), handles=tuple(self._points())) if points else None)


def _dense(line: Line) -> Line:
    """A closed line (n, 2) with all its vertices, and further ones in between so that none are over a pixel apart."""
    after = np.roll(line, -1, axis=0)
    counts = [max(1, math.ceil(math.dist(*ends))) for ends in zip(line, after, strict=True)]
    return np.vstack([start + (end - start) * np.linspace(0, 1, count, endpoint=False)[:, None]
                      for start, end, count in zip(line, after, counts, strict=True)])


def _along(line: Line) -> npt.NDArray[np.float64]:
    """Where each point of a closed line lies on it (n + 1,): 0 at the first, the whole length behind the last."""
    steps = np.hypot(*(np.roll(line, -1, axis=0) - line).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _smooth(line: Line) -> Line:
    """A closed line without the steps of pixels, to be looked at."""
    around = np.vstack([line[-2:], line, line[:2]])
    return np.stack([np.convolve(around[:, axis], np.ones(5) / 5, "valid") for axis in (0, 1)], axis=1)


def _within(box: Region, stamp: Stamp) -> npt.NDArray[np.bool_]:
    """A stamp as a mask of a box that holds it."""
    mask = np.zeros((box.height, box.width), np.bool_)
    region = stamp.region
    if not region.empty:
        mask[region.y0 - box.y0:region.y1 - box.y0, region.x0 - box.x0:region.x1 - box.x0] = stamp.mask
    return mask
