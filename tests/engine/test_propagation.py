"""Labels follow what moves, are surest near a key, and say so when the image is another one."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.engine.propagation import DRIFT_BELOW, propagate
from medsynth_gui.engine.simulator import simulate


@pytest.fixture(scope="module")
def cine():
    return simulate("breast-lesion", seed=1, size=160, frames=24)


def dice(found, truth):
    return 2 * ((found == truth) & (truth > 0)).sum() / ((found > 0).sum() + (truth > 0).sum())


def test_a_mask_follows_the_lesion_better_than_a_copy_of_it(cine):
    found = propagate(lambda frame: cine.images[frame], {0: cine.masks[0]}, range(24))
    assert sorted(found) == list(range(1, 24))
    assert dice(found[20].labels, cine.masks[20]) >= 0.92
    assert dice(found[20].labels, cine.masks[20]) > dice(cine.masks[0], cine.masks[20]) + 0.03
    assert not any(one.drifted for one in found.values())


def test_it_goes_both_ways_and_stops_at_the_next_key(cine):
    keys = {4: cine.masks[4], 12: np.zeros_like(cine.masks[12])}
    found = propagate(lambda frame: cine.images[frame], keys, range(24))
    assert dice(found[0].labels, cine.masks[0]) > 0.9
    assert not found[20].labels.any(), "after the second key only that key counts"


def test_a_scene_that_changes_is_called_drifted(cine):
    other = simulate("lung", seed=5, size=160, frames=4)
    frames = [*cine.images[:3], *other.images]
    found = propagate(lambda frame: frames[frame], {0: cine.masks[0]}, range(len(frames)))
    assert found[2].confidence > 0.9 and found[6].confidence < DRIFT_BELOW and found[6].drifted


def test_labels_keep_their_values(cine):
    labels = np.where(cine.masks[0] > 0, 7, 0).astype(np.uint8)
    labels[:20, :20] = 3
    found = propagate(lambda frame: cine.images[frame], {0: labels}, [1])[1].labels
    assert set(np.unique(found)) == {0, 3, 7}
