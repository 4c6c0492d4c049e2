"""Artefacts that are put into noise are told from it."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.metrics.artefacts import checkerboard, field_distance, measure, small_field, worst

SIDE = 96
LIMITS = {"white": 0.02, "black": 0.1, "checkerboard": 9.0, "geometry": 0.1, "marks": 0.01}


def speckle(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.clip(90 + 30 * np.sin(y / 9) * np.cos(x / 7) + rng.normal(0, 12, (SIDE, SIDE)), 3, 245).astype(np.uint8)


@pytest.mark.parametrize("period", [2, 4])
def test_a_faint_grid_stands_out_of_speckle(period):
    y, x = np.mgrid[:SIDE, :SIDE]
    clean = [checkerboard(speckle(seed)) for seed in range(20)]
    grids = {"chess": (y // (period // 2) + x // (period // 2)) % 2, "columns": x // (period // 2) % 2}
    for grid in grids.values():
        assert checkerboard(np.clip(speckle() + 5 * grid, 0, 255).astype(np.uint8)) > max(clean) + 6


def test_fields_of_view_are_compared_with_those_that_scanners_make():
    y, x = np.mgrid[:SIDE, :SIDE]
    fan = (np.hypot(y + 20, x - SIDE / 2) < 100) & (abs(x - SIDE / 2) < 0.5 * (y + 20))
    known = np.stack([small_field(fan), np.ones((32, 32), np.bool_)])
    assert field_distance(small_field(fan), known) == 0
    assert field_distance(small_field(np.ones((40, 70), np.bool_)), known) == 0
    broken = fan.copy()
    broken[60:, :50] = False
    assert field_distance(small_field(broken), known) > 0.1


def test_the_worst_figure_is_named():
    everything, nothing = np.ones((SIDE, SIDE), np.bool_), np.zeros((SIDE, SIDE), np.bool_)
    known = small_field(everything)[None]
    assert worst(measure(speckle(), everything, nothing, known), LIMITS)[1] < 1
    burnt = speckle()
    burnt[:20] = 255
    assert worst(measure(burnt, everything, nothing, known), LIMITS) == ("white", pytest.approx(20 / SIDE / 0.02))
    assert worst(measure(np.zeros_like(burnt), everything, nothing, known), LIMITS)[0] == "black"
