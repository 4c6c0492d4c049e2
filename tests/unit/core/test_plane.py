"""Plane geometry against closed forms, numeric integration and its own invariances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.plane import (
    angle_deg,
    distance_to_line,
    ellipse_circumference,
    ellipse_points,
    path_length,
    polygon_area,
    semi_axes,
    upright_side,
)

coordinate = st.floats(-500, 500, allow_nan=False)
point = st.tuples(coordinate, coordinate)
size = st.floats(0.01, 400)
turn = st.floats(0, 2 * math.pi)


def turned(points, angle):
    c, s = math.cos(angle), math.sin(angle)
    return tuple((y * c + x * s, x * c - y * s) for y, x in points)


def test_pixels_need_not_be_square() -> None:
    assert path_length(((0, 0), (3, 4)), y=0.5, x=0.25) == pytest.approx(math.hypot(1.5, 1.0))
    assert polygon_area(((0, 0), (0, 10), (4, 10), (4, 0)), y=0.5, x=0.25) == pytest.approx(5.0)
    assert angle_deg((0, 5), (0, 0), (5, 5), y=2.0, x=1.0) == pytest.approx(math.degrees(math.atan(2)))


@given(st.lists(point, min_size=3, max_size=8), turn, st.floats(0.1, 10))
def test_turning_keeps_and_scaling_scales(points, angle, factor) -> None:
    after = turned(points, angle)
    assert path_length(after) == pytest.approx(path_length(points), rel=1e-6, abs=1e-6)
    assert polygon_area(after) == pytest.approx(polygon_area(points), rel=1e-6, abs=1e-5)
    assert polygon_area(points, factor, factor) == pytest.approx(polygon_area(points) * factor ** 2, rel=1e-9)


@given(st.tuples(size, size), turn, turn)
def test_an_angle_is_the_one_between_its_arms(arms, first, between) -> None:
    a = (arms[0] * math.sin(first), arms[0] * math.cos(first))
    b = (arms[1] * math.sin(first + between), arms[1] * math.cos(first + between))
    wanted = math.degrees(min(between, 2 * math.pi - between))
    assert angle_deg(a, (0, 0), b) == pytest.approx(wanted, abs=1e-4)


@given(size, size)
def test_the_circumference_of_an_ellipse_is_that_of_its_line(a, b) -> None:
    t = np.linspace(0, 2 * np.pi, 20001)
    numeric = path_length(list(zip(a * np.sin(t), b * np.cos(t), strict=True)))
    assert ellipse_circumference(a, b) == pytest.approx(numeric, rel=1e-5)
    assert ellipse_circumference(a, a) == pytest.approx(2 * math.pi * a)
    assert ellipse_circumference(a, 0) == pytest.approx(4 * a)


@given(point, size, size, turn, st.floats(0.2, 5))
def test_an_ellipse_has_its_axes_whatever_the_shape_of_a_pixel(center, long, short, angle, aspect) -> None:
    """The three points are made where a person sees them and stored in pixels `aspect` times as high as wide."""
    seen = turned(((-long, 0), (long, 0), (0, short)), angle)
    stored = [((y + center[0]) / aspect, x + center[1]) for y, x in seen]
    a, b = semi_axes(*stored, y=aspect, x=1.0)
    assert (a, b) == pytest.approx((max(long, short), min(long, short)), rel=1e-5, abs=1e-5)
    line = ellipse_points(*stored, 2000)
    assert polygon_area(line, aspect) == pytest.approx(math.pi * long * short, rel=1e-4, abs=1e-3)
    assert line[0] == line[-1]


@given(point, point, point, st.floats(0.2, 5))
def test_the_width_of_an_ellipse_stands_upright_on_its_axis(start, end, toward, aspect) -> None:
    if path_length((start, end), aspect) < 1:
        return
    side = upright_side(start, end, toward, aspect=aspect)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    across = ((side[0] - middle[0]) * aspect, side[1] - middle[1])
    along = ((end[0] - start[0]) * aspect, end[1] - start[1])
    assert across[0] * along[0] + across[1] * along[1] == pytest.approx(0, abs=1e-6 * (1 + math.hypot(*across))
                                                                        * math.hypot(*along))
    # Level with the pointer: from there to here is along the axis.
    over = ((side[0] - toward[0]) * aspect, side[1] - toward[1])
    assert over[0] * along[1] - over[1] * along[0] == pytest.approx(0, abs=1e-6 * (1 + math.hypot(*over))
                                                                    * math.hypot(*along))
    circle = upright_side(start, end, toward, aspect=aspect, radius=7.0)
    assert path_length((middle, circle), aspect) == pytest.approx(7.0, rel=1e-6)


def test_the_distance_to_a_line_ends_at_its_ends() -> None:
    line = ((0, 0), (0, 10), (10, 10))
    assert distance_to_line((3, 5), line) == pytest.approx(3)
    assert distance_to_line((3, 5), line, aspect=1.5) == pytest.approx(4.5)
    assert distance_to_line((0, -4), line) == pytest.approx(4)
