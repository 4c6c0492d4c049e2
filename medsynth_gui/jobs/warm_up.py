"""Loads what the first real request would wait for, once the window stands."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field

from medsynth_gui.core.errors import Message
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext, Lane

_MODULES = ("cv2", "pydicom", "scipy.ndimage", "skimage.segmentation.slic_superpixels", "torch",
            "medsynth_gui.engine.segmenter")


@dataclass(frozen=True)
class WarmUp:
    """Import the heavy libraries and say what models will run on: device, precision, threads."""

    compute: Compute = field(default_factory=Compute)

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

        return resolve(self.compute.device, self.compute.precision, self.compute.threads).record()
