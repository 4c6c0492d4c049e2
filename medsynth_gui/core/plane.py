"""Plane geometry with axes of different scale: lengths, areas, angles, ellipses. Points are (y, x)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Point = tuple[float, float]
_ELLIPSE_CORNERS = 96


def path_length(points: Sequence[Point], y: float = 1.0, x: float = 1.0) -> float:
    """Length of the line through the points, where a step of one is `y` long down and `x` long across."""
    return sum(math.hypot((b[0] - a[0]) * y, (b[1] - a[1]) * x) for a, b in pairwise(points))


def polygon_area(points: Sequence[Point], y: float = 1.0, x: float = 1.0) -> float:
    """Area inside the corners (shoelace)."""
    ring = [*points, points[0]]
    twice = sum(a[1] * b[0] - b[1] * a[0] for a, b in pairwise(ring))
    return abs(twice) / 2 * y * x


def angle_deg(first: Point, vertex: Point, last: Point, *, y: float = 1.0, x: float = 1.0) -> float:
    """The angle at the vertex, 0 to 180 degrees; 0 where an arm has no length."""
    ay, ax = (first[0] - vertex[0]) * y, (first[1] - vertex[1]) * x
    by, bx = (last[0] - vertex[0]) * y, (last[1] - vertex[1]) * x
    return math.degrees(math.atan2(abs(ax * by - ay * bx), ax * bx + ay * by))


def semi_axes(start: Point, end: Point, side: Point, *, y: float = 1.0, x: float = 1.0) -> tuple[float, float]:
    """Half the long and half the short axis of an ellipse given by a diameter and the end of its conjugate radius."""
    _, (uy, ux), (vy, vx) = _conjugate(start, end, side)
    long, short = np.linalg.svd(np.array([[uy * y, vy * y], [ux * x, vx * x]]), compute_uv=False)
    return float(long), float(short)


def ellipse_area(a: float, b: float) -> float:
    """Area of an ellipse with these half axes."""
    return math.pi * a * b


def ellipse_circumference(a: float, b: float) -> float:
    """Circumference of an ellipse with these half axes, exact: Gauss's arithmetic-geometric mean."""
    a, b = max(a, b), min(a, b)
    if b <= 1e-9 * a:
        return 4 * a
    rest, weight, mean, other, step = a * a, 0.5, a, b, a * a - b * b
    while abs(mean - other) > 1e-15 * mean:
        rest -= weight * step
        step = ((mean - other) / 2) ** 2
        mean, other, weight = (mean + other) / 2, math.sqrt(mean * other), weight * 2
    return 2 * math.pi * rest / mean


def ellipse_points(start: Point, end: Point, side: Point, corners: int = _ELLIPSE_CORNERS) -> tuple[Point, ...]:
    """A closed line of `corners` pieces along the ellipse."""
    (cy, cx), (uy, ux), (vy, vx) = _conjugate(start, end, side)
    turns = [2 * math.pi * i / corners for i in range(corners)]
    line = [(cy + math.cos(t) * uy + math.sin(t) * vy, cx + math.cos(t) * ux + math.sin(t) * vx) for t in turns]
    return (*line, line[0])


def upright_side(start: Point, end: Point, toward: Point, *, aspect: float = 1.0,
                 radius: float | None = None) -> Point:
    """The end of the half axis at right angles to a diameter that lies level with `toward`.

    Args:
        aspect: height of a pixel over its width: right angles are those that a person sees.
        radius: take this length (in widths of a pixel) instead, on the side of `toward`.
    """
    cy, cx = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    uy, ux = (end[0] - start[0]) * aspect, end[1] - start[1]
    size = math.hypot(uy, ux)
    if size == 0:
        return cy, cx
    ny, nx = ux / size, -uy / size
    along = (toward[0] - cy) * aspect * ny + (toward[1] - cx) * nx
    if radius is not None:
        along = math.copysign(radius, along)
    return cy + ny * along / aspect, cx + nx * along


def distance_to_line(point: Point, line: Sequence[Point], *, aspect: float = 1.0) -> float:
    """How far a point is from a line through points, in widths of a pixel."""
    p = np.array(point) * (aspect, 1.0)
    corners = np.array(line, float).reshape(-1, 2) * (aspect, 1.0)
    a, d = corners[:-1], np.diff(corners, axis=0)
    squared = np.maximum((d * d).sum(axis=1), 1e-12)
    part = np.clip(((p - a) * d).sum(axis=1) / squared, 0, 1)
    return float(np.sqrt((((a + part[:, None] * d) - p) ** 2).sum(axis=1)).min()) if len(d) else math.inf


def _conjugate(start: Point, end: Point, side: Point) -> tuple[Point, Point, Point]:
    """Centre and two conjugate radii, each (y, x)."""
    cy, cx = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    return (cy, cx), (end[0] - cy, end[1] - cx), (side[0] - cy, side[1] - cx)
