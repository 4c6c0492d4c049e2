"""Is an image like what a model was taught with? Its kind is told from other kinds, and from what nobody has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.io.atomic import write_bytes

Float = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]

LIKENESS_FILE = "likeness.safetensors"
# Own images warned of in cross-validation, by each of two scores: together at most a twentieth of new ones.
_FALSE_ALARMS = 0.01
_FOLDS = 5
_SHRINK = 0.1
_RIDGE = 0.03


@dataclass(frozen=True)
class _Fit:
    """Distance: spread of own features. Direction: own against other images, least squares, sides of equal weight."""

    center: Values
    precision: Values
    direction: Values
    offset: float

    def scores(self, x: Values) -> Values:
        """(n, 2), larger is less alike: the Mahalanobis distance and how far on the side of other images."""
        away = x - self.center
        distance = np.sqrt(np.maximum(((away @ self.precision) * away).sum(1), 0) / x.shape[1])
        return np.stack([distance, -(x @ self.direction + self.offset)], 1)


def _fit(own: Values, others: Values) -> _Fit:
    center = own.mean(0)
    away = own - center
    covariance = away.T @ away / len(own)
    size = np.trace(covariance) / len(covariance)
    precision = np.linalg.inv((1 - _SHRINK) * covariance + _SHRINK * size * np.eye(len(covariance)))
    if not len(others):
        return _Fit(center, precision, np.zeros(len(center)), 0.0)
    x = np.concatenate([own, others])
    wanted = np.concatenate([np.ones(len(own)), -np.ones(len(others))])
    weight = np.concatenate([np.full(len(own), 0.5 / len(own)), np.full(len(others), 0.5 / len(others))])
    middle = weight @ x
    away = x - middle
    spread = (away * weight[:, None]).T @ away
    ridge = _RIDGE * np.trace(spread) / len(spread) * np.eye(len(spread))
    direction = np.linalg.solve(spread + ridge, (away * weight[:, None]).T @ wanted)
    return _Fit(center, precision, direction, float(weight @ wanted - middle @ direction))


@dataclass(frozen=True, eq=False)
class Likeness:
    """What a model's training images look like, by the features of an encoder.

    Attributes:
        limits: (2,), what scores stay below on images like those of training.
        facts: the encoder that the features are of, and how the limits were found.
    """

    _own: _Fit
    limits: Values
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def learn(cls, own: Float, groups: Sequence[str], others: Float, facts: Mapping[str, Any]) -> Likeness:
        """From descriptions (n, d) of own images and (m, d) of other kinds; a group is never judged by itself.

        Limits come from scores of own images by fits that did not see their group.
        """
        x, y = own.astype(np.float64), others.astype(np.float64)
        names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
        fold = np.random.default_rng(0).permutation(len(names))[[names[name] for name in groups]] % _FOLDS
        scores = np.concatenate([_fit(x[fold != k], y).scores(x[fold == k]) for k in range(min(_FOLDS, len(names)))
                                 if (fold != k).any()]) if len(names) > 1 else _fit(x, y).scores(x)
        # A quantile of few images is a matter of luck: the spread has its say too.
        limits = np.maximum(np.quantile(scores, 1 - _FALSE_ALARMS, axis=0), scores.mean(0) + 2.33 * scores.std(0))
        return cls(_fit(x, y), limits, {**facts, "images": len(own), "others": len(others)})

    def unlike(self, described: Float) -> npt.NDArray[np.bool_]:
        """(n,): which of the images described as (n, d) are unlike those of training."""
        return np.asarray((self._own.scores(described.astype(np.float64)) > self.limits).any(1))

    def save(self, folder: Path) -> None:
        """Write it beside the weights; equal ones give equal bytes."""
        from safetensors.numpy import save

        tensors = {"center": self._own.center, "precision": self._own.precision, "direction": self._own.direction}
        write_bytes(folder / LIKENESS_FILE, save(
            {name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()},
            {"json": json.dumps({**self.facts, "offset": self._own.offset, "limits": self.limits.tolist()},
                                sort_keys=True)}))

    @classmethod
    def load(cls, folder: Path) -> Likeness | None:
        """The likeness of a model folder; None where none was learned.

        Raises:
            ModelError: it cannot be read.
        """
        from safetensors import SafetensorError, safe_open

        path = folder / LIKENESS_FILE
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="numpy") as stream:
                facts = json.loads((stream.metadata() or {})["json"])
                center, precision, direction = (stream.get_tensor(name).astype(np.float64)
                                                for name in ("center", "precision", "direction"))
            return cls(_Fit(center, precision, direction, float(facts["offset"])), np.array(facts["limits"]), facts)
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise ModelError("likeness-unreadable", path=path, detail=str(error).splitlines()[0]) from error
