"""JudgeImage: what the acceptance gates say of one image that was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import Message
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.synthesize import SyntheticImage

if TYPE_CHECKING:
    from medsynth_gui.jobs.gates import GateResult, Gates, Thresholds

# The gates of the last generator, read once while nothing about them changes.
_gates: dict[tuple[object, ...], Gates] = {}


@dataclass(frozen=True, eq=False)
class JudgeImage:
    """Run the gates of a generator on one of its images.

    Attributes:
        thresholds: None for the calibrated ones.
        training: a training set or a project at hand: a copy is confirmed in its pixels.
    """

    made: SyntheticImage
    model: str
    thresholds: Thresholds | None = None
    training: Path | None = None
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-judge-image", {"model": model_name(self.model)})

    def run(self, ctx: JobContext) -> tuple[GateResult, ...]:
        """One result per gate; a gate that cannot judge says why.

        Raises:
            ModelError: the generator is not there, or its calibration cannot be read.
        """
        from medsynth_gui.jobs.gates import Gates

        ctx.checkpoint(0)
        card = find_model(self.model, task="synthesis")
        key = (str(card.folder), card.weights_sha256, self.thresholds, self.compute, self.training)
        if key not in _gates:
            gates = Gates(card, self.thresholds, self.compute, self.training,
                          lambda done, total: ctx.checkpoint(done, total))
            _gates.clear()
            _gates[key] = gates
        ctx.checkpoint(0)
        return _gates[key].judge(self.made.image, self.made.mask)


@dataclass(frozen=True)
class GateLimits:
    """What the gates of a generator are held against.

    Attributes:
        calibrated: limits measured on real images.
        warning: the generator has learned from few patients.
    """

    calibrated: Thresholds
    warning: Message | None


@dataclass(frozen=True)
class ReadGateLimits:
    """Read the calibrated limits of a generator."""

    model: str
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-read")

    def run(self, ctx: JobContext) -> GateLimits:
        """Raises ModelError where they cannot be read."""
        from medsynth_gui.jobs.gates import calibrated, few_patients

        ctx.checkpoint(0)
        card = find_model(self.model, task="synthesis")
        return GateLimits(calibrated(card), few_patients(card))
