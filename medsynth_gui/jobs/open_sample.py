"""OpenSample: a sample of a project with its mask, and the open cine that it is a frame of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.job import JobContext, Lane

Gray = npt.NDArray[np.uint8]
_NUMBER = re.compile(r"-(\d{4,})(-\d+)?$")


@dataclass(frozen=True, eq=False)
class LoadedSample:
    """What is to be shown.

    Attributes:
        project_key: of its project, hexadecimal; stays on this machine.
        series: the stored image as a still.
        mask: (y, x) label values; None where there is none.
        cine: key of the open series that it is a frame of; empty where none is.
        frame: of that series; of the still 0.
        readers: who has read it, the first one first.
    """

    project_key: str
    sample: Sample
    series: ImageSeries
    mask: Gray | None = None
    cine: str = ""
    frame: int = 0
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class OpenSample:
    """Read a sample.

    Attributes:
        cines: open series by key, among which its own is looked for.
    """

    project: Path
    sample: str
    cines: tuple[tuple[str, ImageSeries], ...] = ()
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-open-sample", {"sample": self.sample})

    def run(self, ctx: JobContext) -> LoadedSample:
        """The sample as it is now.

        Raises:
            InputError, ProjectError: it is gone or cannot be read.
        """
        with Project.open(self.project, writable=False) as project:
            sample, key = project.sample(self.sample), project.key.hex()
            readers = tuple(one.reader for one in project.readings.of(sample.id))
        image = read_gray(sample.image)
        series = replace(ImageSeries.from_array(
            image, title=sample.id, spacing=sample.spacing, modality=sample.modality,
            provenance=sample.provenance or Provenance(synthetic=False, producer="scanner")), path=str(sample.image))
        mask = read_labels(sample.mask) if sample.mask else None
        cine, frame = self._cine(sample, image)
        return LoadedSample(key, sample, series, mask, cine, frame, readers)

    def _cine(self, sample: Sample, image: Gray) -> tuple[str, int]:
        """The open cine that this is a frame of, by name, number and pixels."""
        number = _NUMBER.search(sample.id)
        for key, series in self.cines if number else ():
            assert number is not None
            frame = int(number[1])
            if series.title != sample.title or (series.rows, series.columns) != image.shape or \
                    not 0 <= frame < series.frame_count:
                continue
            try:
                if np.array_equal(series.gray(frame), image):
                    return key, frame
            except MedSynthError:
                continue
        return "", 0
