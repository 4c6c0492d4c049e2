"""SampleMasks: masks to condition a generator on, from the simulator or from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.jobs.catalogue import find_model
from medsynth_gui.jobs.job import JobContext, Lane

Masks = tuple[tuple[npt.NDArray[np.uint8], ...], tuple[str, ...]]


@dataclass(frozen=True)
class SampleMasks:
    """Masks for a generator, with their names.

    Attributes:
        folder: label images, taken in name order; None asks the simulator.
    """

    model: str
    folder: Path | None = None
    count: int = 1
    seed: int = 0
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-sample-masks", {"count": self.count})

    def run(self, ctx: JobContext) -> Masks:
        """(masks (y, x) uint8, names).

        Raises:
            InputError: the folder holds no mask that the model can use.
        """
        from medsynth_gui.jobs.synthesize import SynthesizeFiles

        ctx.checkpoint(0, self.count)
        card = find_model(self.model, task="synthesis")
        request = SynthesizeFiles(self.model, self.folder, None, self.count, self.seed, Path())
        masks, names, _ = request.masks_for(card)
        return masks, names
