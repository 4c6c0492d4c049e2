"""Raster operations against slow references."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core import raster
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_operations import fill_holes

ROWS, COLUMNS = 23, 31
coordinate = st.floats(-8, 40, allow_nan=False, width=32)
point = st.tuples(coordinate, coordinate)
image = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).integers(0, 3, (ROWS, COLUMNS), np.uint8))
pixel = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))


def whole(stamp: raster.Stamp, rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    assert stamp.mask.shape == (stamp.region.height, stamp.region.width)
    assert stamp.region == stamp.region.clipped(rows, columns)
    full = np.zeros((rows, columns), bool)
    full[stamp.region.slices] = stamp.mask
    return full


def distance(y: float, x: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    dy, dx = end[0] - start[0], end[1] - start[1]
    square = dy * dy + dx * dx
    t = 0.0 if square == 0 else min(1.0, max(0.0, ((y - start[0]) * dy + (x - start[1]) * dx) / square))
    return math.hypot(y - start[0] - t * dy, x - start[1] - t * dx)


@given(point, point, st.floats(1, 20))
def test_a_capsule_is_all_pixels_within_the_radius(start: tuple[float, float], end: tuple[float, float],
                                                   radius: float) -> None:
    drawn = whole(raster.capsule(0, start, end, radius, rows=ROWS, columns=COLUMNS))
    for y in range(ROWS):
        for x in range(COLUMNS):
            away = distance(y + 0.5, x + 0.5, start, end)
            if abs(away - radius) > 1e-6:
                assert drawn[y, x] == (away < radius)


@given(pixel, pixel)
def test_the_thinnest_brush_draws_a_connected_line(start: tuple[int, int], end: tuple[int, int]) -> None:
    drawn = whole(raster.capsule(0, (start[0] + 0.3, start[1] + 0.9), (end[0] + 0.8, end[1] + 0.1), 0.5,
                                 rows=ROWS, columns=COLUMNS))
    assert drawn[start]
    assert drawn[end]
    assert len(raster.connected_components(0, drawn)[1]) == 1
    assert drawn.sum() <= 2 * max(abs(start[0] - end[0]), abs(start[1] - end[1])) + 1


@given(st.lists(point, min_size=3, max_size=9))
def test_a_polygon_follows_the_even_odd_rule(points: list[tuple[float, float]]) -> None:
    drawn = whole(raster.polygon(0, points, rows=ROWS, columns=COLUMNS))
    for y in range(ROWS):
        for x in range(COLUMNS):
            crossings = []
            for (y0, x0), (y1, x1) in zip(points, points[1:] + points[:1], strict=True):
                if (y0 - (y + 0.5) > 0) != (y1 - (y + 0.5) > 0):
                    crossings.append(x0 + (y + 0.5 - y0) * ((x1 - x0) / (y1 - y0)))
            if all(abs(crossing - x - 0.5) > 1e-9 for crossing in crossings):
                assert drawn[y, x] == (sum(crossing < x + 0.5 for crossing in crossings) % 2 == 1)


def test_two_points_enclose_nothing() -> None:
    assert raster.polygon(0, [(1, 1), (5, 5)], rows=ROWS, columns=COLUMNS).region.empty


@given(image, pixel)
def test_flood_reaches_equal_neighbours_only(labels: np.ndarray, seed: tuple[int, int]) -> None:
    reached, front = set(), [seed]
    while front:
        y, x = front.pop()
        if 0 <= y < ROWS and 0 <= x < COLUMNS and (y, x) not in reached and labels[y, x] == labels[seed]:
            reached.add((y, x))
            front += [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
    drawn = whole(raster.flood_labels(0, labels, seed))
    assert {(int(y), int(x)) for y, x in np.argwhere(drawn)} == reached


def test_flood_by_gray_value_stops_at_the_tolerance() -> None:
    gray = np.repeat(np.arange(0, 250, 10, dtype=np.uint8)[None], 5, axis=0)
    drawn = whole(raster.flood_image(0, gray, (2, 10), 20), 5, 25)
    assert np.flatnonzero(drawn[0]).tolist() == [8, 9, 10, 11, 12]
    assert drawn.all(axis=0).sum() == 5


@pytest.mark.parametrize("seed", [(-1, 0), (0, COLUMNS), (ROWS, 0)])
def test_flood_from_outside_reaches_nothing(seed: tuple[int, int]) -> None:
    assert raster.flood_labels(0, np.zeros((ROWS, COLUMNS), np.uint8), seed).region.empty
    assert raster.flood_image(0, np.zeros((ROWS, COLUMNS), np.uint8), seed, 5).region.empty


def test_components_are_counted_with_diagonal_neighbours() -> None:
    mask = np.zeros((6, 8), bool)
    mask[0, 0] = mask[1, 1] = True
    mask[4:6, 5:8] = True
    numbers, parts = raster.connected_components(3, mask)
    assert {part.region for part in parts} == {Region(3, 0, 0, 2, 2), Region(3, 4, 5, 6, 8)}
    assert {part.area_px for part in parts} == {2, 6}
    for number, part in enumerate(parts, start=1):
        assert (numbers == number).sum() == part.area_px
        assert (numbers[part.region.slices] == number).sum() == part.area_px


@given(point, point, st.floats(1, 12))
def test_a_square_tip_covers_what_its_square_passes(start: tuple[float, float], end: tuple[float, float],
                                                    radius: float) -> None:
    drawn = whole(raster.square_capsule(0, start, end, radius, rows=ROWS, columns=COLUMNS))
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] + 0.5
    part = np.linspace(0, 1, 400)[:, None, None]
    away = np.maximum(np.abs(start[0] + part * (end[0] - start[0]) - y),
                      np.abs(start[1] + part * (end[1] - start[1]) - x)).min(axis=0)
    clear = np.abs(away - radius) > 0.2
    assert np.array_equal(drawn[clear], (away < radius)[clear])


@given(point, point)
def test_an_ellipse_fills_its_box(corner: tuple[float, float], opposite: tuple[float, float]) -> None:
    drawn = whole(raster.ellipse(0, corner, opposite, rows=ROWS, columns=COLUMNS))
    half = abs(corner[0] - opposite[0]) / 2, abs(corner[1] - opposite[1]) / 2
    for y in range(ROWS):
        for x in range(COLUMNS):
            away = math.inf if 0 in half else math.hypot((y + 0.5 - (corner[0] + opposite[0]) / 2) / half[0],
                                                         (x + 0.5 - (corner[1] + opposite[1]) / 2) / half[1])
            assert abs(away - 1) < 1e-9 or drawn[y, x] == (away < 1)


@given(image)
def test_an_outline_gives_its_part_back_without_holes(labels: np.ndarray) -> None:
    mask = labels > 0
    drawn = np.zeros_like(mask)
    for line in raster.outline(mask):
        drawn |= whole(raster.polygon(0, line, rows=ROWS, columns=COLUMNS))
    assert np.array_equal(drawn, fill_holes(mask))


@given(image.map(lambda labels: labels * np.uint8(40)), pixel, st.integers(0, 90))
def test_flood_by_gray_value_is_a_flood_of_what_is_near_enough(gray: np.ndarray, seed: tuple[int, int],
                                                               tolerance: int) -> None:
    near = np.abs(gray.astype(int) - int(gray[seed])) <= tolerance
    assert np.array_equal(whole(raster.flood_image(0, gray, seed, tolerance)), whole(raster.flood(0, near, seed)))
