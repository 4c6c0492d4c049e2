"""Measuring tools: points are set by clicks or by dragging; what is there is dragged by its handles or its line."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from medsynth_gui.core.errors import Message
from medsynth_gui.core.measurement import (
    Angle,
    Caliper,
    EllipseMeasure,
    Measurement,
    MModeLine,
    PolygonArea,
    Profile,
    RegionHistogram,
)
from medsynth_gui.core.plane import Point, distance_to_line, path_length, upright_side
from medsynth_gui.core.raster import Stamp, flood_labels
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext

_HANDLE_PX, _LINE_PX, _DRAG_PX, _CLOSE_PX = 9.0, 6.0, 4.0, 8.0
_LEAST = 1.0


@dataclass(frozen=True)
class _Grip:
    """What is dragged: a point of a measurement, or all of it (`index` None)."""

    measurement: Measurement
    index: int | None
    start: Point


class MeasureTool(Tool):
    """Makes one kind of measurement.

    Args:
        kind: what it makes.
        count: how many points it has; 0: any number from three, closed like a polygon.
    """

    def __init__(self, kind: type[Measurement], count: int = 2) -> None:
        self._kind, self._count = kind, count
        self._points: list[Point] = []
        self._pressed: Point | None = None
        self._grip: _Grip | None = None

    @property
    def busy(self) -> bool:
        return bool(self._points) or self._grip is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        first = not self._points
        if first:
            self._grip = self._find(event, ctx)
            if self._grip:
                ctx.measuring.select(self._grip.measurement.id)
                return
        elif self._closes(event, ctx):
            self.finish(ctx)
            return
        self._pressed = event.point
        self._set_point(event, ctx)
        if first:
            ctx.measuring.select("")

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._grip:
            if self._moved(self._grip.start, event, ctx):
                ctx.measuring.show_draft(self._dragged(self._grip, event, ctx))
        elif self._points:
            self._show((*self._points, self._placed(event, ctx)), ctx)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._grip:
            grip, self._grip = self._grip, None
            if self._moved(grip.start, event, ctx):
                _put(self._dragged(grip, event, ctx), ctx)
        elif self._points and self._pressed and self._moved(self._pressed, event, ctx):
            self._set_point(event, ctx)
        self._pressed = None

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points and not self._count:
            self.finish(ctx)
        else:
            self.press(event, ctx)

    def finish(self, ctx: ToolContext) -> None:
        points = tuple(self._points)
        self.cancel(ctx)
        enough = self._count or 3
        if len(points) >= enough and path_length(points) >= _LEAST:
            _put(self._made(points, ctx), ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._points, self._pressed, self._grip = [], None, None
        ctx.show(None)
        ctx.measuring.show_draft(None)

    def step_back(self, ctx: ToolContext) -> None:
        self._points = self._points[:-1]
        if self._points:
            self._show(tuple(self._points), ctx)
        else:
            self.cancel(ctx)

    def _set_point(self, event: PointerEvent, ctx: ToolContext) -> None:
        point = self._placed(event, ctx)
        if self._points and math.dist(point, self._points[-1]) * ctx.pixel_px < 1:
            return
        self._points.append(point)
        if len(self._points) == self._count:
            self.finish(ctx)
        else:
            self.move(event, ctx)

    def _made(self, points: tuple[Point, ...], ctx: ToolContext) -> Measurement:
        return self._kind(ctx.frame, points)

    def _placed(self, event: PointerEvent, ctx: ToolContext) -> Point:
        """Where the next point goes: inside the image, held to an axis by Shift."""
        point = _inside(event.point, ctx)
        if self._kind is EllipseMeasure and len(self._points) == 2:
            return _side((self._points[0], self._points[1]), point, event, ctx)
        if self._points and "shift" in event.modifiers:
            return _straight(self._points[-1], point, ctx)
        return point

    def _show(self, points: tuple[Point, ...], ctx: ToolContext) -> None:
        """The measurement as it would be; while it lacks points, a line."""
        if self._kind is EllipseMeasure and len(points) == 2:
            radius = path_length(points, ctx.measuring.aspect) / 4
            points = (*points, upright_side(*points, points[1], aspect=ctx.measuring.aspect, radius=radius))
        whole = len(points) >= (self._count or 3)
        ctx.show(None if whole else Preview(points))
        ctx.measuring.show_draft(self._made(points, ctx) if whole else None)

    def _closes(self, event: PointerEvent, ctx: ToolContext) -> bool:
        return not self._count and len(self._points) >= 3 \
            and _distance_px(event.point, self._points[0], ctx) <= _CLOSE_PX

    def _moved(self, start: Point, event: PointerEvent, ctx: ToolContext) -> bool:
        return _distance_px(start, event.point, ctx) >= _DRAG_PX

    def _find(self, event: PointerEvent, ctx: ToolContext) -> _Grip | None:
        """The handle, else the line, under the pointer; the selected measurement comes first, then the newest."""
        shown = [item for item in reversed(ctx.measuring.items) if item.on(ctx.frame)]
        shown.sort(key=lambda item: item.id != ctx.measuring.selected)
        for item in shown:
            reach = {index: _distance_px(event.point, point, ctx) for index, point in enumerate(item.points)}
            nearest = min(reach, key=reach.__getitem__)
            if reach[nearest] <= _HANDLE_PX:
                return _Grip(item, nearest, event.point)
        for item in shown:
            far = distance_to_line(event.point, item.outline, aspect=ctx.measuring.aspect)
            if far * ctx.pixel_px <= _LINE_PX:
                return _Grip(item, None, event.point)
        return None

    def _dragged(self, grip: _Grip, event: PointerEvent, ctx: ToolContext) -> Measurement:
        points = _shifted(grip, event.point, ctx) if grip.index is None else _reshaped(grip, event, ctx)
        if isinstance(grip.measurement, RegionHistogram):
            if grip.measurement.label:
                return grip.measurement
            return replace(grip.measurement, points=points, statistics=None)
        return replace(grip.measurement, points=points)


class HistogramTool(MeasureTool):
    """A box that is dragged, or a click on a labelled area."""

    def __init__(self) -> None:
        super().__init__(RegionHistogram, 2)

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        clicked = self._points and self._pressed and not self._moved(self._pressed, event, ctx)
        super().release(event, ctx)
        if clicked:
            self.cancel(ctx)
            self._take_label(event.point, ctx)

    def _take_label(self, point: Point, ctx: ToolContext) -> None:
        labels = ctx.document.labels(ctx.frame)
        y, x = math.floor(point[0]), math.floor(point[1])
        inside = 0 <= y < labels.shape[0] and 0 <= x < labels.shape[1]
        if not inside or labels[y, x] == 0:
            ctx.tell(Message("histogram-nothing"))
            return
        stamp = flood_labels(ctx.frame, labels, (y, x))
        box = stamp.region
        corners = ((float(box.y0), float(box.x0)), (float(box.y1), float(box.x1)))
        _put(RegionHistogram(ctx.frame, corners, label=int(labels[y, x])), ctx, stamp)


class MModeTool(MeasureTool):
    """A line through a cine."""

    def __init__(self) -> None:
        super().__init__(MModeLine, 2)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if ctx.document.shape[0] < 2:
            ctx.tell(Message("mmode-still"))
            return
        super().press(event, ctx)


def caliper() -> MeasureTool:
    """Two points."""
    return MeasureTool(Caliper)


def ellipse() -> MeasureTool:
    """Two ends of an axis, then the width."""
    return MeasureTool(EllipseMeasure, 3)


def area() -> MeasureTool:
    """Corners."""
    return MeasureTool(PolygonArea, 0)


def angle() -> MeasureTool:
    """One arm, the vertex, the other arm."""
    return MeasureTool(Angle, 3)


def profile() -> MeasureTool:
    """Two points."""
    return MeasureTool(Profile)


def _put(measurement: Measurement, ctx: ToolContext, stamp: Stamp | None = None) -> None:
    reading = ctx.measuring.put(measurement, stamp)
    if reading.refused and reading.note:
        ctx.tell(reading.note)


def _distance_px(one: Point, other: Point, ctx: ToolContext) -> float:
    """On the screen."""
    return path_length((one, other), ctx.measuring.aspect) * ctx.pixel_px


def _inside(point: Point, ctx: ToolContext) -> Point:
    _, rows, columns = ctx.document.shape
    return min(max(point[0], 0.0), float(rows)), min(max(point[1], 0.0), float(columns))


def _straight(fixed: Point, point: Point, ctx: ToolContext) -> Point:
    """Held level or upright, whichever is nearer."""
    down, across = abs(point[0] - fixed[0]) * ctx.measuring.aspect, abs(point[1] - fixed[1])
    return (point[0], fixed[1]) if down > across else (fixed[0], point[1])


def _side(ends: tuple[Point, Point], point: Point, event: PointerEvent, ctx: ToolContext) -> Point:
    """The width of an ellipse; Shift makes it a circle."""
    aspect = ctx.measuring.aspect
    circle = path_length(ends, aspect) / 2 if "shift" in event.modifiers else None
    return upright_side(*ends, point, aspect=aspect, radius=circle)


def _shifted(grip: _Grip, to: Point, ctx: ToolContext) -> tuple[Point, ...]:
    """All points by what the pointer went, held inside the image."""
    _, rows, columns = ctx.document.shape
    ys, xs = zip(*grip.measurement.points, strict=True)
    by_y = min(max(to[0] - grip.start[0], -min(ys)), rows - max(ys))
    by_x = min(max(to[1] - grip.start[1], -min(xs)), columns - max(xs))
    return tuple((y + by_y, x + by_x) for y, x in grip.measurement.points)


def _reshaped(grip: _Grip, event: PointerEvent, ctx: ToolContext) -> tuple[Point, ...]:
    points, index = list(grip.measurement.points), grip.index or 0
    point = _inside(event.point, ctx)
    if isinstance(grip.measurement, EllipseMeasure):
        return _reshaped_ellipse(points, index, point, event, ctx)
    if "shift" in event.modifiers:
        point = _straight(points[index - 1] if index else points[1], point, ctx)
    points[index] = point
    return tuple(points)


def _reshaped_ellipse(points: list[Point], index: int, point: Point, event: PointerEvent,
                      ctx: ToolContext) -> tuple[Point, ...]:
    """An end moves and the width stays; or the width changes."""
    start, end, side = points
    if index == 2:
        return start, end, _side((start, end), point, event, ctx)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    width = path_length((middle, side), ctx.measuring.aspect)
    ends = (point, end) if index == 0 else (start, point)
    if "shift" in event.modifiers:
        ends = tuple(_straight(ends[1 - index], one, ctx) if place == index else one  # type: ignore[assignment]
                     for place, one in enumerate(ends))
    # Which side of the axis it is on stays too: turn the old offset with the axis.
    toward = (side[0] + (ends[0][0] + ends[1][0]) / 2 - middle[0], side[1] + (ends[0][1] + ends[1][1]) / 2 - middle[1])
    return (*ends, upright_side(*ends, toward, aspect=ctx.measuring.aspect, radius=width))
