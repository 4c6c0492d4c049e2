from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.metrics.bootstrap import bootstrap


def test_same_seed_same_interval() -> None:
    values, groups = np.arange(30) / 30, [str(n) for n in range(30)]
    assert bootstrap(values, groups, seed=4) == bootstrap(values, groups, seed=4)
    assert bootstrap(values, groups, seed=4) != bootstrap(values, groups, seed=5)


def test_interval_covers_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(5, 2, 400)
    found = bootstrap(values, [str(n) for n in range(400)])
    assert found.low < found.estimate < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_images_of_one_patient_are_one_piece_of_evidence() -> None:
    values = np.repeat(np.random.default_rng(0).normal(5, 2, 40), 10)
    alone = bootstrap(values, [str(n) for n in range(400)])
    grouped = bootstrap(values, [str(n // 10) for n in range(400)])
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)
    assert grouped.groups == 40


def test_other_statistics_and_one_group() -> None:
    found = bootstrap([1.0, 2.0, 9.0], ["a", "a", "a"], statistic=lambda sample: float(np.median(sample)))
    assert (found.estimate, found.low, found.high) == (2.0, 2.0, 2.0)


def test_nothing_to_draw_from() -> None:
    with pytest.raises(ValueError, match="0 values"):
        bootstrap([], [])
