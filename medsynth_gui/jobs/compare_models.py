"""CompareModels: a former and a new segmenter on the same images, and whether the new one may take over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.jobs.comparison import Comparison, signed
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.metrics.bootstrap import bootstrap
from medsynth_gui.metrics.overlap import count_labels, dice

if TYPE_CHECKING:
    from medsynth_gui.engine.segmenter import Segmenter

Gray = npt.NDArray[np.uint8]
# The regression set: made by seed, so that it need not be shipped. Training draws other seeds.
REGRESSION_IMAGES, _REGRESSION_SEED, _REGRESSION_SIZE = 24, 90_000_001, 192
TOLERANCE = 0.03
LEAST_GROUPS = 5


@dataclass(frozen=True)
class _Case:
    group: str
    image: Gray
    truth: Gray


class CompareModels(Comparison):
    """Before and after, with 95 % bootstrap intervals over groups, on own images and on simulated ones."""

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """Figures of both sets, `offered`, and the reason as an id with a sentence.

        Raises:
            ModelError: a model is missing or altered, or the two have different labels.
        """
        from medsynth_gui.jobs.segment import load_segmenter

        cards = self.cards("segmentation")
        models = [load_segmenter(card, self.compute) for card in cards]
        own_cases = list(_held_out(self.data))
        phantom = _phantom_of(cards[1])
        total = len(own_cases) + (REGRESSION_IMAGES if phantom else 0)
        step = _Counter(ctx, total)
        own = _measured(own_cases, models, step)
        simulated = _measured(_simulated(phantom), models, step) if phantom else {}
        offered, reason = verdict(own, simulated)
        figures = {"own": own, "simulated": simulated, "phantom": phantom, "tolerance": TOLERANCE}
        return self.written(cards, figures, offered, reason)


class _Counter:
    def __init__(self, ctx: JobContext, total: int) -> None:
        self._ctx, self._total, self._done = ctx, total, 0

    def __call__(self) -> None:
        self._ctx.checkpoint(self._done, self._total, f"comparing {self._done + 1} of {self._total}")
        self._done += 1


def _held_out(folders: Iterable[Path]) -> Iterator[_Case]:
    from medsynth_gui.engine.training.data import Item, read_pair

    for folder in folders:
        training_set = read_training_set(folder)
        for row in training_set.part(Part.TEST):
            if row.mask is not None:
                image, truth = read_pair(Item(training_set.name, row.id, row.group, row.image, row.mask))
                yield _Case(f"{training_set.name}/{row.group}", image, truth)


def _phantom_of(card: ModelCard) -> str:
    """The simulator's phantom that has the labels of this model; empty where there is none."""
    from medsynth_gui.engine.simulator import PHANTOMS

    if "US" not in card.modalities:
        return ""
    return next((name for name, row in PHANTOMS.items() if row.labels == tuple(card.labels.values())), "")


def _simulated(phantom: str) -> Iterator[_Case]:
    from medsynth_gui.engine.simulator import simulate

    for number in range(REGRESSION_IMAGES):
        case = simulate(phantom, seed=_REGRESSION_SEED + number, size=_REGRESSION_SIZE, severity=number % 4)
        yield _Case(str(number), case.images[0], case.masks[0])


def _measured(cases: Iterable[_Case], models: Sequence[Segmenter], step: Callable[[], None]) -> dict[str, Any]:
    scores, groups = [], []
    for case in cases:
        step()
        scores.append([image_dice(model.segment(case.image).labels, case.truth) for model in models])
        groups.append(case.group)
    return paired(np.array(scores, np.float64).reshape(-1, 2), groups)


def image_dice(predicted: Gray, truth: Gray) -> float:
    """Mean Dice of the labels that either has; 1 where both are empty."""
    values = [value for counts in count_labels(predicted, truth).values() if (value := dice(counts)) is not None]
    return float(np.mean(values)) if values else 1.0


def paired(scores: npt.NDArray[np.float64], groups: Sequence[str]) -> dict[str, Any]:
    """Before, after and their difference of (images, 2) scores, each (mean, low, high); images are paired."""
    if not len(scores):
        return {}
    columns = {"before": scores[:, 0], "after": scores[:, 1], "difference": scores[:, 1] - scores[:, 0]}
    intervals = {name: bootstrap(values, groups) for name, values in columns.items()}
    return {"images": len(scores), "groups": len(set(groups)),
            **{name: [round(found.estimate, 4), round(found.low, 4), round(found.high, 4)]
               for name, found in intervals.items()}}


def verdict(own: dict[str, Any], simulated: dict[str, Any]) -> tuple[bool, Message]:
    """Whether the new model is offered: better beyond doubt on the own hold-out, and nothing forgotten."""
    groups = own.get("groups", 0)
    if groups < LEAST_GROUPS:
        return False, Message("compare-too-few", {"groups": groups, "least": LEAST_GROUPS})
    gain, low, high = own["difference"]
    told = {"before": f"{own['before'][0]:.3f}", "after": f"{own['after'][0]:.3f}", "images": own["images"],
            **dict(zip(("low", "high"), signed(low, high), strict=True))}
    if gain <= 0 or low <= 0:
        return False, Message("compare-not-better", told)
    if simulated and simulated["difference"][0] < -TOLERANCE:
        return False, Message("compare-forgot", {"lost": f"{-simulated['difference'][0]:.3f}",
                                                 "tolerance": f"{TOLERANCE:.2f}"})
    return True, Message("compare-better", told)
