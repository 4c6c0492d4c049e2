"""Segmentation of many images that are open: each is told as soon as it is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.io.plain_files import PlainFile
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.segment import SegmentSeries

# How fine the uncertainty of one image among hundreds is kept, to hold them all in memory.
_COARSE = 2


@dataclass(frozen=True)
class SegmentedImage:
    """What is published: which of the images it is, and the proposal for it."""

    number: int
    layer: ResultLayer


@dataclass(frozen=True)
class SegmentImages:
    """Propose labels for the first frame of each image; a `SegmentedImage` each is published."""

    images: tuple[ImageSeries | PlainFile, ...]
    model: str
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-segment-images", {"count": len(self.images)})

    def run(self, ctx: JobContext) -> tuple[OpenFailure, ...]:
        """The images that cannot be read.

        Raises:
            ModelError: the model is missing or damaged.
        """
        failed = []
        for number, image in enumerate(self.images):
            ctx.checkpoint(number, len(self.images), image.title)
            try:
                series = image.open() if isinstance(image, PlainFile) else image
                layer = SegmentSeries(series, (0,), self.model, self.compute).run(JobContext())
            except InputError as error:
                failed.append(OpenFailure(image.path, error.message))
                continue
            coarse = {frame: entropy[::_COARSE, ::_COARSE] for frame, entropy in layer.uncertainty.items()}
            ctx.publish(SegmentedImage(number, replace(layer, uncertainty=coarse)))
        return tuple(failed)
