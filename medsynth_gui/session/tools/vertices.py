"""Vertices of an outline: which one, or which edge, is under the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from medsynth_gui.core.raster import Point

REACH_PX = 8.0
_EDGE_PX = 5.0


def nearest_vertex(points: Sequence[Point], point: Point, pixel_px: float) -> int | None:
    """The vertex (y, x) within reach of a point, on the screen; the nearest of several."""
    if not points:
        return None
    found = min(range(len(points)), key=lambda index: math.dist(points[index], point))
    return found if math.dist(points[found], point) * pixel_px <= REACH_PX else None


def nearest_edge(points: Sequence[Point], point: Point, pixel_px: float, *, closed: bool) -> int | None:
    """The edge (by its first vertex) that passes within reach of a point."""
    ends = [*points[1:], points[0]] if closed else points[1:]
    away = [_to_segment(point, start, end) for start, end in zip(points, ends, strict=False)]
    if not away:
        return None
    found = min(range(len(away)), key=away.__getitem__)
    return found if away[found] * pixel_px <= _EDGE_PX else None


def _to_segment(point: Point, start: Point, end: Point) -> float:
    dy, dx = end[0] - start[0], end[1] - start[1]
    square = dy * dy + dx * dx
    part = 0.0 if square == 0 else min(1.0, max(0.0, ((point[0] - start[0]) * dy + (point[1] - start[1]) * dx)
                                                / square))
    return math.dist(point, (start[0] + part * dy, start[1] + part * dx))
