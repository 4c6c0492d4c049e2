"""Faithfulness: does a segmenter find the mask again? An empty mask must stay (nearly) empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medsynth_gui.jobs.gates.look import Look
from medsynth_gui.jobs.gates.result import GateResult

if TYPE_CHECKING:
    from medsynth_gui.engine.segmenter import Segmenter

LEAST_DICE, LARGEST_FALSE_SHARE = 0.5, 0.005


@dataclass(frozen=True)
class FaithfulGate:
    """Attributes: least Dice with the mask, and largest labelled share where the mask is empty."""

    segmenter: Segmenter
    least_dice: float
    largest_share: float

    def judge(self, look: Look) -> GateResult:
        """Dice is the mean over the labels of the mask."""
        from medsynth_gui.engine.gate_reference import found_again

        dice, share = found_again(self.segmenter.segment(look.drawn).labels, look.wanted)
        name = self.segmenter.card.id
        if not look.wanted.any():
            return GateResult("faithful-empty", share <= self.largest_share, share, self.largest_share, name)
        return GateResult("faithful", dice >= self.least_dice, dice, self.least_dice, name)
