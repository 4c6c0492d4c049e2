"""A generator takes over only if it is nearer to real images beyond doubt, and does not copy."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.jobs.compare_generators import paired_distances, verdict


def features(shift, *, seed, count=32):
    return (np.random.default_rng(seed).normal(size=(count, 12)) + shift).astype(np.float32)


@pytest.mark.parametrize(("before", "after", "offered", "reason"), [
    (2.0, 0.2, True, "compare-nearer"), (0.5, 0.5, False, "compare-not-nearer"),
    (0.2, 2.0, False, "compare-not-nearer")])
def test_nearer_beyond_doubt(before, after, offered, reason):
    groups = [str(number // 2) for number in range(40)]
    own = paired_distances(features(0, seed=0, count=40), features(before, seed=1), features(after, seed=2), groups)
    assert own["images"] == 32 and own["groups"] == 20
    assert own["difference"][0] == pytest.approx(own["before"][0] - own["after"][0], abs=2e-4)
    assert own["difference"][1] <= own["difference"][2]
    found = verdict(own, {"real": 0.01, "before": 0.0, "after": 0.0})
    assert (found[0], found[1].id) == (offered, reason) and "{" not in found[1].english()


def test_a_generator_that_copies_is_never_offered():
    groups = [str(number) for number in range(32)]
    own = paired_distances(features(0, seed=0), features(2, seed=1), features(0, seed=2), groups)
    offered, reason = verdict(own, {"real": 0.02, "before": 0.0, "after": 0.4})
    assert not offered and reason.id == "compare-copies" and "40%" in reason.english()
