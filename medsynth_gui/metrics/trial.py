"""Intervals of a trial: repeated trainings (seeds) are scored on the same held-out images, and both are resampled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from medsynth_gui.metrics.bootstrap import Interval


def over_seeds_and_groups(scores: npt.NDArray[np.float64], groups: Sequence[str], *, resamples: int = 2000,
                          level: float = 0.95, seed: int = 0) -> Interval:
    """Mean of `scores` with the percentile interval when seeds and whole groups are drawn with replacement.

    Args:
        scores: (seeds, images); for a paired difference, arm less base of the same seed and image.
        groups: the group of each image.
        seed: the same seed gives the same interval.

    Raises:
        ValueError: there is no score, or the lengths differ.
    """
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 2 or not scores.size or scores.shape[1] != len(groups):
        raise ValueError(f"scores of shape {scores.shape} and {len(groups)} groups")
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    sums = np.stack([np.bincount(member, weights=row, minlength=len(names)) for row in scores])
    counts = np.bincount(member, minlength=len(names)).astype(np.float64)
    rng = np.random.default_rng(seed)
    runs = rng.multinomial(len(scores), np.full(len(scores), 1 / len(scores)), resamples)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), resamples)
    figures = ((runs @ sums) * drawn).sum(1) / (len(scores) * (drawn @ counts))
    tail = 50 * (1 - level)
    low, high = np.percentile(figures, (tail, 100 - tail))
    return Interval(float(scores.mean()), float(low), float(high), len(names), level)
