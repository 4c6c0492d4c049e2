"""How alike two sets of images are by their features, each figure beside what other real patients reach.

A distance has no meaning alone: it depends on the encoder, on the number of images and on the reference. So every
figure here comes with the same figure of real images of other patients at the same number of images.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.metrics.feature_distances import (
    Indices,
    Pair,
    Sample,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
)

LEAST_IMAGES = 10  # fewer a side, and no figure means anything
FEW_IMAGES = 100
LEAST_HELD_OUT = 40  # with fewer, halves of all real images say more
MOST_IMAGES = 1000
_NEAR_TIMES, _NEAR_SHARE, _AS_REAL_SHARE = 3.0, 0.6, 0.9


@dataclass(frozen=True)
class Metric:
    """One figure: how it is measured, which way is better, and what it says in one line."""

    measure: Callable[[Pair], float]
    better: Literal["lower", "higher"]
    meaning: str
    of_encoder: bool = False

    def title(self, name: str, encoder: str) -> str:
        """What it is called: a distance carries the id of its encoder."""
        kind, _, rest = name.partition("-")
        return "-".join(filter(None, (kind, encoder, rest))) if self.of_encoder else name


METRICS: dict[str, Metric] = {
    "KD": Metric(lambda pair: kernel_distance(pair.reference.features, pair.other.features), "lower",
                 "how far the two sets lie apart; sound for few images, and about 0 for real against real", True),
    "FD": Metric(lambda pair: frechet_distance(pair.reference.features, pair.other.features), "lower",
                 "distance of the average image and of the spread; larger for fewer images, whatever they show", True),
    "FD-infinity": Metric(lambda pair: frechet_infinity(pair.reference.features, pair.other.features), "lower",
                          "the same, extrapolated to infinitely many images", True),
    "precision": Metric(lambda pair: pair.precision, "higher", "share of images that look like some real image"),
    "recall": Metric(lambda pair: pair.recall, "higher", "share of real images that the others could have produced"),
    "density": Metric(lambda pair: pair.density, "higher",
                      "how closely images lie around real ones; about 1 for real against real"),
    "coverage": Metric(lambda pair: pair.coverage, "higher",
                       "share of real images that have another image near them: what is never made lowers it"),
}


@dataclass(frozen=True)
class Draw:
    """One comparison: indices of the reference and of other patients among the real, and of the synthetic images."""

    reference: Indices
    others: Indices
    made: Indices


def half_draws(groups: Indices, made: int, *, repeats: int = 20, seed: int = 0) -> list[Draw]:
    """Halves of the real images that share no patient, and as many synthetic images.

    Args:
        groups: number of the patient of each real image.
        made: how many synthetic images there are.

    Raises:
        InputError: a side would have fewer than ten images.
    """
    random = np.random.default_rng(seed)
    halves = [_halves(groups, random) for _ in range(repeats)]
    return _draws(halves, made, min(len(part) for pair in halves for part in pair), random)


def held_out_draws(held_out: npt.NDArray[np.bool_], made: int, *, repeats: int = 20, seed: int = 0) -> list[Draw]:
    """The held-out real images, four fifths at a time, beside as many of the other real and of the synthetic ones.

    Raises:
        InputError: a side would have fewer than ten images.
    """
    random = np.random.default_rng(seed)
    inside, outside = np.flatnonzero(held_out), np.flatnonzero(~held_out)
    return _draws([(inside, outside)] * repeats, made, min(round(0.8 * len(inside)), len(outside)), random)


def _halves(groups: Indices, random: np.random.Generator) -> tuple[Indices, Indices]:
    """Whole patients in random order, each to the smaller half."""
    sides: tuple[list[Indices], list[Indices]] = ([], [])
    count = [0, 0]
    for group in random.permutation(np.unique(groups)):
        members = np.flatnonzero(groups == group)
        side = int(count[1] < count[0])
        sides[side].append(members)
        count[side] += len(members)
    first, second = (np.concatenate([*side, np.zeros(0, np.intp)]) for side in sides)
    return first.astype(np.intp), second.astype(np.intp)


def _draws(pairs: Sequence[tuple[Indices, Indices]], made: int, size: int, random: np.random.Generator) -> list[Draw]:
    size = min(size, made, MOST_IMAGES)
    if size < LEAST_IMAGES:
        raise InputError("images-too-few", needed=LEAST_IMAGES, found=size)
    return [Draw(random.choice(reference, size, replace=False), random.choice(others, size, replace=False),
                 random.choice(made, size, replace=False)) for reference, others in pairs]


@dataclass(frozen=True)
class Figure:
    """Mean over the draws with the range of 95 % of them, of the synthetic and of other real images."""

    metric: str
    value: float
    low: float
    high: float
    real: float
    real_low: float
    real_high: float

    @property
    def times_real(self) -> float | None:
        """How often the real figure: of a distance, that which 19 of 20 real draws stay below; else their mean."""
        base = self.real if METRICS[self.metric].better == "higher" else self.real_high
        return self.value / base if base > 0 else None

    @property
    def verdict(self) -> Literal["as real", "near", "far"]:
        """Whether other real patients come out so, too; near is up to 3 times as far, or 0.6 of a share."""
        times = self.times_real
        if METRICS[self.metric].better == "higher":
            return "far" if times is None or times < _NEAR_SHARE else "near" if times < _AS_REAL_SHARE else "as real"
        if times is None:
            return "as real" if self.value <= self.real_high else "far"
        return "as real" if times <= 1 else "near" if times <= _NEAR_TIMES else "far"

    def record(self, encoder: str) -> dict[str, Any]:
        """JSON-ready."""
        metric, times = METRICS[self.metric], self.times_real
        return {"name": metric.title(self.metric, encoder), "metric": self.metric, "value": _short(self.value),
                "interval": [_short(self.low), _short(self.high)],
                "real_against_real": {"mean": _short(self.real), "interval": [_short(self.real_low),
                                                                              _short(self.real_high)]},
                "times_real": None if times is None else _short(times), "verdict": self.verdict,
                "better": metric.better, "meaning": metric.meaning}


def _short(value: float) -> float:
    return float(f"{value:.4g}")


@dataclass(frozen=True)
class Scores:
    """All figures of one set, with what makes them what they are: figures of another kind compare with nothing.

    Attributes:
        encoder: its id; `encoder_sha256` names its weights.
        reference: digest of the real images.
        images: how many on each side of a comparison.
    """

    encoder: str
    encoder_sha256: str
    reference: str
    images: int
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def kind(self) -> dict[str, Any]:
        """JSON-ready: two sets can be ranked only where all of this is equal."""
        return {"encoder": self.encoder, "encoder_sha256": self.encoder_sha256, "reference": self.reference,
                "images": self.images}

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**self.kind(), "figures": [figure.record(self.encoder) for figure in self.figures.values()]}


def compare(real: Sample, synthetic: Sample, draws: Sequence[Draw], *, encoder: str, encoder_sha256: str = "",
            reference: str = "", progress: Callable[[int, int], None] = lambda done, total: None) -> Scores:
    """Every metric of the table over the draws.

    Features are centred and divided by one number, so that the real ones have a mean square of 1: a kernel distance
    would otherwise depend on the units of the encoder.

    Args:
        reference: digest of the real images.
    """
    center = real.features.mean(0, dtype=np.float64)
    scale = float(np.sqrt(((real.features - center) ** 2).mean())) or 1.0
    ours, theirs = (Sample((one.features - center) / scale, one.groups) for one in (real, synthetic))
    rows: list[tuple[dict[str, float], dict[str, float]]] = []
    for number, draw in enumerate(draws):
        progress(number, len(draws))
        standard = ours.take(draw.reference)
        sides = Pair(standard, theirs.take(draw.made)), Pair(standard, ours.take(draw.others))
        made, other = ({name: metric.measure(pair) for name, metric in METRICS.items()} for pair in sides)
        rows.append((made, other))
    figures = {name: _figure(name, [made[name] for made, _ in rows], [other[name] for _, other in rows])
               for name in METRICS}
    return Scores(encoder, encoder_sha256, reference, len(draws[0].made), figures)


def _figure(name: str, values: Sequence[float], real: Sequence[float]) -> Figure:
    low, high = np.percentile(values, (2.5, 97.5))
    real_low, real_high = np.percentile(real, (5, 95))
    return Figure(name, float(np.mean(values)), float(low), float(high), float(np.mean(real)), float(real_low),
                  float(real_high))


def rank(kinds: Mapping[str, Mapping[str, Any]], values: Mapping[str, float], metric: str) -> list[str]:
    """Names, best first.

    Args:
        kinds: name -> what `Scores.kind` says.
        values: name -> its figure of `metric`.

    Raises:
        InputError: the figures are not of one kind; the sentence says what differs.
    """
    (first, wanted), *others = kinds.items()
    for name, kind in others:
        differ = [key.replace("_", " ") for key, value in wanted.items() if kind.get(key) != value]
        if differ:
            raise InputError("scores-unlike", first=first, second=name, differ=", ".join(differ))
    return sorted(values, key=values.__getitem__, reverse=METRICS[metric].better == "higher")
