"""Raster operations for drawing: plain functions from points and arrays to a stamp (a box and its mask).

Pixel (i, j) covers y in [i, i+1) and x in [j, j+1); it belongs to a shape if its centre does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region

Point = tuple[float, float]
Mask = npt.NDArray[np.bool_]
Gray = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.float64]
_STRIP_ROWS = 256


@dataclass(frozen=True)
class Stamp:
    """Pixels to paint: `mask` (y, x) fills `region`, which lies inside the image."""

    region: Region
    mask: Mask

    @classmethod
    def empty(cls, frame: int) -> Stamp:
        """No pixel."""
        return cls(Region(frame, 0, 0, 0, 0), np.zeros((0, 0), np.bool_))


def capsule_box(frame: int, start: Point, end: Point, radius: float) -> Region:
    """The box around a round brush of `radius` pixels drawn from `start` to `end` (y, x); not clipped."""
    reach = radius + 1
    return Region(frame, math.floor(min(start[0], end[0]) - reach), math.floor(min(start[1], end[1]) - reach),
                  math.ceil(max(start[0], end[0]) + reach), math.ceil(max(start[1], end[1]) + reach))


def capsule(frame: int, start: Point, end: Point, radius: float, *, rows: int, columns: int) -> Stamp:
    """The pixels within `radius` of the line from `start` to `end` (y, x), clipped to the image.

    A radius below one pixel draws a connected line one pixel wide: there is always something under the pointer.
    """
    if radius < 1:
        start, end = _pixel_center(start), _pixel_center(end)
        radius = max(radius, 0.5)
    region = capsule_box(frame, start, end, radius).clipped(rows, columns)
    if region.empty:
        return Stamp.empty(frame)
    low, high = _capsule_rows(np.arange(region.y0 + 0.5 - start[0], region.y1 - start[0]), start, end, radius)
    # Short integers, and both ends of a row in one unsigned compare: comparing every pixel is most of the work.
    signed, unsigned = ("i2", "u2") if region.width < 1 << 15 else ("i4", "u4")
    left = start[1] - 0.5 - region.x0
    first = np.minimum(np.maximum(np.ceil(low + left), 0), region.width).astype(signed)
    behind = np.minimum(np.maximum(np.floor(high + left), -1), region.width - 1).astype(signed) + 1
    count = np.maximum(behind - first, 0).view(unsigned)
    x = np.arange(region.width, dtype=signed)
    return Stamp(region, (x - first[:, None]).view(unsigned) < count[:, None])


def _pixel_center(point: Point) -> Point:
    return math.floor(point[0]) + 0.5, math.floor(point[1]) + 0.5


def _capsule_rows(y: Rows, start: Point, end: Point, radius: float) -> tuple[Rows, Rows]:
    """Where rows enter and leave a capsule, y and x counted from its start (a row that misses it: low > high).

    A row's edge is the edge of a disc whose centre runs along the line as far as the row asks: the point of a disc
    that lies furthest across the line is at `normal` below its centre.
    """
    dy, dx = end[0] - start[0], end[1] - start[1]
    if dy:
        normal = radius * math.copysign(dx, dx * dy) / math.hypot(dy, dx)
        share = np.stack((y - normal, y + normal))
        share /= dy
        np.maximum(share, 0, out=share)
        np.minimum(share, 1, out=share)
    else:
        share = np.array([[dx < 0], [dx >= 0]], np.float64)
    square = radius ** 2 - (y - share * dy) ** 2
    half = np.sqrt(square, out=np.full(square.shape, -np.inf), where=square >= 0)
    share *= dx
    return share[0] - half[0], share[1] + half[1]


def polygon(frame: int, points: Sequence[Point], *, rows: int, columns: int) -> Stamp:
    """The pixels inside a closed polygon by the even-odd rule, clipped to the image.

    Args:
        points: vertices (y, x), at least three for a non-empty result.
    """
    if len(points) < 3:
        return Stamp.empty(frame)
    corners = np.asarray(points, np.float64)
    (top, left), (bottom, right) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    region = Region(frame, int(top), int(left), int(bottom), int(right)).clipped(rows, columns)
    if region.empty:
        return Stamp.empty(frame)
    # Each edge turns inside to outside from where it crosses the centre line of a row.
    (y0, x0), (y1, x1) = corners.T, np.roll(corners, -1, axis=0).T
    first = np.maximum(np.ceil(np.minimum(y0, y1) - 0.5), region.y0).astype(np.int64)
    count = np.maximum(np.minimum(np.ceil(np.maximum(y0, y1) - 0.5), region.y1).astype(np.int64) - first, 0)
    edge = np.repeat(np.arange(len(corners)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    crossing = x0[edge] + (row + 0.5 - y0[edge]) * ((x1 - x0)[edge] / (y1 - y0)[edge])
    column = np.clip(np.ceil(crossing - 0.5).astype(np.int64) - region.x0, 0, region.width)
    turns = np.zeros((region.height, region.width + 1), np.uint8)
    np.bitwise_xor.at(turns, (row - region.y0, column), np.uint8(1))
    inside = np.bitwise_xor.accumulate(turns, axis=1)[:, :-1]
    return Stamp(region, inside.view(np.bool_))


def square_capsule(frame: int, start: Point, end: Point, radius: float, *, rows: int, columns: int) -> Stamp:
    """The pixels that a square tip of half the side `radius` covers from `start` to `end` (y, x), clipped.

    As with `capsule`, a radius below one pixel draws a connected line.
    """
    if radius < 1:
        return capsule(frame, start, end, radius, rows=rows, columns=columns)
    (y0, x0), (y1, x1) = sorted((start, end))
    # The hull of two squares: x mirrored where the line falls to the left.
    side = radius if x1 >= x0 else -radius
    hull = ((y0 - radius, x0 - side), (y0 - radius, x0 + side), (y1 - radius, x1 + side),
            (y1 + radius, x1 + side), (y1 + radius, x1 - side), (y0 + radius, x0 - side))
    return polygon(frame, hull, rows=rows, columns=columns)


def ellipse(frame: int, corner: Point, opposite: Point, *, rows: int, columns: int) -> Stamp:
    """The pixels inside the ellipse that fills the box between two corners (y, x), clipped to the image."""
    (top, bottom), (left, right) = sorted((corner[0], opposite[0])), sorted((corner[1], opposite[1]))
    region = Region(frame, int(np.floor(top)), int(np.floor(left)), int(np.ceil(bottom)),
                    int(np.ceil(right))).clipped(rows, columns)
    if region.empty or top == bottom or left == right:
        return Stamp.empty(frame)
    y = (np.arange(region.y0, region.y1) + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2)
    x = (np.arange(region.x0, region.x1) + 0.5 - (left + right) / 2) / ((right - left) / 2)
    return Stamp(region, y[:, None] ** 2 + x[None] ** 2 <= 1)


def outline(mask: Mask) -> list[list[Point]]:
    """Closed outlines (y, x) of the connected parts (8 neighbours) of a mask (y, x), largest first, holes left out.

    `polygon` of an outline gives back exactly the pixels of its part with the holes filled.
    """
    import cv2

    # Each pixel is split in four: the line through the centres of its parts runs a quarter pixel inside its edge.
    fine = np.repeat(np.repeat(mask.astype(np.uint8), 2, axis=0), 2, axis=1)
    found, _ = cv2.findContours(fine, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    lines = [(contour[:, 0, ::-1] + 0.5) / 2 for contour in sorted(found, key=cv2.contourArea, reverse=True)]
    return [[(float(y), float(x)) for y, x in line] for line in lines]


def mask_box(frame: int, mask: Mask) -> Region:
    """The smallest box around the set pixels of a mask (y, x); empty if there are none."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return Region(frame, 0, 0, 0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return Region(frame, top, int(columns[0]), bottom, int(columns[-1]) + 1)


def value_counts(labels: Gray) -> npt.NDArray[np.int64]:
    """How often each of the 256 values occurs in an image (y, x)."""
    import cv2

    counts = np.zeros(256, np.int64)
    for top in range(0, labels.shape[0], _STRIP_ROWS):
        strip = labels[top:top + _STRIP_ROWS]
        if cv2.countNonZero(strip):
            counts += cv2.calcHist([strip], [0], None, [256], (0, 256))[:, 0].astype(np.int64)
        else:
            counts[0] += strip.size
    return counts


def flood(frame: int, allowed: Mask, seed: tuple[int, int]) -> Stamp:
    """The connected part (4 neighbours) of `allowed` (y, x) that holds the pixel `seed` (row, column)."""
    import cv2

    rows, columns = allowed.shape
    row, column = seed
    if not (0 <= row < rows and 0 <= column < columns) or not allowed[row, column]:
        return Stamp.empty(frame)
    # A border of ones keeps the fill inside; it marks what it reaches with 2.
    marks = np.ones((rows + 2, columns + 2), np.uint8)
    marks[1:-1, 1:-1] = ~allowed
    image = np.zeros((rows, columns), np.uint8)
    _, _, _, (x, y, width, height) = cv2.floodFill(image, marks, (column, row), 0,
                                                   flags=4 | cv2.FLOODFILL_MASK_ONLY | 2 << 8)
    reached = marks[1 + y:1 + y + height, 1 + x:1 + x + width] == 2
    return Stamp(Region(frame, y, x, y + height, x + width), reached)


def flood_labels(frame: int, labels: Gray, seed: tuple[int, int]) -> Stamp:
    """The connected region of one label value (0 too) around a pixel (row, column)."""
    if not (0 <= seed[0] < labels.shape[0] and 0 <= seed[1] < labels.shape[1]):
        return Stamp.empty(frame)
    return flood(frame, labels == labels[seed], seed)


def flood_image(frame: int, image: Gray, seed: tuple[int, int], tolerance: int) -> Stamp:
    """The connected region whose gray value (y, x) differs by at most `tolerance` from that of a pixel."""
    import cv2

    rows, columns = image.shape
    if not (0 <= seed[0] < rows and 0 <= seed[1] < columns):
        return Stamp.empty(frame)
    marks = np.zeros((rows + 2, columns + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | 2 << 8
    _, _, _, (x, y, width, height) = cv2.floodFill(image.copy(), marks, (seed[1], seed[0]), 0,
                                                   tolerance, tolerance, flags=flags)
    reached = marks[1 + y:1 + y + height, 1 + x:1 + x + width] == 2
    return Stamp(Region(frame, y, x, y + height, x + width), reached)


@dataclass(frozen=True)
class Component:
    """A connected part of a mask: its box, and its size in pixels."""

    region: Region
    area_px: int


def connected_components(frame: int, mask: Mask) -> tuple[npt.NDArray[np.int32], tuple[Component, ...]]:
    """Number the connected parts (8 neighbours) of a mask (y, x).

    Returns:
        An image (y, x) with 0 outside and k+1 in the part `components[k]`, and the components.
    """
    import cv2

    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    components = tuple(Component(Region(frame, int(y), int(x), int(y + height), int(x + width)), int(area))
                       for x, y, width, height, area in stats[1:count])
    return np.asarray(numbers, np.int32), components
