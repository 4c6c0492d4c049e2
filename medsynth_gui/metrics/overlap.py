"""Overlap of label images: counts first, then every figure from the counts.

Where neither mask has a pixel of the label there is no overlap to measure: the image counts as a true negative and the
figures are None. Where only one has, Dice and IoU are 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]

EMPTY_MASKS = ("An image whose truth and prediction both lack the label has no Dice and counts as a true negative; "
               "a prediction without overlap on an image that has the label is missed (Dice 0); "
               "any predicted pixel on an image without the label is a false positive.")


@dataclass(frozen=True)
class Counts:
    """Pixels of one label in one image, or summed over images."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.true_positive + other.true_positive, self.false_positive + other.false_positive,
                      self.false_negative + other.false_negative, self.true_negative + other.true_negative)

    @property
    def in_truth(self) -> bool:
        return self.true_positive + self.false_negative > 0

    @property
    def predicted(self) -> bool:
        return self.true_positive + self.false_positive > 0

    @property
    def missed(self) -> bool:
        """The label is there and not one of its pixels was found."""
        return self.in_truth and self.true_positive == 0

    @property
    def false_alarm(self) -> bool:
        """The label is not there, yet some of it was predicted."""
        return not self.in_truth and self.predicted


def count(prediction: Labels, truth: Labels, value: int) -> Counts:
    """Count the pixels of one label.

    Args:
        prediction: label values of any shape.
        truth: label values of the same shape.

    Raises:
        ValueError: the shapes differ.
    """
    return count_labels(prediction, truth, (value,))[value]


def count_labels(prediction: Labels, truth: Labels, values: tuple[int, ...] | None = None) -> dict[int, Counts]:
    """Counts of several labels; by default of all that occur in either, without 0."""
    if prediction.shape != truth.shape:
        raise ValueError(f"prediction {prediction.shape} and truth {truth.shape} differ in shape")
    pairs = np.bincount(truth.ravel().astype(np.intp) * 256 + prediction.ravel(), minlength=65536).reshape(256, 256)
    in_truth, predicted = pairs.sum(axis=1), pairs.sum(axis=0)
    wanted = values if values is not None else tuple(int(v) for v in np.flatnonzero(in_truth + predicted) if v)
    return {value: _counts(int(pairs[value, value]), int(predicted[value]), int(in_truth[value]), truth.size)
            for value in wanted}


def _counts(both: int, predicted: int, in_truth: int, total: int) -> Counts:
    return Counts(both, predicted - both, in_truth - both, total - predicted - in_truth + both)


def dice(counts: Counts) -> float | None:
    """2 TP / (2 TP + FP + FN); None where both masks are empty."""
    return _ratio(2 * counts.true_positive, 2 * counts.true_positive + counts.false_positive + counts.false_negative)


def iou(counts: Counts) -> float | None:
    """TP / (TP + FP + FN); None where both masks are empty."""
    return _ratio(counts.true_positive, counts.true_positive + counts.false_positive + counts.false_negative)


def precision(counts: Counts) -> float | None:
    """TP / (TP + FP); None where nothing was predicted."""
    return _ratio(counts.true_positive, counts.true_positive + counts.false_positive)


def recall(counts: Counts) -> float | None:
    """TP / (TP + FN); None where the truth is empty."""
    return _ratio(counts.true_positive, counts.true_positive + counts.false_negative)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
