"""Whole-mask operations against slow references on small masks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull, QhullError

from medsynth_gui.core import mask_operations as ops
from medsynth_gui.core.geometry import Region
from tests.builders import disc

ROWS, COLUMNS = 14, 17
FOUR = ((-1, 0), (1, 0), (0, -1), (0, 1))
EIGHT = (*FOUR, (-1, -1), (-1, 1), (1, -1), (1, 1))
masks = st.tuples(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95)).map(
    lambda drawn: np.random.default_rng(drawn[0]).random((ROWS, COLUMNS)) < drawn[1])
reach = st.floats(0.5, 4.0)


def parts(mask: np.ndarray, steps: tuple[tuple[int, int], ...]) -> list[set[tuple[int, int]]]:
    """Connected parts, by a walk, in reading order of their first pixels."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    found = []
    for start in sorted(left):
        if start not in left:
            continue
        part, front = set(), [start]
        while front:
            y, x = front.pop()
            if (y, x) in left:
                left.discard((y, x))
                part.add((y, x))
                front += [(y + dy, x + dx) for dy, dx in steps]
        found.append(part)
    return found


def of(pixels: set[tuple[int, int]]) -> np.ndarray:
    mask = np.zeros((ROWS, COLUMNS), bool)
    for pixel in pixels:
        mask[pixel] = True
    return mask


def nearest(mask: np.ndarray, reach_y: float = 1, reach_x: float = 1) -> np.ndarray:
    """For each pixel the distance to the nearest set one, in units of the half axes; inf where there is none."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    away = [np.hypot((y - v) / reach_y, (x - u) / reach_x) for v, u in np.argwhere(mask)]
    return np.min(away, axis=0) if away else np.full(mask.shape, np.inf)


@given(masks)
def test_holes_are_what_the_border_does_not_reach(mask: np.ndarray) -> None:
    outside = next(part for part in parts(~np.pad(mask, 1), FOUR) if (0, 0) in part)
    expected = np.array([[(y + 1, x + 1) not in outside for x in range(COLUMNS)] for y in range(ROWS)])
    assert np.array_equal(ops.fill_holes(mask), expected)


@given(masks, st.integers(0, 12))
def test_islands_below_a_size_go(mask: np.ndarray, least: int) -> None:
    expected = of({pixel for part in parts(mask, EIGHT) if len(part) >= least for pixel in part})
    assert np.array_equal(ops.remove_islands(mask, least), expected)


@given(masks)
def test_the_largest_part_stays(mask: np.ndarray) -> None:
    found = parts(mask, EIGHT)
    assert np.array_equal(ops.keep_largest(mask), of(max(found, key=len, default=set())))


@settings(max_examples=25)
@given(masks, reach, reach)
def test_grow_and_shrink_reach_an_ellipse(mask: np.ndarray, reach_y: float, reach_x: float) -> None:
    to_set, to_clear = nearest(mask, reach_y, reach_x), nearest(~mask, reach_y, reach_x)
    clear = np.abs(to_set - 1) > 1e-4
    assert np.array_equal(ops.dilate(mask, reach_y, reach_x)[clear], (to_set < 1)[clear])
    clear = np.abs(to_clear - 1) > 1e-4
    assert np.array_equal(ops.erode(mask, reach_y, reach_x)[clear], (to_clear > 1)[clear])


@given(masks, reach)
def test_grow_by_equal_axes_is_grow_by_an_ellipse(mask: np.ndarray, size: float) -> None:
    whole = math.floor(size) + 0.5  # no centre lies on the rim
    assert np.array_equal(ops.dilate(mask, whole, whole), ops.dilate(mask, whole, whole * (1 + 1e-9)))


@settings(max_examples=25)
@given(masks, reach, reach)
def test_open_takes_and_close_gives_and_both_are_stable(mask: np.ndarray, reach_y: float, reach_x: float) -> None:
    opened, closed = ops.opened(mask, reach_y, reach_x), ops.closed(mask, reach_y, reach_x)
    assert not (opened & ~mask).any() and not (mask & ~closed).any()
    assert np.array_equal(ops.opened(opened, reach_y, reach_x), opened)
    assert np.array_equal(ops.closed(closed, reach_y, reach_x), closed)


@given(masks, st.integers(1, 3))
def test_median_is_the_majority_around(mask: np.ndarray, radius: int) -> None:
    padded = np.pad(mask, radius, mode="edge")
    side = 2 * radius + 1
    expected = [[2 * padded[y:y + side, x:x + side].sum() > side * side for x in range(COLUMNS)] for y in range(ROWS)]
    assert np.array_equal(ops.smooth_median(mask, radius), expected)


@given(masks, st.floats(0.6, 2.5), st.floats(0.6, 2.5))
def test_curvature_is_a_gaussian_cut_at_half(mask: np.ndarray, reach_y: float, reach_x: float) -> None:
    from scipy.ndimage import gaussian_filter

    blurred = gaussian_filter(mask.astype(float), (reach_y, reach_x), mode="nearest", truncate=4)
    clear = np.abs(blurred - 0.5) > 0.02  # the two cut their kernels at other places
    assert np.array_equal(ops.smooth_curvature(mask, reach_y, reach_x)[clear], (blurred > 0.5)[clear])


@given(masks)
def test_the_hull_holds_the_centres_inside(mask: np.ndarray) -> None:
    corners = [(y + dy, x + dx) for y, x in np.argwhere(mask) for dy in (0, 1) for dx in (0, 1)]
    try:
        planes = ConvexHull(corners).equations
    except (QhullError, ValueError, IndexError):
        assert not mask.any()
        return
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] + 0.5
    most = np.max([a * y + b * x + c for a, b, c in planes], axis=0)
    clear = np.abs(most) > 1e-9
    assert np.array_equal(ops.convex_hull(mask)[clear], (most < 0)[clear])


@pytest.mark.parametrize(("how", "expected"), [("or", "0111"), ("and", "0001"), ("minus", "0010"), ("xor", "0110")])
def test_boolean_operations(how: str, expected: str) -> None:
    first, second = np.array([False, False, True, True]), np.array([False, True, False, True])
    assert "".join("01"[bit] for bit in ops.boolean(first, second, how).tolist()) == expected


@given(masks, st.lists(st.tuples(st.floats(-2, 18), st.floats(-2, 18)), min_size=2, max_size=4))
def test_a_cut_shares_all_pixels_out(mask: np.ndarray, line: list[tuple[float, float]]) -> None:
    found = ops.split(mask, line)
    assert np.array_equal(np.sum(found, axis=0), mask)
    assert [piece.sum() for piece in found] == sorted((piece.sum() for piece in found), reverse=True)


def test_a_line_across_cuts_in_two() -> None:
    mask = np.zeros((ROWS, COLUMNS), bool)
    mask[3:11, 2:15] = True
    larger, smaller = ops.split(mask, [(0, 10), (13, 10)])
    assert larger[:, :9].sum() == mask[:, :9].sum() and smaller[:, 11:].sum() == mask[:, 11:].sum()
    assert len(ops.split(mask, [(0, 10), (5, 10)])) == 1


@given(masks.filter(lambda mask: mask.any() and not mask.all()))
def test_signed_distance(mask: np.ndarray) -> None:
    expected = np.where(mask, nearest(~mask) - 0.5, 0.5 - nearest(mask))
    assert ops.signed_distance(mask) == pytest.approx(expected, abs=1e-3)


@given(masks.filter(np.any), masks.filter(np.any))
def test_interpolation_begins_and_ends_at_the_keyframes(first: np.ndarray, second: np.ndarray) -> None:
    start, end = ops.interpolate(first, second, (0, 1))
    assert np.array_equal(start, first) and np.array_equal(end, second)


def test_interpolation_moves_and_grows() -> None:
    first, second = (disc(80, 100, center=(40, at), radius=radius).astype(bool) for at, radius in ((20, 8), (80, 16)))
    (middle,) = ops.interpolate(first, second, (0.5,))
    expected = disc(80, 100, center=(40, 50), radius=12).astype(bool)
    assert (middle ^ expected).sum() < 0.06 * expected.sum()
    with pytest.raises(ValueError, match="no shape"):
        list(ops.interpolate(first, np.zeros_like(first), (0.5,)))


@pytest.mark.parametrize("contrast", [False, True])
def test_an_outline_snaps_to_an_edge_within_its_band(contrast: bool) -> None:
    truth = disc(96, 96, center=(48, 48), radius=26).astype(bool)
    noise = np.random.default_rng(1).normal(0, 8, truth.shape)
    image = np.clip(np.where(truth, 60, 170) + noise, 0, 255).astype(np.uint8)
    drawn = disc(96, 96, center=(50, 46), radius=22).astype(bool)
    snapped = ops.snap_to_edge(drawn, image, band_px=9, balloon=0 if contrast else 1, contrast=contrast)
    assert (snapped ^ truth).sum() < 0.4 * (drawn ^ truth).sum()
    held = ops.snap_to_edge(drawn, image, band_px=2, balloon=0 if contrast else 1, contrast=contrast)
    assert not (held ^ drawn)[np.abs(ops.signed_distance(drawn)) > 2].any()


@pytest.mark.parametrize("mask", [np.zeros((6, 7), bool), np.ones((6, 7), bool)])
def test_nothing_and_everything_stay(mask: np.ndarray) -> None:
    image = np.zeros(mask.shape, np.uint8)
    for changed in (ops.fill_holes(mask), ops.remove_islands(mask, 3), ops.keep_largest(mask), ops.dilate(mask, 2, 1),
                    ops.erode(mask, 2, 1), ops.opened(mask, 1, 2), ops.closed(mask, 1, 2), ops.smooth_median(mask, 1),
                    ops.smooth_curvature(mask, 1, 1), ops.convex_hull(mask), ops.split(mask, [(0, 0), (0.1, 0)])[0],
                    ops.snap_to_edge(mask, image, band_px=3)):
        assert np.array_equal(changed, mask)


def test_a_change_is_cut_to_what_differs() -> None:
    old, new = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    old[2, 3] = new[5, 6] = True
    change = ops.mask_change(4, 7, old, new)
    assert change is not None
    assert (change.region, change.value) == (Region(4, 2, 3, 6, 7), 7)
    assert (change.gained.sum(), change.lost.sum()) == (1, 1)
    assert ops.mask_change(4, 7, old, old) is None
