from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from medsynth_gui.metrics.overlap import Counts, count, count_labels, dice, iou, precision, recall

LABELS = hnp.arrays(np.uint8, (5, 7), elements=hnp.from_dtype(np.dtype(np.uint8), max_value=3))


def test_counts_and_figures_by_hand() -> None:
    truth = np.array([[1, 1, 0, 0], [1, 1, 0, 2]], np.uint8)
    prediction = np.array([[1, 1, 1, 0], [0, 0, 0, 2]], np.uint8)
    counts = count(prediction, truth, 1)
    assert counts == Counts(true_positive=2, false_positive=1, false_negative=2, true_negative=3)
    assert dice(counts) == pytest.approx(4 / 7)
    assert iou(counts) == pytest.approx(2 / 5)
    assert precision(counts) == pytest.approx(2 / 3)
    assert recall(counts) == pytest.approx(1 / 2)
    assert dice(count(prediction, truth, 2)) == 1.0


def test_empty_masks() -> None:
    empty, full = np.zeros((3, 3), np.uint8), np.ones((3, 3), np.uint8)
    both, missed, alarm = count(empty, empty, 1), count(empty, full, 1), count(full, empty, 1)
    assert dice(both) is None
    assert not both.false_alarm
    assert (dice(missed), missed.missed) == (0.0, True)
    assert (dice(alarm), alarm.false_alarm, alarm.missed) == (0.0, True, False)
    assert precision(missed) is None
    assert recall(alarm) is None


@given(LABELS, LABELS)
def test_counts_agree_with_a_plain_count(prediction: np.ndarray, truth: np.ndarray) -> None:
    found = count_labels(prediction, truth)
    assert set(found) == (set(np.unique(prediction)) | set(np.unique(truth))) - {0}
    for value, counts in found.items():
        ours, theirs = prediction == value, truth == value
        assert counts == Counts(int((ours & theirs).sum()), int((ours & ~theirs).sum()),
                                int((~ours & theirs).sum()), int((~ours & ~theirs).sum()))


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        count(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8), 1)
