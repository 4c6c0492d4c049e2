"""Images with the masks that come with them: understood, previewed, imported, as jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.label_mapping import LabelMapping
from medsynth_gui.dataset.mask_import import MaskChoices, from_plan
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.masks.compose import read_mask
from medsynth_gui.io.masks.imported import MaskOptions, Wanted
from medsynth_gui.io.masks.recognise import MaskPlan, recognise, sources_for
from medsynth_gui.io.masks.survey import Survey, labelled_frames, open_image, survey
from medsynth_gui.jobs.batch import BatchReport, need_paths
from medsynth_gui.jobs.job import JobContext, Lane

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Recognised:
    """What was understood of some paths."""

    plan: MaskPlan
    survey: Survey


@dataclass(frozen=True)
class RecogniseMasks:
    """Pair images and masks below some paths and look into the masks.

    Attributes:
        plan: one that was made before; only the masks are looked at again.
    """

    paths: tuple[Path, ...]
    options: MaskOptions = field(default_factory=MaskOptions)
    plan: MaskPlan | None = None
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-recognise-masks")

    def run(self, ctx: JobContext) -> Recognised:
        """Raises InputError if no path was given."""
        need_paths(self.paths)

        def report(done: int, total: int, path: Path) -> None:
            ctx.checkpoint(done, total, path.name)

        plan = self.plan or recognise(self.paths, on_file=report)
        return Recognised(plan, survey(plan, self.options, on_image=report))


@dataclass(frozen=True)
class FindMasks:
    """Whether images below some paths have masks, without looking into them."""

    paths: tuple[Path, ...]
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-recognise-masks")

    def run(self, ctx: JobContext) -> MaskPlan:
        """The plan; it may have no labelled image."""
        return recognise(self.paths, on_file=lambda done, total, path: ctx.checkpoint(done, total, path.name))


@dataclass(frozen=True, eq=False)
class MaskPreview:
    """A small picture (y, x) with its label values under the chosen targets; `problem` where it cannot be had."""

    name: str
    image: Gray | None
    labels: Gray | None
    problem: Message | None = None


@dataclass(frozen=True)
class PreviewMasks:
    """Small pictures of evenly chosen images with their masks as they would be imported."""

    plan: MaskPlan
    choices: MaskChoices
    known: LabelSet
    count: int = 12
    side_px: int = 240
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-preview-masks", {"count": self.count})

    def run(self, ctx: JobContext) -> tuple[MaskPreview, ...]:
        """One per chosen image, in their order."""
        labelled = self.plan.labelled
        picked = np.unique(np.linspace(0, len(labelled) - 1, min(self.count, len(labelled))).round().astype(int))
        mapping, made = LabelMapping(self.known, self.choices.targets), []
        for number, index in enumerate(picked):
            ctx.checkpoint(number, len(picked), labelled[index].path.name)
            image = labelled[index]
            try:
                series = open_image(image)
                frames = labelled_frames(image, series.frame_count)
                frame = frames[len(frames) // 2] if frames else 0
                wanted = Wanted(frame, series.rows, series.columns, self.choices.options)
                mask = read_mask(image.sources, str(image.path), wanted, mapping.target)
                made.append(MaskPreview(image.path.name, _shrunk(series.gray(frame), self.side_px),
                                        _shrunk(mask.labels, self.side_px, labels=True) if mask else None))
            except MedSynthError as error:
                made.append(MaskPreview(image.path.name, None, None, error.message))
        return tuple(made)


def _shrunk(pixels: Gray, side_px: int, *, labels: bool = False) -> Gray:
    import cv2

    scale = min(1.0, side_px / max(pixels.shape))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    how = cv2.INTER_NEAREST_EXACT if labels else cv2.INTER_AREA
    return np.ascontiguousarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


@dataclass(frozen=True)
class ImportMasks:
    """Add the images of a plan with their masks to a project."""

    project: Path
    plan: MaskPlan
    choices: MaskChoices
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-import-masks", {"count": len(self.plan.images)})

    def run(self, ctx: JobContext) -> BatchReport:
        """A record per image; `known` counts those that were there already, `failed` names what was left out."""
        with Project.open(self.project) as project:
            done, failed, told = import_plan(project, self.plan, self.choices, ctx)
            return BatchReport(tuple(done), tuple(failed), {"project": str(project.folder), **told,
                                                            "samples": len(project.samples())})


def import_plan(project: Project, plan: MaskPlan, choices: MaskChoices, ctx: JobContext,
                ) -> tuple[list[Mapping[str, Any]], list[OpenFailure], dict[str, Any]]:
    """Add the images of a plan; one bad file stops nothing.

    Returns:
        Records of what was added, what was left out, and what is to be told of all.
    """
    mapping = LabelMapping(project.labels, choices.targets)
    done: list[Mapping[str, Any]] = []
    failed = list(plan.failures)
    notes: Counter[str] = Counter()
    examples: dict[str, Message] = {}
    known = 0
    for number, image in enumerate(plan.images):
        ctx.checkpoint(number, len(plan.images), image.path.name)
        try:
            for candidate in from_plan(image, plan, choices, mapping):
                ctx.checkpoint(number, len(plan.images), image.path.name)
                try:
                    added = candidate.add(project)
                except MedSynthError as error:
                    if error.message.id == "sample-known":
                        known += 1
                    else:
                        failed.append(OpenFailure(candidate.name, error.message))
                    continue
                done += [sample_record(sample) for sample in (added.sample, *added.layers)]
                for note in added.notes:
                    notes[note.id] += 1
                    examples.setdefault(note.id, note)
        except MedSynthError as error:
            failed.append(OpenFailure(str(image.path), error.message))
    return done, failed, {
        "known": known, "masks": {
            "formats": plan.formats, "images": len(plan.images), "labelled": len(plan.labelled),
            "labels": {key: f"{target.value}:{target.name}" for key, target in mapping.targets.items()},
            "doubts": [doubt.english() for doubt in plan.doubts],
            "notes": [{"count": count, "example": examples[identity].english()} for identity, count in notes.items()]}}


def sample_record(sample: Sample) -> dict[str, Any]:
    """What an import says of a sample, JSON-ready."""
    return {"id": sample.id, "group": sample.group, "class": sample.class_name, "split": sample.split,
            "synthetic": sample.synthetic, "labels": list(sample.label_values)}


@dataclass(frozen=True, eq=False)
class LoadedMask:
    """Label values by frame for a series that is open, the names they bring, and what a person should know."""

    masks: Mapping[int, Gray]
    names: Mapping[int, str]
    notes: tuple[Message, ...]


@dataclass(frozen=True, eq=False)
class LoadMask:
    """Read the mask of an open series from files that a person chose.

    Attributes:
        frame: the one shown: a still mask for a cine goes there.
    """

    paths: tuple[Path, ...]
    series: ImageSeries
    known: LabelSet
    frame: int = 0
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-load-mask", {"path": self.paths[0].name})

    def run(self, ctx: JobContext) -> LoadedMask:
        """Where labels overlap the smaller object is on top: a document has one label a pixel.

        Raises:
            InputError: it cannot be read, or does not fit the series.
        """
        image = Path(self.series.path or self.series.title or "image")
        need_paths(self.paths)
        sources = tuple(source for path in self.paths for source in sources_for(image, path))
        keys = {frame for source in sources for frame in (source.frames or range(self.series.frame_count))}
        still = keys == {0}
        mapping = LabelMapping(self.known)
        masks: dict[int, Gray] = {}
        names: dict[int, str] = {}
        notes: dict[str, Message] = {}
        for number, key in enumerate(sorted(key for key in keys if key < self.series.frame_count)):
            ctx.checkpoint(number, len(keys), self.paths[0].name)
            wanted = Wanted(key, self.series.rows, self.series.columns, MaskOptions(overlaps="top"))
            mask = read_mask(sources, str(image), wanted, mapping.target)
            if mask is not None:
                masks[self.frame if still else key] = mask.labels
                names |= mask.names
                notes |= {note.id: note for note in mask.notes}
        if not masks:
            raise InputError("mask-of-others", path=self.paths[0], image=image.name)
        return LoadedMask(masks, names, tuple(notes.values()))
