"""The geometry of the field of view: a rectangle or a fan that holds as much speckle and as little else as can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.field_of_view import Fan, FieldOfView
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.field_of_view import find_field_of_view, speckle_parts

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]

_GRID_PX = 112  # the fit looks at the image in this size
_EMPTY_COST = 0.3  # what a pixel without speckle takes off, against one with it
_FULL_SHARE = 0.97
_LEAST_SHARE = 0.05
_LEAST_TILT = math.radians(7)
_NARROW = math.radians(30)
_LEAST_DEPTH = 0.6
_WIDEST = math.radians(75)
_FAN_GAIN = 1.01  # a fan must explain so much more than a rectangle
_REGION_SHARE = 0.3
_EMPTY_SHARE, _GAP_PX, _STRIP_SHARE = 0.012, 3, 0.2
_LETTERED_SHARE = 0.04  # of a column that only a line or two of text crosses
_FAINT, _FAINT_SHARE, _FAINT_GAP_PX = 2, 0.12, 9
_IN_PLANE = ("tissue", "colour flow", "integrated backscatter")


def series_field_of_view(series: ImageSeries, *, looked_at: int = 6) -> FieldOfView:
    """The field of view of a series: within the region that the scanner calibrated, else anywhere on its frames.

    Args:
        looked_at: how many frames of a cine are decoded.

    Raises:
        InputError: a frame cannot be decoded.
    """
    count = series.frame_count
    numbers = sorted({round(step * (count - 1) / max(1, looked_at - 1)) for step in range(looked_at)})
    plane = [region for region in series.regions
             if region.data_type in _IN_PLANE and region.spatial_format in ("", "2D")]
    largest = max(plane, key=lambda region: (region.y1 - region.y0) * (region.x1 - region.x0), default=None)
    within = Region(0, largest.y0, largest.x0, largest.y1, largest.x1) if largest else None
    return fit_field_of_view([series.gray(number) for number in numbers], within=within)


def fit_field_of_view(frames: Sequence[Gray], *, within: Region | None = None) -> FieldOfView:
    """Fit a rectangle or a fan to the frames of one cine (or one still).

    Args:
        frames: 8-bit gray (y, x), all of one size; what is dark in one may be bright in another.
        within: the box that holds it, where that is known.
    """
    rows, columns = frames[0].shape
    everything = Region(0, 0, 0, rows, columns)
    if within is not None:
        return _fit_within(frames, within.clipped(rows, columns))
    speckle = np.logical_or.reduce([speckle_parts(frame) for frame in frames])
    if speckle.mean() < _LEAST_SHARE or all(find_field_of_view(frame).all() for frame in frames):
        return FieldOfView("whole", everything)
    scale = max(1.0, max(rows, columns) / _GRID_PX)
    grid = _weights(speckle, scale)
    box = _best_box(grid)
    fan = _best_fan(grid)
    if fan is not None and _score(grid, fan) > _FAN_GAIN * grid[box.slices].sum():
        grown = replace(fan, apex_y=fan.apex_y * scale, apex_x=fan.apex_x * scale, inner=fan.inner * scale,
                        outer=fan.outer * scale)
        return FieldOfView("curved", _bounds(grown.inside(rows, columns)), grown)
    box = _trimmed(frames, _sharpened(speckle, _scaled(box, scale).clipped(rows, columns)))
    box = _deepened(frames, box)
    full = box.height * box.width >= _FULL_SHARE * rows * columns
    return FieldOfView("whole", everything) if full else FieldOfView("linear", box)


def _fit_within(frames: Sequence[Gray], box: Region) -> FieldOfView:
    """The fit within a region of the scanner, which may be wider than the picture but knows how deep it is."""
    inner = fit_field_of_view([frame[box.slices] for frame in frames])
    if inner.kind == "whole" or inner.box.height * inner.box.width < _REGION_SHARE * box.height * box.width:
        return FieldOfView("linear", box)
    moved = Region(0, inner.box.y0 + box.y0, inner.box.x0 + box.x0, inner.box.y1 + box.y0, inner.box.x1 + box.x0)
    if fan := inner.fan:
        return FieldOfView("curved", moved, replace(fan, apex_y=fan.apex_y + box.y0, apex_x=fan.apex_x + box.x0))
    return FieldOfView("linear", replace(moved, y1=box.y1))


def _weights(speckle: Mask, scale: float) -> Weights:
    """What each cell of the grid adds to a shape that holds it."""
    import cv2

    size = round(speckle.shape[1] / scale), round(speckle.shape[0] / scale)
    share = cv2.resize(speckle.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float64) * (1 + _EMPTY_COST) - _EMPTY_COST


def _best_box(grid: Weights) -> Region:
    """The box with the largest sum."""
    height = grid.shape[0]
    sums = np.vstack([np.zeros(grid.shape[1]), np.cumsum(grid, axis=0)])
    best, found = -math.inf, Region(0, 0, 0, *grid.shape)
    for top in range(height):
        runs = np.hstack([np.zeros((height - top, 1)), np.cumsum(sums[top + 1:] - sums[top], axis=1)])
        lowest = np.minimum.accumulate(runs, axis=1)
        gain = runs - lowest
        bottom, right = np.unravel_index(int(gain.argmax()), gain.shape)
        if gain[bottom, right] > best:
            left = int(runs[bottom, :right + 1].argmin())
            best, found = float(gain[bottom, right]), Region(0, top, left, top + int(bottom) + 1, int(right))
    return found


def _sharpened(speckle: Mask, box: Region) -> Region:
    """The box with its edges moved to the pixel."""
    values = speckle * (1 + _EMPTY_COST) - _EMPTY_COST
    for _ in range(2):
        y0, y1 = _best_run(values[:, box.x0:box.x1].sum(axis=1))
        x0, x1 = _best_run(values[y0:y1].sum(axis=0))
        box = Region(0, y0, x0, y1, x1)
    return box


def _trimmed(frames: Sequence[Gray], box: Region) -> Region:
    """The box without strips at its edges (a line of text, ticks) that empty rows or columns part from the rest."""
    shown = np.maximum.reduce(frames)[box.slices].astype(np.int16)
    background = int(np.bincount(np.maximum.reduce(frames).ravel(), minlength=256).argmax())
    ink = np.abs(shown - background) >= _FAINT
    y0, y1 = _inner(ink.mean(axis=1) < _EMPTY_SHARE)
    x0, x1 = _inner(ink[y0:y1].mean(axis=0) < _LETTERED_SHARE)
    return Region(0, box.y0 + y0, box.x0 + x0, box.y0 + y1, box.x0 + x1)


def _inner(empty: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """What is left of a run of rows when short strips beyond its last empty gaps are taken off both ends."""
    gaps = np.flatnonzero(np.convolve(empty, np.ones(_GAP_PX), "valid") == _GAP_PX)
    reach = round(_STRIP_SHARE * len(empty))
    before, after = gaps[gaps <= reach], gaps[gaps + _GAP_PX >= len(empty) - reach]
    low = int(before[-1]) + _GAP_PX if before.size else 0
    high = int(after[0]) if after.size else len(empty)
    return (low, high) if high > low else (0, len(empty))


def _deepened(frames: Sequence[Gray], box: Region) -> Region:
    """The box down to where the last faint echoes end: with depth, speckle falls below what makes a texture."""
    below = np.maximum.reduce(frames)[box.y1:, box.x0:box.x1]
    if not below.size:
        return box
    background = int(np.bincount(below.ravel(), minlength=256).argmax())
    faint = (np.abs(below.astype(np.int16) - background) >= _FAINT).mean(axis=1) >= _FAINT_SHARE
    dark = np.flatnonzero(np.convolve(faint, np.ones(_FAINT_GAP_PX), "full")[: len(faint)] == 0)
    end = int(dark[0]) - _FAINT_GAP_PX + 1 if dark.size else len(faint)
    return replace(box, y1=box.y1 + max(0, end))


def _best_run(profile: npt.NDArray[np.float64]) -> tuple[int, int]:
    sums = np.concatenate([[0.0], np.cumsum(profile)])
    gain = sums - np.minimum.accumulate(sums)
    end = int(gain.argmax())
    return int(sums[:end + 1].argmin()), end


def _best_fan(grid: Weights) -> Fan | None:
    """The fan with the largest sum near where its straight sides meet; None where there are no such sides."""
    from scipy.optimize import minimize

    start = _first_fan(grid > 0)
    if start is None:
        return None
    values = np.array([start.apex_y, start.apex_x, start.left, start.right, start.inner, start.outer])
    steps = np.diag([4.0, 2.0, 0.06, 0.06, 4.0, 4.0])
    result = minimize(lambda trial: -_score(grid, Fan(*trial)), values, method="Nelder-Mead",
                      options={"initial_simplex": np.vstack([values, values + steps]), "maxfev": 400, "xatol": 0.02,
                               "fatol": 0.5})
    fan = Fan(*(float(value) for value in result.x))
    spread, depth = fan.right - fan.left, fan.outer - fan.inner
    sane = 0 <= fan.inner < fan.outer and -_WIDEST <= fan.left < 0 < fan.right <= _WIDEST and spread >= 2 * _LEAST_TILT
    # A flat, narrow strip of a fan is a rectangle with something around it.
    flat = spread < _NARROW and depth < _LEAST_DEPTH * spread * fan.outer
    return fan if sane and not flat else None


def _score(grid: Weights, fan: Fan) -> float:
    return float(grid[fan.inside(*grid.shape)].sum())


def _first_fan(body: Mask) -> Fan | None:
    """A fan from the longest straight sides of the body's hull that lean outwards."""
    import cv2

    parts, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not parts:
        return None
    hull = cv2.convexHull(max(parts, key=cv2.contourArea))
    corners = cv2.approxPolyDP(hull, 0.012 * cv2.arcLength(hull, True), True)[:, 0].astype(np.float64)
    sides = _leaning_sides(corners, body.shape)
    if sides is None:
        return None
    (left_x, left_lean), (right_x, right_lean) = sides
    # x = x0 + y tan(lean) on both sides; they meet at the apex.
    apex_y = (right_x - left_x) / (math.tan(left_lean) - math.tan(right_lean))
    apex_x = left_x + apex_y * math.tan(left_lean)
    y, x = np.nonzero(body)
    radii = np.hypot(y + 0.5 - apex_y, x + 0.5 - apex_x)
    inner, outer = np.percentile(radii, (1, 99.5))
    return Fan(apex_y, apex_x, left_lean, right_lean, float(inner), float(outer))


def _leaning_sides(corners: npt.NDArray[np.float64], shape: tuple[int, ...],
                   ) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The left and the right side as (x at y = 0, angle from straight down); one may be the other's mirror image."""
    best: dict[bool, tuple[float, float, float]] = {}
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        lean, length = math.atan2(x1 - x0, y1 - y0), math.hypot(x1 - x0, y1 - y0)
        on_border = max(x0, x1) <= 1 or min(x0, x1) >= shape[1] - 2
        if on_border or not _LEAST_TILT <= abs(lean) <= _WIDEST or length < 0.08 * min(shape):
            continue
        is_left = lean < 0
        if (is_left and x1 > 0.6 * shape[1]) or (not is_left and x1 < 0.4 * shape[1]):
            continue
        if is_left not in best or length > best[is_left][0]:
            best[is_left] = length, x0 - y0 * math.tan(lean), lean
    if not best:
        return None
    middle = float(corners[:, 0].min() + corners[:, 0].max()) / 2
    for missing in {True, False} - set(best):
        length, at, lean = best[not missing]
        best[missing] = length, 2 * middle - at, -lean
    return best[True][1:], best[False][1:]


def _scaled(box: Region, scale: float) -> Region:
    return Region(0, round(box.y0 * scale), round(box.x0 * scale), round(box.y1 * scale), round(box.x1 * scale))


def _bounds(inside: Mask) -> Region:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return Region(0, int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
