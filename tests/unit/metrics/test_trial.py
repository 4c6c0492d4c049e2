"""Intervals over seeds and held-out groups."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.metrics.trial import over_seeds_and_groups


def test_equal_scores_leave_no_doubt():
    found = over_seeds_and_groups(np.full((3, 4), 0.25), list("aabc"))
    assert (found.estimate, found.low, found.high, found.groups) == (0.25, 0.25, 0.25, 3)


def test_twins_of_one_group_are_no_further_evidence():
    scores = np.random.default_rng(0).random((1, 12))
    alone = over_seeds_and_groups(scores, [str(n) for n in range(12)])
    twins = over_seeds_and_groups(np.repeat(scores, 5, 1), [str(n) for n in range(12) for _ in range(5)])
    assert twins.low == pytest.approx(alone.low) and twins.high == pytest.approx(alone.high)


def test_seeds_that_disagree_widen_the_interval():
    images = np.linspace(-0.01, 0.01, 50)
    agree = over_seeds_and_groups(np.stack([images] * 3), [str(n) for n in range(50)])
    differ = over_seeds_and_groups(np.stack([images - 0.1, images, images + 0.1]), [str(n) for n in range(50)])
    assert differ.estimate == pytest.approx(agree.estimate, abs=1e-12)
    assert differ.high - differ.low > 10 * (agree.high - agree.low)


def test_no_scores_are_refused():
    for scores, groups in ((np.zeros((0, 3)), "abc"), (np.zeros((2, 0)), ""), (np.zeros((1, 2)), "abc")):
        with pytest.raises(ValueError, match="groups"):
            over_seeds_and_groups(scores, list(groups))
