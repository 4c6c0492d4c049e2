"""Ticks of a ruler are found to a fraction of a pixel, and not where there are none."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medsynth_gui.core.ruler import RulerLine, find_ruler


def ruler(period: float, count: int, *, ink: int, paper: int,
          angle: float = 0.0) -> tuple[np.ndarray, tuple[float, float]]:
    """An image (y, x) with ticks from (40, 30) on, in the direction `angle` from straight down; that direction."""
    image = np.full((420, 420), paper, np.uint8)
    down, side = math.cos(angle), math.sin(angle)
    for number in range(count):
        y, x = 40 + number * period * down, 30 + number * period * side
        ends = [(x - at * down, y + at * side) for at in (-4, 4)]
        shift = [tuple(round((value - 0.5) * 256) for value in end) for end in ends]
        cv2.line(image, shift[0], shift[1], ink, 1, cv2.LINE_AA, 8)
    return image, (down, side)


@settings(max_examples=40, deadline=None)
@given(st.floats(7, 30), st.integers(4, 11), st.sampled_from([0.0, math.pi / 2, 0.2]), st.floats(-1.2, 1.2))
def test_the_length_between_ticks_is_exact(period: float, count: int, angle: float, aim: float) -> None:
    image, (down, side) = ruler(period, count, ink=230, paper=10, angle=angle)
    noise = np.random.default_rng(0).integers(0, 12, image.shape).astype(np.uint8)
    reach = (count - 1) * period + 0.3 * period
    start = 40 - 0.3 * period * down + aim * side, 30 - 0.3 * period * side + aim * down
    drawn = RulerLine(0, start, (start[0] + (reach + 0.3 * period) * down, start[1] + (reach + 0.3 * period) * side))
    found = find_ruler(image + noise, drawn)
    assert found.intervals == count - 1
    assert found.length_px == pytest.approx((count - 1) * period, abs=0.4)


def test_dark_ticks_and_a_missing_one() -> None:
    image, _ = ruler(20, 9, ink=10, paper=180)
    image[115:126] = 180
    assert find_ruler(image, RulerLine(0, (30, 30), (212, 30))).intervals == 8


@pytest.mark.parametrize("image", [np.zeros((300, 300), np.uint8),
                                   np.random.default_rng(1).integers(0, 255, (300, 300)).astype(np.uint8)])
def test_a_line_over_no_ticks_stays_as_drawn(image: np.ndarray) -> None:
    drawn = RulerLine(3, (10.5, 20.0), (250.0, 24.0))
    assert find_ruler(image, drawn) == drawn
