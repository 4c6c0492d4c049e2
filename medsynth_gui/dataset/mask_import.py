"""Candidates with the masks that come with them: a plan, and what a person chose, become samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from medsynth_gui.core.errors import ProjectError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.dataset.grouping import DEFAULT_PATTERN, group_of
from medsynth_gui.dataset.importing import FROM_FILE, Added, Candidate, from_studies
from medsynth_gui.dataset.label_mapping import LabelMapping
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.masks.compose import read_mask
from medsynth_gui.io.masks.imported import ImportedMask, Labels, MaskOptions, Target, Wanted
from medsynth_gui.io.masks.recognise import LabelledImage, MaskPlan
from medsynth_gui.io.masks.survey import labelled_frames


@dataclass(frozen=True)
class MaskChoices:
    """How a plan is to be imported.

    Attributes:
        targets: by source label; one that is not named gets a target when it is met.
        grouping: one of `dataset.grouping.GROUPINGS`; `pattern` is for "name".
        class_name: of images without one.
        every: one frame in so many of a cine without masks.
        unlabelled: also import the images without a mask.
    """

    options: MaskOptions = field(default_factory=MaskOptions)
    targets: dict[str, Target] = field(default_factory=dict)
    grouping: str = "image"
    pattern: str = DEFAULT_PATTERN
    class_name: str = ""
    every: int = 1
    unlabelled: bool = True


def from_plan(image: LabelledImage, plan: MaskPlan, choices: MaskChoices, mapping: LabelMapping) -> Iterator[Candidate]:
    """The frames of an image that have a mask; all of one that has none.

    Raises:
        InputError: the image cannot be opened.
    """
    from medsynth_gui.io.readers import open_file

    studies = open_file(image.path)
    class_name = image.class_name or choices.class_name
    if not image.sources:
        if choices.unlabelled:
            # Without a patient the examination still tells what belongs together.
            group = "" if choices.grouping == "patient" else group_of(image, plan, choices.grouping,
                                                                 choices.pattern)
            yield from from_studies(studies, class_name=class_name, every=choices.every, group=group)
        return
    series = studies[0].series[0]
    for frame in labelled_frames(image, series.frame_count):
        name = f"{image.path} [{frame}]" if series.frame_count > 1 else str(image.path)
        yield Candidate(name, partial(_add, image=image, series=series, frame=frame, plan=plan, choices=choices,
                                      mapping=mapping))


def _add(project: Project, *, image: LabelledImage, series: ImageSeries, frame: int, plan: MaskPlan,
         choices: MaskChoices, mapping: LabelMapping) -> Added:
    """Add a frame with its mask; each further layer becomes a sample of the same image and group."""
    wanted = Wanted(frame, series.rows, series.columns, choices.options)
    mask = read_mask(image.sources, str(image.path), wanted, mapping.target)
    assert mask is not None  # the frame is one that a source speaks of
    name_labels(project, mask)
    group = group_of(image, plan, choices.grouping, choices.pattern)
    class_name = image.class_name or choices.class_name
    sample = _put(project, series, frame, mask.labels, group, class_name)
    layers = tuple(project.add_image(series.gray(frame), series.provenance, id=f"{sample.id}-layer-{number}",
                                     group=sample.group, class_name=class_name, title=sample.title,
                                     modality=series.modality, spacing=series.spacing, mask=layer,
                                     mask_provenance=FROM_FILE) for number, layer in enumerate(mask.layers, 2))
    return Added(sample, layers, mask.notes)


def _put(project: Project, series: ImageSeries, frame: int, labels: Labels, group: str, class_name: str) -> Sample:
    """A new sample; one that came without a mask before gets it now."""
    try:
        return project.add_frame(series, frame, group=group, class_name=class_name, mask=labels,
                                 mask_provenance=FROM_FILE)
    except ProjectError as error:
        known = project.sample(str(error.message.params["sample"])) if error.message.id == "sample-known" else None
        if known is None or known.mask is not None:
            raise
        return project.set_mask(known.id, labels, FROM_FILE)


def name_labels(project: Project, mask: ImportedMask) -> None:
    """Give the project the names of values that it does not know yet."""
    news = [(value, name) for value, name in mask.names.items() if project.labels.find(value) is None]
    if news:
        mapping = LabelMapping(project.labels, {name: Target(value, name) for value, name in news})
        project.set_labels(mapping.label_set())
