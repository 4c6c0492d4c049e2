"""AddFrames: frames of opened series become samples of a project."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.matching import sample_of_frame
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.plain_files import PlainFile
from medsynth_gui.jobs.batch import BatchReport, each
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True, eq=False)
class FrameToAdd:
    """One frame with what is known of it; `mask` is (y, x) label values, None where nothing was drawn."""

    series: ImageSeries
    frame: int
    group: str
    mask: npt.NDArray[np.uint8] | None = None
    mask_provenance: Provenance | None = None


@dataclass(frozen=True, eq=False)
class AddFrames:
    """Add frames to a project; one that is there already gets the new mask instead."""

    project: Path
    frames: tuple[FrameToAdd, ...]
    class_name: str = ""
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-add-frames", {"count": len(self.frames)})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record (id, added) per frame; those that cannot be read are named and left out.

        Raises:
            ProjectError, StorageError: the project cannot be written.
        """
        with Project.open(self.project) as project:
            known: dict[tuple[str, int, int], list[Sample]] = {}
            for sample in project.samples():
                known.setdefault((sample.title, sample.rows, sample.columns), []).append(sample)
            count = iter(range(len(self.frames)))

            def add(wanted: FrameToAdd) -> tuple[dict[str, object], ...]:
                ctx.checkpoint(next(count), len(self.frames), wanted.series.title)
                return (self._add(project, wanted, known),)

            done, failed = each(self.frames, add, lambda wanted: wanted.series.path or wanted.series.title)
        return BatchReport(done, failed)

    def _add(self, project: Project, wanted: FrameToAdd,
             known: dict[tuple[str, int, int], list[Sample]]) -> dict[str, object]:
        series = wanted.series
        same_name = known.get((series.title or "image", series.rows, series.columns), [])
        sample = sample_of_frame(same_name, series, wanted.frame)
        if sample is not None:
            if wanted.mask is not None:
                project.set_mask(sample.id, wanted.mask, wanted.mask_provenance)
            return {"id": sample.id, "added": False}
        made = project.add_frame(series, wanted.frame, group=wanted.group, class_name=self.class_name,
                                 mask=wanted.mask, mask_provenance=wanted.mask_provenance)
        return {"id": made.id, "added": True}


def find_samples(samples: Iterable[Sample], images: Iterable[tuple[str, ImageSeries | PlainFile]]) -> dict[str, str]:
    """The ids of the samples that stills are, by the keys of the stills; what cannot be read is none."""
    named: dict[str, list[Sample]] = {}
    for sample in samples:
        named.setdefault(sample.title, []).append(sample)
    found = {}
    for key, image in images:
        with suppress(MedSynthError):
            series = image.open() if isinstance(image, PlainFile) else image
            known = sample_of_frame(named.get(series.title or "image", ()), series, 0)
            if known is not None and series.frame_count == 1:
                found[key] = known.id
    return found


def read_samples(project: Path) -> tuple[Sample, ...]:
    """The samples of a project, read without locking it.

    Raises:
        ProjectError, StorageError: it cannot be read.
    """
    with Project.open(project, writable=False) as opened:
        return opened.samples()
