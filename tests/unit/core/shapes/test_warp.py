"""A warped mask is another one of the same anatomy."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.raster import connected_components
from medsynth_gui.core.shapes.warp import LIMITS, limits_for, warp_mask
from tests.builders import disc


def lungs() -> np.ndarray:
    return disc(96, 96, center=(45, 26), radius=17) | disc(96, 96, center=(50, 70), radius=14)


@pytest.mark.parametrize("modality", ["US", "DX"])
def test_parts_and_borders_stay_and_seeds_decide(modality: str) -> None:
    mask = lungs()
    made = [warp_mask(mask, np.random.default_rng(seed), LIMITS[modality]) for seed in range(12)]
    assert all(len(connected_components(0, one == 1)[1]) == 2 for one in made)
    assert not any(np.concatenate([one[0], one[-1], one[:, 0], one[:, -1]]).any() for one in made)
    assert len({one.tobytes() for one in made}) == 12
    assert np.array_equal(made[3], warp_mask(mask, np.random.default_rng(3), LIMITS[modality]))


def test_chests_are_not_mirrored_and_nothing_stands_on_its_head() -> None:
    assert limits_for(("CR", "DX")).mirror is False and limits_for(("US",)).mirror
    mask = lungs()
    mask[:, 48:] *= 2
    for seed in range(12):
        warped = warp_mask(mask, np.random.default_rng(seed), LIMITS["DX"])
        left, right = (np.mean(np.nonzero(warped == value)[1]) for value in (1, 2))
        assert left < right
    high = disc(96, 96, center=(20, 48), radius=12)
    assert all(np.mean(np.nonzero(warp_mask(high, np.random.default_rng(seed), LIMITS["US"]))[0]) < 40
               for seed in range(12))


def test_what_is_not_allowed_is_not_done() -> None:
    mask = lungs()
    assert np.array_equal(warp_mask(mask, np.random.default_rng(0), LIMITS["US"], allowed=lambda _: False), mask)
    assert not warp_mask(np.zeros((9, 9), np.uint8), np.random.default_rng(0), LIMITS["US"]).any()
