"""The ticks of a scanner's ruler along a line that was drawn over them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
_STEP = 0.25  # samples per pixel are the inverse
_HALF_WIDTH_PX = 3
_BEYOND_PX = 3.0
_LEAST_CONTRAST = 6.0
_LEAST_TICKS = 3
_LEAST_PERIOD_PX = 3.0
_UNEVEN, _UNEVEN_PX = 0.1, 1.3  # of a period, and in pixels
_LEAST_SHARE = 0.75
_MOST_BETWEEN = 4
_MOST_MARKS = 80


@dataclass(frozen=True)
class RulerLine:
    """A line along a ruler, on one frame.

    Attributes:
        start, end: (y, x) in pixels, at the first and the last tick where there are any.
        intervals: how many even steps lie between them; 0 where no ticks were found.
    """

    frame: int
    start: Point
    end: Point
    intervals: int = 0

    @property
    def extent_px(self) -> Point:
        """How far it reaches along (y, x)."""
        return abs(self.end[0] - self.start[0]), abs(self.end[1] - self.start[1])

    @property
    def length_px(self) -> float:
        return math.hypot(*self.extent_px)


def find_ruler(gray: npt.NDArray[np.uint8], line: RulerLine) -> RulerLine:
    """The line, its ends moved to the first and last of the evenly spaced ticks below it, to a fraction of a pixel.

    Args:
        gray: the frame (y, x).
        line: as it was drawn; it comes back as it is where there are no ticks.
    """
    start, end, length = line.start, line.end, line.length_px
    if length < _LEAST_TICKS * _LEAST_PERIOD_PX:
        return line
    ticks = _even_ticks(_peaks(_profile(gray, start, end)), length)
    if ticks is None:
        return line
    first, last, intervals = ticks
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    points = [(start[0] + at * along[0], start[1] + at * along[1]) for at in (first, last)]
    return RulerLine(line.frame, points[0], points[1], intervals)


def _profile(gray: npt.NDArray[np.uint8], start: Point, end: Point) -> npt.NDArray[np.float64]:
    """The mean gray across the line, sampled along it and a little beyond, so that no tick is cut."""
    length = math.dist(start, end)
    at = np.arange(-_BEYOND_PX, length + _BEYOND_PX, _STEP) / length
    across = np.arange(-_HALF_WIDTH_PX, _HALF_WIDTH_PX + 1)
    normal = ((end[1] - start[1]) / length, -(end[0] - start[0]) / length)
    y = start[0] + at[None, :] * (end[0] - start[0]) + across[:, None] * normal[0] - 0.5
    x = start[1] + at[None, :] * (end[1] - start[1]) + across[:, None] * normal[1] - 0.5
    return np.asarray(_bilinear(gray, y, x).mean(axis=0), np.float64)


def _bilinear(gray: npt.NDArray[np.uint8], y: npt.NDArray[np.float64],
              x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    y, x = y.clip(0, gray.shape[0] - 1.001), x.clip(0, gray.shape[1] - 1.001)
    top, left = y.astype(int), x.astype(int)
    down, right = y - top, x - left
    low, high = np.minimum(top + 1, gray.shape[0] - 1), np.minimum(left + 1, gray.shape[1] - 1)
    upper = gray[top, left] * (1 - right) + gray[top, high] * right
    lower = gray[low, left] * (1 - right) + gray[low, high] * right
    return np.asarray(upper * (1 - down) + lower * down)


def _peaks(profile: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where bright or dark marks, whichever stand out more, have their centres, in pixels from the start."""
    base = np.median(profile)
    if base - profile.min() > profile.max() - base:
        profile, base = -profile, -base
    top = profile.max()
    if top - base < _LEAST_CONTRAST:
        return np.empty(0)
    high = profile > base + 0.3 * (top - base)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], high.view(np.int8), [0]])))
    weights = np.maximum(profile - base, 0)
    at = np.array([np.average(np.arange(a, b), weights=weights[a:b]) * _STEP - _BEYOND_PX
                   for a, b in zip(edges[::2], edges[1::2], strict=True)])
    length = len(profile) * _STEP - 2 * _BEYOND_PX
    inside = at[(at > -1) & (at < length + 1)]
    return inside if len(inside) <= _MOST_MARKS else np.empty(0)


def _even_ticks(at: npt.NDArray[np.float64], length: float) -> tuple[float, float, int] | None:
    """First tick, last tick and the number of steps between of the longest even row among the marks.

    Digits and focus marks may stand between the ticks, and a tick may be missing here and there.
    """
    best: tuple[int, float, float, npt.NDArray[np.float64], npt.NDArray[np.bool_]] | None = None
    for one, other in combinations(range(len(at)), 2):
        period = float(at[other] - at[one])
        if not _LEAST_PERIOD_PX <= period <= length / 2 or other - one > _MOST_BETWEEN:
            continue
        steps = np.round((at - at[one]) / period)
        even = np.abs(at - at[one] - steps * period) <= min(_UNEVEN * period, _UNEVEN_PX)
        count = len(set(steps[even]))
        span = float(np.ptp(steps[even]))
        if count < _LEAST_SHARE * (span + 1) or count < len(at) - even.sum() or span + 1 < _LEAST_TICKS:
            continue
        if best is None or (count, period) > best[:2]:
            best = count, period, float(at[one]), steps, even
    if best is None or best[0] < (_LEAST_TICKS if len(at) == best[0] else _LEAST_TICKS + 1):
        return None
    steps, even = best[3], best[4]
    period, first = (float(value) for value in np.polyfit(steps[even], at[even], 1))
    low, intervals = first + float(steps[even].min()) * period, int(np.ptp(steps[even]))
    return low, low + intervals * period, intervals
