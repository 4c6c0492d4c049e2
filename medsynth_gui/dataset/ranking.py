"""Ranking: which samples a person should look at first, and why. Pure: numbers in, an order out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from medsynth_gui.dataset.sample import Sample
from medsynth_gui.metrics.feature_distances import squared_distances

Features = npt.NDArray[np.float32]
NEIGHBOURS = 5
UNLIKE_ONE, UNLIKE_ALL = "unlike", "unlike-any"
_BLOCK = 512
_MOST_PICKS = 1000


class Order(StrEnum):
    """What stands first in the queue."""

    WRONG = "wrong"
    UNCERTAIN = "uncertain"
    ATYPICAL = "atypical"
    UNLIKE = "unlike"


@dataclass(frozen=True)
class Ranked:
    """A sample in the queue.

    Attributes:
        value: by which it stands where it does, large first; None where it was not judged yet, or cannot be.
        reason: what the value is: the Dice of mask and model ("dice"), the mean entropy of the model ("entropy"),
            none for the image is unlike what the model was taught with (`UNLIKE_ONE`) or what any was (`UNLIKE_ALL`),
            the distance to its neighbours ("typical") or to anything labelled ("labelled"), in units of the median
            distance between neighbours in the project.
    """

    sample: Sample
    reason: str = ""
    value: float | None = None


def by_value(samples: Sequence[Sample], found: Mapping[str, tuple[str, float | None]],
             urgency: Mapping[str, float] | None = None) -> tuple[Ranked, ...]:
    """Large values first, what was not judged last, then by id.

    Args:
        found: sample id to reason and value.
        urgency: what to order by instead of the value.
    """
    ranked = [Ranked(sample, *found.get(sample.id, ("", None))) for sample in samples]
    ordered = urgency or {identity: value for identity, (_, value) in found.items() if value is not None}
    return tuple(sorted(ranked, key=lambda one: (-ordered.get(one.sample.id, -np.inf), one.sample.id)))


def atypicality(features: Features, groups: Sequence[str]) -> npt.NDArray[np.float64]:
    """Mean distance of each image to its nearest images of other groups, over the median of that.

    Neighbours of its own group do not count: the frames of one cine make each other typical.

    Args:
        features: (n, d); groups: of each.
    """
    count = len(features)
    member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    found = np.full(count, np.nan)
    for start in range(0, count, _BLOCK):
        block = slice(start, min(start + _BLOCK, count))
        between = _distances(features[block], features)
        between[member[block, None] == member[None]] = np.inf
        nearest = np.sort(between, axis=1)[:, :NEIGHBOURS]
        finite = np.isfinite(nearest)
        rows = finite.any(axis=1)
        found[block][rows] = np.where(finite, nearest, 0).sum(axis=1)[rows] / finite.sum(axis=1)[rows]
    known = found[np.isfinite(found)]
    return found / ((float(np.median(known)) if known.size else 0.0) or 1.0)


def farthest_first(features: Features, labelled: Sequence[int],
                   asked: Sequence[int]) -> list[tuple[int, float | None]]:
    """Greedy core-set order (Sener & Savarese 2018): each time the image farthest from all labelled or chosen ones.

    Args:
        features: (n, d); labelled, asked: indices into it.

    Returns:
        The asked indices with their distance to what was labelled or chosen before, over the median distance
        between neighbours; None for the first where nothing is labelled: the most central image opens.
    """
    if not asked:
        return []
    rows = features[list(asked)]
    usual = _usual_distance(rows)
    left = np.full(len(asked), np.inf)
    for start in range(0, len(labelled), _BLOCK):
        left = np.minimum(left, _distances(rows, features[list(labelled[start:start + _BLOCK])]).min(axis=1))
    found: list[tuple[int, float | None]] = []
    open_ = np.ones(len(asked), np.bool_)
    for _ in range(min(len(asked), _MOST_PICKS)):
        first = not len(labelled) and not found
        pick = int(_distances(rows, rows.mean(axis=0, keepdims=True)).argmin()) if first else \
            int(np.where(open_, left, -1.0).argmax())
        found.append((asked[pick], None if first else float(left[pick] / usual)))
        open_[pick] = False
        left = np.minimum(left, _distances(rows, rows[pick:pick + 1])[:, 0])
    rest = sorted(map(int, np.flatnonzero(open_)), key=lambda place: -left[place])
    return found + [(asked[place], float(left[place] / usual)) for place in rest]


def _usual_distance(rows: Features) -> float:
    """The median distance to the nearest other image; 1 where there is none."""
    sample = rows[::max(1, len(rows) // 1000)]
    between = _distances(sample, sample)
    np.fill_diagonal(between, np.inf)
    nearest = between.min(axis=1) if len(sample) > 1 else np.array([0.0])
    middle = float(np.median(nearest[np.isfinite(nearest)])) if np.isfinite(nearest).any() else 0.0
    return middle or 1.0


def _distances(one: Features, other: Features) -> npt.NDArray[np.float64]:
    """Euclidean distances (n, m)."""
    return np.asarray(np.sqrt(squared_distances(one, other)), np.float64)
