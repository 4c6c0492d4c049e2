"""Comparison: what comparing a former with a new model of any task has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.io.atomic import write_json
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.job import Lane


def signed(*figures: float) -> tuple[str, ...]:
    """Figures with their signs, in three digits, or in as many more (five at most) as show each that is not 0."""
    digits = next((many for many in range(3, 6) if all(round(value, many) or not value for value in figures)), 5)
    shown = [round(value, digits) + 0.0 for value in figures]
    return tuple(f"{value:+.{digits}f}" if value else f"{0:.{digits}f}" for value in shown)


@dataclass(frozen=True)
class Comparison:
    """Two models on the same held-out data.

    Attributes:
        base: the model in use; `model` the new one, a folder.
        data: training sets; their held-out part is looked at.
    """

    base: str
    model: str
    data: tuple[Path, ...]
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-compare-models", {"model": Path(self.model).name, "base": Path(self.base).name})

    def cards(self, task: str) -> list[ModelCard]:
        """The cards of both.

        Raises:
            ModelError: one is missing or altered, or the two have different labels, or generators different classes.
        """
        cards = [find_model(ref, task=task) for ref in (self.base, self.model)]
        drawn = [card.classes if task == "synthesis" else () for card in cards]  # a segmenter has no classes
        if dict(cards[0].labels) != dict(cards[1].labels) or drawn[0] != drawn[1]:
            raise ModelError("compare-labels", base=cards[0].id, model=cards[1].id)
        return cards

    def written(self, cards: Sequence[ModelCard], figures: Mapping[str, Any], offered: bool,
                reason: Message) -> dict[str, Any]:
        """The record of a comparison; also written to the new model's `comparison.json`."""
        found = {"base": self.base, "base_title": cards[0].title, "model": cards[1].id, **figures, "offered": offered,
                 "reason": reason.english(), "reason_id": reason.id, "reason_params": dict(reason.params)}
        write_json(Path(self.model) / "comparison.json", found)
        return found
