"""Artefacts: saturation, a grid from the network, a field of view that no scanner has, marks that look burned in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.jobs.gates.look import Look
from medsynth_gui.jobs.gates.result import GateResult
from medsynth_gui.metrics.artefacts import checkerboard, worst


@dataclass(frozen=True)
class ArtefactGate:
    """Figures of an image in shares of what real images keep within; the worst one counts.

    Attributes:
        limits: figure -> what real images keep within.
        fields: their fields of view, (m, 32, 32).
    """

    limits: Mapping[str, float]
    fields: npt.NDArray[np.bool_]
    limit: float

    def judge(self, look: Look) -> GateResult:
        """As drawn, and for a grid also as enlarged."""
        from medsynth_gui.engine.gate_reference import artefact_figures

        figures = artefact_figures(look.drawn, self.fields)
        figures["checkerboard"] = max(figures["checkerboard"], checkerboard(look.image))
        name, value = worst(figures, self.limits)
        return GateResult("artefact", value <= self.limit, value, self.limit, "measured", detail=name)
