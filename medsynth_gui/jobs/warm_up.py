"""Loads what the first real request would wait for, once the window stands."""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass, field

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext, Lane

_MODULES = ("cv2", "pydicom", "scipy.ndimage", "skimage.segmentation.slic_superpixels", "torch",
            "medsynth_gui.engine.segmenter")
_ROWS = 256


@dataclass(frozen=True)
class WarmUp:
    """Import the heavy libraries, let the interactive model run once (its first answer would take many times as
    long), and say what models will run on: device, precision, threads.

    Attributes:
        refiner: id or folder of the interactive model; one that is not there is left out.
    """

    compute: Compute = field(default_factory=Compute)
    refiner: str = ""

    @property
    def title(self) -> Message:
        return Message("warm-up", {})

    @property
    def lane(self) -> Lane:
        return Lane.GPU

    def run(self, ctx: JobContext) -> dict[str, str | int]:
        """Raises ResourceError where the device that is set is not there."""
        for done, module in enumerate(_MODULES):
            ctx.checkpoint(done, len(_MODULES))
            importlib.import_module(module)
        from medsynth_gui.engine.device import resolve

        found = resolve(self.compute.device, self.compute.precision, self.compute.threads).record()
        ctx.checkpoint(len(_MODULES), len(_MODULES) + 1)
        with contextlib.suppress(ModelError):
            self._answer_once()
        return found

    def _answer_once(self) -> None:
        import numpy as np

        from medsynth_gui.core.prompts import Prompts
        from medsynth_gui.jobs.refine import load_refiner

        if self.refiner:
            gray = np.zeros((_ROWS, _ROWS), np.uint8)
            prompts = Prompts.empty(_ROWS, _ROWS)
            prompts.positive[_ROWS // 2, _ROWS // 2] = True
            load_refiner(self.refiner, self.compute).refine(gray, prompts)

