"""MeasureAgreement: how far the readers of a project agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, Message, UsageError
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.reading import Reading, readers_of
from medsynth_gui.dataset.reviewing import adjudicated
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.metrics.agreement import ImageAgreement, compare, summarise


@dataclass(frozen=True)
class ReaderPair:
    """What two readers make of the images that both have read; `images` with the most disputed first."""

    readers: tuple[str, str]
    images: tuple[ImageAgreement, ...]
    summary: Mapping[str, Any]


@dataclass(frozen=True)
class Agreement:
    """The pairs of readers, those with the most images first.

    Attributes:
        settled: ids of samples that were adjudicated.
        failed: images that could not be compared.
    """

    pairs: tuple[ReaderPair, ...]
    settled: frozenset[str] = frozenset()
    failed: tuple[OpenFailure, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 where an image could not be compared."""
        return 1 if self.failed else 0

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"pairs": [{"readers": list(pair.readers), **pair.summary,
                           "rows": [{**image.record(), "adjudicated": image.id in self.settled}
                                    for image in pair.images]} for pair in self.pairs],
                "failed": [{"path": one.path, "id": one.message.id, "message": one.message.english()}
                           for one in self.failed]}


@dataclass(frozen=True)
class MeasureAgreement:
    """Compare every two readers, or those of `readers` alone, over the images that both have read."""

    project: Path
    readers: tuple[str, ...] = ()
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-agreement")

    def run(self, ctx: JobContext) -> Agreement:
        """Figures per pair; images that cannot be read are named and left out.

        Raises:
            InputError: no image was read twice.
            UsageError: a reader is asked for who has read nothing.
        """
        with Project.open(self.project, writable=False) as project:
            known = readers_of(project.readings.all())
            if unknown := [name for name in self.readers if name not in known]:
                raise UsageError("readers-unknown", reader=unknown[0], path=self.project,
                                 known=", ".join(known) or "none")
            samples = {sample.id: sample for sample in project.samples()}
            read: dict[tuple[str, str], list[tuple[Sample, Reading, Reading]]] = {}
            for sample in samples.values():
                found = [one for one in project.readings.of(sample.id)
                         if not self.readers or one.reader in self.readers]
                for first, second in combinations(found, 2):
                    a, b = sorted((first, second), key=lambda one: one.reader)
                    read.setdefault((a.reader, b.reader), []).append((sample, a, b))
            if not read:
                raise InputError("readings-none", path=self.project)
            names = {label.value: label.name for label in project.labels}
            failed: list[OpenFailure] = []
            pairs = [self._pair(readers, rows, names, failed, ctx) for readers, rows in read.items()]
        settled = frozenset(sample.id for sample in samples.values() if adjudicated(sample))
        return Agreement(tuple(sorted(pairs, key=lambda pair: (-len(pair.images), pair.readers))), settled,
                         tuple(failed))

    def _pair(self, readers: tuple[str, str], rows: Sequence[tuple[Sample, Reading, Reading]],
              names: Mapping[int, str], failed: list[OpenFailure], ctx: JobContext) -> ReaderPair:
        images = []
        for number, (sample, first, second) in enumerate(rows):
            ctx.checkpoint(number, len(rows), sample.id)
            try:
                images.append(_compared(sample, first, second))
            except MedSynthError as error:
                failed.append(OpenFailure(sample.id, error.message))
        images.sort(key=lambda image: (-image.disagreement, image.id))
        return ReaderPair(readers, tuple(images), summarise(images, names=names))


def _compared(sample: Sample, first: Reading, second: Reading) -> ImageAgreement:
    masks = [_labels(one) for one in (first, second)]
    if masks[0].shape != masks[1].shape:
        raise InputError("mask-size", sample=sample.id, mask="×".join(map(str, masks[1].shape)),
                         image="×".join(map(str, masks[0].shape)))
    spacing = (sample.spacing.y_mm, sample.spacing.x_mm) if sample.spacing else None
    return compare(masks[0], masks[1], id=sample.id, group=sample.group, spacing=spacing,
                   classes=(first.class_name, second.class_name))


def _labels(reading: Reading) -> npt.NDArray[np.uint8]:
    assert reading.mask is not None, reading.sample
    return read_labels(reading.mask)


@dataclass(frozen=True)
class Readings:
    """An image with what its readers drew, all uint8 (y, x), in the order of reading."""

    sample: Sample
    image: npt.NDArray[np.uint8]
    readings: tuple[Reading, ...]
    masks: tuple[npt.NDArray[np.uint8], ...]


def read_readings(project: Path, identity: str) -> Readings:
    """The readings of one sample, without locking the project.

    Raises:
        UsageError: fewer than two have read it.
        InputError, ProjectError: it cannot be read.
    """
    with Project.open(project, writable=False) as opened:
        sample, found = opened.sample(identity), opened.readings.of(identity)
    if len(found) < 2:
        raise UsageError("readings-too-few", sample=identity)
    return Readings(sample, read_gray(sample.image), found, tuple(map(_labels, found)))
