"""Which of the real images at hand is most like a synthetic one?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.features import load_encoder
from medsynth_gui.jobs.gates.copy import known_in
from medsynth_gui.jobs.job import JobContext, Lane

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class NearestReal:
    """The most alike real image.

    Attributes:
        image: uint8 (y, x), as it was stored; name: of its file.
        similarity: cosine of the copy-detection codes, 1 for the same image.
        compared: how many images were looked at.
    """

    image: Gray
    name: str
    similarity: float
    compared: int


@dataclass(frozen=True, eq=False)
class FindNearestReal:
    """Compare one image (y, x) with real ones as the copy gate does, so that its limit holds here.

    Attributes:
        model: the generator, whose size both are brought to.
        folder: a training set, a project or a folder of images; synthetic ones are left out.
    """

    image: Gray
    model: str
    folder: Path
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-nearest-real")

    def run(self, ctx: JobContext) -> NearestReal:
        """Raises:
            InputError: there is no real image that can be read.
            ModelError: the encoder is not there.
        """
        from medsynth_gui.engine.gate_reference import drawn_size

        ctx.checkpoint(0)
        size = int(find_model(self.model, task="synthesis").input.get("size", 128))
        encoder = load_encoder(self.compute)
        known = known_in(self.folder, encoder, size, lambda done, total: ctx.checkpoint(done, total))
        if not known.ids:
            raise InputError("no-real-images")
        drawn = [drawn_size(self.image, size)]
        alike = known.codes @ encoder.put_back(drawn, encoder.codes(drawn), known.codes)[0]
        best = int(alike.argmax())
        file = known.files[best]
        return NearestReal(read_gray(file), file.name, float(alike[best]), len(known.ids))
