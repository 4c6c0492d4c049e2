"""ImageMaker: one image of a stratum, and what the gates say of it; the same for the same seed, stratum and attempt."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import Message
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.plan import Stratum
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.jobs.fill_masks import StratumMasks
from medsynth_gui.jobs.gates import GateResult, Gates, Thresholds
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.synthesize import Synthesize, SyntheticImage, load_synthesizer

if TYPE_CHECKING:
    from medsynth_gui.jobs.fill_plan import FillPlan

_ATTEMPTS = 1_000_000


class ImageMaker:
    """A loaded generator, its gates and its masks.

    Raises:
        ModelError: one of the models is not there.
    """

    def __init__(self, job: FillPlan, card: ModelCard, samples: Iterable[Sample],
                 labels: LabelSet | None = None) -> None:
        self._job = job
        self.synthesizer = load_synthesizer(card, job.compute)
        self._gates = (None if job.gates == "off" else
                       Gates(card, job.thresholds or Thresholds(), job.compute, training=job.training))
        self._masks = StratumMasks(card, job.plan.bounds, samples=samples, labels=labels, folder=job.masks,
                                   seed=job.seed, native=self.synthesizer.native_mask)

    @property
    def warnings(self) -> tuple[Message, ...]:
        """Gates that cannot judge, and a generator that has seen few patients."""
        return self._gates.warnings if self._gates else ()

    def make(self, stratum: Stratum, attempt: int, ctx: JobContext) -> tuple[SyntheticImage, tuple[GateResult, ...]]:
        """Draw and judge one image; `ctx` hears of its steps.

        Raises:
            ProjectError: no mask of this stratum can be had.
        """
        job, source = self._job, self._masks.draw(stratum, attempt)
        request = Synthesize(job.model, (source.mask,), stratum.class_name or None, seed=job.seed, size=job.size,
                             steps=job.steps, compute=job.compute, guidance=job.guidance, mask_names=(source.name,),
                             frame=job.wished_frame)
        index = zlib.crc32(stratum.key.encode()) * _ATTEMPTS + attempt
        made = request.draw(self.synthesizer, index, 0, ctx)
        parameters = {**made.provenance.parameters, "stratum": stratum.key, "attempt": attempt}
        made = replace(made, provenance=replace(made.provenance, parameters=parameters, parents=source.parents))
        return made, self._gates.judge(made.image, made.mask) if self._gates else ()
