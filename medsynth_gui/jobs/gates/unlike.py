"""Out of distribution: how far is an image from real ones of its kind?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.jobs.gates.look import Look
from medsynth_gui.jobs.gates.result import GateResult


@dataclass(frozen=True)
class UnlikeGate:
    """Distance of encoder features to the nearest real images.

    Attributes:
        reference: features (n, d) of real images.
        scale: distance that 99 % of real images keep within; figures are shares of it.
    """

    reference: npt.NDArray[np.float32]
    scale: float
    limit: float
    judge_name: str

    def judge(self, look: Look) -> GateResult:
        """One image against the reference."""
        from medsynth_gui.engine.gate_reference import neighbour_distances

        value = float(neighbour_distances(look.described[0], self.reference)[0]) / max(self.scale, 1e-6)
        return GateResult("unlike", value <= self.limit, value, self.limit, self.judge_name)
