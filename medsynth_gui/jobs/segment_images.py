"""Segmentation of many images that are open: each by the model that suits it, told as soon as it is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.io.plain_files import PlainFile
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.likeness import LikenessJudges
from medsynth_gui.jobs.segment import SegmentSeries

# How fine the uncertainty of one image among hundreds is kept, to hold them all in memory.
_COARSE = 2


@dataclass(frozen=True)
class AskedImage:
    """An image and the segmenters (ids or folders) that it may be given to, the preferred one first.

    Attributes:
        settled: a person chose the first for this image: it is taken whatever it was taught with.
    """

    image: ImageSeries | PlainFile
    models: tuple[str, ...]
    settled: bool = False


@dataclass(frozen=True)
class SegmentedImage:
    """What is published: which of the images it is, and the proposal for it; None where no model suits it."""

    number: int
    layer: ResultLayer | None


@dataclass(frozen=True)
class SegmentImages:
    """Propose labels for the first frame of each image; a `SegmentedImage` each is published."""

    images: tuple[AskedImage, ...]
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
        failed, judges = [], LikenessJudges(self.compute)
        for number, asked in enumerate(self.images):
            ctx.checkpoint(number, len(self.images), asked.image.title)
            try:
                ctx.publish(SegmentedImage(number, self._propose(asked, judges)))
            except InputError as error:
                failed.append(OpenFailure(asked.image.path, error.message))
        return tuple(failed)

    def _propose(self, asked: AskedImage, judges: LikenessJudges) -> ResultLayer | None:
        series = asked.image.open() if isinstance(asked.image, PlainFile) else asked.image
        model = asked.models[0] if asked.settled else judges.suiting(series.gray(0), asked.models)
        if not model:
            return None
        layer = SegmentSeries(series, (0,), model, self.compute).run(JobContext())
        return replace(layer, uncertainty={frame: entropy[::_COARSE, ::_COARSE]
                                           for frame, entropy in layer.uncertainty.items()})
