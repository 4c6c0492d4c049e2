"""Is an image like what a model was taught with? Its kind is told from other kinds, and from what nobody has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.io.tensor_file import read_tensors, write_tensors

Float = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]

LIKENESS_FILE = "likeness.safetensors"
# Own images that each of two scores may warn of in cross-validation: together at most a twentieth of new ones.
_FALSE_ALARMS = 0.01
_FOLDS = 5
_SHRINK_DISTANCE, _SHRINK_KINDS = 0.05, 0.01


@dataclass(frozen=True, eq=False)
class Kinds:
    """Descriptions (n, d) of images, with the set and the group of each; a group is never judged by itself."""

    described: Float
    sets: Sequence[str]
    groups: Sequence[str]

    def part(self, chosen: npt.NDArray[np.bool_]) -> Kinds:
        """The images that are chosen (n,)."""
        return Kinds(self.described[chosen], [name for name, kept in zip(self.sets, chosen, strict=True) if kept],
                     [name for name, kept in zip(self.groups, chosen, strict=True) if kept])


@dataclass(frozen=True, eq=False)
class _Fit:
    """Linear discriminants of all sets, and the spread of own images around the middle of their set.

    Attributes:
        centers: (own sets, d), in the middle of each.
        precision: (d, d), inverse of what own images spread.
        weights: (own sets + other sets, d), own ones first; `offsets` likewise.
    """

    centers: Values
    precision: Values
    weights: Values
    offsets: Values

    def scores(self, described: Float) -> Values:
        """(n, 2), larger is less alike: Mahalanobis distance to the nearest own set, log odds of other sets."""
        x = described.astype(np.float64)
        away = [x - center for center in self.centers]
        distance = np.min([((part @ self.precision) * part).sum(1) for part in away], axis=0) / x.shape[1]
        votes, own = x @ self.weights.T + self.offsets, len(self.centers)
        odds = (np.logaddexp.reduce(votes[:, own:], axis=1) - np.logaddexp.reduce(votes[:, :own], axis=1)
                if votes.shape[1] > own else np.zeros(len(x)))
        return np.stack([np.sqrt(np.maximum(distance, 0)), odds], 1)


def _fit(own: Kinds, others: Kinds) -> _Fit:
    centers, spread = _middles(own)
    other_centers, other_spread = _middles(others)
    within = (spread.sum(0) + other_spread.sum(0)) / (len(spread) + len(other_spread))
    everyone = np.concatenate([centers, other_centers])
    weights = everyone @ _inverse(within, _SHRINK_KINDS)
    return _Fit(centers, _inverse(spread.mean(0), _SHRINK_DISTANCE), weights, -0.5 * (weights * everyone).sum(1))


def _middles(kinds: Kinds) -> tuple[Values, Values]:
    """Means (sets, d) and covariances (sets, d, d) of each set."""
    names, width = np.array(kinds.sets, np.str_), kinds.described.shape[1]
    parts = [kinds.described[names == name].astype(np.float64) for name in sorted(set(kinds.sets))]
    if not parts:
        return np.zeros((0, width)), np.zeros((0, width, width))
    away = [part - part.mean(0) for part in parts]
    return np.stack([part.mean(0) for part in parts]), np.stack([part.T @ part / len(part) for part in away])


def _inverse(covariance: Values, shrink: float) -> Values:
    """Inverse of a covariance drawn towards a round one: there are fewer images than numbers."""
    size = np.trace(covariance) / len(covariance) or 1.0
    return np.asarray(np.linalg.inv((1 - shrink) * covariance + shrink * size * np.eye(len(covariance))), np.float64)


@dataclass(frozen=True, eq=False)
class Likeness:
    """What a model's training images look like, by the features of an encoder.

    Attributes:
        limits: (2,), what scores stay below on images like those of training.
        facts: the encoder that the features are of, and how many images were learned from.
    """

    _own: _Fit
    limits: Values
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def learn(cls, own: Kinds, others: Kinds, facts: Mapping[str, Any]) -> Likeness:
        """From own images and from other kinds.

        Limits come from scores of own images by fits that did not see their group.
        """
        numbers = {name: number for number, name in enumerate(dict.fromkeys(own.groups))}
        fold = np.random.default_rng(0).permutation(len(numbers))[[numbers[name] for name in own.groups]] % _FOLDS
        folds = [fold == k for k in range(_FOLDS) if (fold == k).any() and (fold != k).any()]
        scores = np.concatenate([_fit(own.part(~out), others).scores(own.described[out]) for out in folds]) \
            if folds else _fit(own, others).scores(own.described)
        limits = np.quantile(scores, 1 - _FALSE_ALARMS, axis=0)
        return cls(_fit(own, others), limits,
                   {**facts, "images": len(own.described), "others": len(others.described)})

    def unlike(self, described: Float) -> npt.NDArray[np.bool_]:
        """(n,): which of the images described as (n, d) are unlike those of training."""
        return np.asarray((self._own.scores(described) > self.limits).any(1))

    def save(self, folder: Path) -> None:
        """Write it beside the weights; equal ones give equal bytes."""
        write_tensors(folder / LIKENESS_FILE,
                      {name: np.asarray(value, np.float32) for name, value in vars(self._own).items()},
                      {**self.facts, "limits": self.limits.tolist()})

    @classmethod
    def load(cls, folder: Path) -> Likeness | None:
        """The likeness of a model folder; None where none was learned.

        Raises:
            ModelError: it cannot be read.
        """
        path = folder / LIKENESS_FILE
        if not path.is_file():
            return None
        with read_tensors(path, "likeness-unreadable") as (tensors, facts):
            fit = _Fit(*(tensors[name].astype(np.float64) for name in ("centers", "precision", "weights", "offsets")))
            return cls(fit, np.array(facts["limits"], np.float64), facts)
