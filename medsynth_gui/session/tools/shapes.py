"""Shapes drawn by one drag: lasso, rectangle, ellipse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, pi, sin

from medsynth_gui.core.raster import Point, Stamp, ellipse, polygon
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.rules import put, value_of

_ROUND = 64


class _Drag(Tool):
    """A press, a drag, a release that writes; `_points` are what was passed, or the two corners.

    Args:
        name: of the undo step.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._points: list[Point] = []
        self._value = 0

    @property
    def busy(self) -> bool:
        return bool(self._points)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.cancel(ctx)
        self._value = value_of(event.modifiers, ctx)
        if not refuses(self._value, ctx):
            self._points = [event.point]

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points:
            self._pass(event)
            ctx.show(Preview(self._outline(), handles=()))

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._points:
            self._pass(event)
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        stamp = self._stamp(ctx) if len(self._points) > 1 else Stamp.empty(ctx.frame)
        self.cancel(ctx)
        if not stamp.region.empty:
            put(self._name, stamp, self._value, ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._points = []
        ctx.show(None)

    def _pass(self, event: PointerEvent) -> None:
        self._points.append(event.point)

    def _outline(self) -> tuple[Point, ...]:
        return tuple(self._points)

    def _stamp(self, ctx: ToolContext) -> Stamp:
        _, rows, columns = ctx.document.shape
        return polygon(ctx.frame, self._outline(), rows=rows, columns=columns)


class Lasso(_Drag):
    """Fills what was drawn around."""

    def __init__(self) -> None:
        super().__init__("Lasso")


class Box(_Drag):
    """Fills a shape between two corners; Shift makes it as high as wide (in pixels).

    Args:
        name: of the undo step.
        outline: of the shape between two corners (y, x).
    """

    def __init__(self, name: str, outline: Callable[[Point, Point], Sequence[Point]]) -> None:
        super().__init__(name)
        self._shape = outline

    def _pass(self, event: PointerEvent) -> None:
        first, (y, x) = self._points[0], event.point
        if "shift" in event.modifiers:
            side = max(abs(y - first[0]), abs(x - first[1]))
            y, x = (start + (side if end >= start else -side) for start, end in zip(first, (y, x), strict=True))
        self._points[1:] = [(y, x)]

    def _outline(self) -> tuple[Point, ...]:
        return tuple(self._shape(*self._points)) if len(self._points) == 2 else ()


class Ellipse(Box):
    """Fills the ellipse between two corners."""

    def __init__(self) -> None:
        super().__init__("Ellipse", ellipse_outline)

    def _stamp(self, ctx: ToolContext) -> Stamp:
        _, rows, columns = ctx.document.shape
        return ellipse(ctx.frame, self._points[0], self._points[1], rows=rows, columns=columns)


def rectangle_outline(corner: Point, opposite: Point) -> tuple[Point, ...]:
    """The closed line around a box."""
    (y0, x0), (y1, x1) = corner, opposite
    return (y0, x0), (y0, x1), (y1, x1), (y1, x0), (y0, x0)


def ellipse_outline(corner: Point, opposite: Point) -> tuple[Point, ...]:
    """The closed line of the ellipse that fills a box."""
    (y0, x0), (y1, x1) = corner, opposite
    turns = [2 * pi * step / _ROUND for step in range(_ROUND + 1)]
    return tuple(((y0 + y1) / 2 + (y1 - y0) / 2 * sin(turn), (x0 + x1) / 2 + (x1 - x0) / 2 * cos(turn))
                 for turn in turns)
