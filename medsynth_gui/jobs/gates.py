"""Acceptance gates: what a synthetic image must pass before it counts as usable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.segment import load_segmenter

if TYPE_CHECKING:
    from medsynth_gui.engine.segmenter import Segmenter

Gray = npt.NDArray[np.uint8]
LEAST_DICE = 0.5
LARGEST_FALSE_SHARE = 0.005


@dataclass(frozen=True)
class GateResult:
    """What one gate says of one image; `value` is its figure, `limit` what it is held against."""

    gate: str
    passed: bool
    value: float
    limit: float
    judge: str

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"gate": self.gate, "passed": self.passed, "value": round(self.value, 4), "limit": self.limit,
                "judge": self.judge}


class FaithfulGate:
    """Does a segmenter find the mask again? An empty mask must stay (nearly) empty.

    Raises:
        ModelError: the segmenter that the generator's card names is not there.
    """

    def __init__(self, generator: ModelCard, compute: Compute) -> None:
        self.card = find_model(str(generator.input.get("segmenter", "")), task="segmentation")
        self._segmenter: Segmenter = load_segmenter(self.card, compute)

    def judge(self, image: Gray, mask: Gray) -> GateResult:
        """Look at one image (y, x) and the mask that it was drawn for."""
        found, wanted = self._segmenter.segment(image).labels > 0, mask > 0
        if not wanted.any():
            share = float(found.mean())
            return GateResult("faithful-empty", share <= LARGEST_FALSE_SHARE, share, LARGEST_FALSE_SHARE, self.card.id)
        dice = 2 * float((found & wanted).sum()) / float(found.sum() + wanted.sum())
        return GateResult("faithful", dice >= LEAST_DICE, dice, LEAST_DICE, self.card.id)
