"""Commands on the project: what is drawn or made becomes samples."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.session.label_commands import store_labels
from medsynth_gui.session.label_sets import remembered_labels
from medsynth_gui.session.measure_commands import frame_measurements
from medsynth_gui.session.session import Session

if TYPE_CHECKING:
    from medsynth_gui.dataset.project import Project
    from medsynth_gui.dataset.sample import Sample
    from medsynth_gui.jobs.synthesize import SyntheticImage


def open_project(session: Session, folder: Path, *, create: bool = False) -> Project:
    """Open (or make) a project and take its labels.

    Raises:
        ProjectError, StorageError: it cannot be opened; the former project stays open.
    """
    from medsynth_gui.dataset.project import Project

    project = Project.create(folder, labels=session.label_set) if create else Project.open(folder)
    close_project(session)
    session.project = project
    session.settings["project"] = str(project.folder)
    if len(project.labels):
        session.label_set = project.labels
        session.active_label = project.labels.labels[0].value
        session.labels_changed.emit(session.label_set)
    session.project_changed.emit(project)
    return project


def reread_project(session: Session) -> None:
    """After a job has written to the project: take the labels that it brought.

    Raises:
        ProjectError, StorageError: it cannot be opened again; what was known of it stays.
    """
    if session.project is not None:
        open_project(session, session.project.folder)


def close_project(session: Session) -> None:
    """Close the project, if one is open."""
    if session.project is not None:
        session.project.close()
        session.project = None
        session.settings["project"] = ""
        session.label_set = remembered_labels(session.settings)
        active = session.label_set.find(session.settings["active_label"]) or session.label_set.labels[0]
        session.active_label = active.value
        session.labels_changed.emit(session.label_set)
        session.project_changed.emit(None)


def add_to_project(session: Session, frames: Iterable[int] | None = None, *, class_name: str = "",
                   group: str = "") -> tuple[Sample, ...]:
    """Add frames of the current series with their masks, or give samples made from them their new mask.

    Args:
        frames: by default those that have labels.
        group: the patient; by default that of the file, else the series stands for itself.

    Raises:
        UsageError: no project, nothing open or nothing labelled.
        ProjectError, StorageError: the project refuses.
    """
    project, opened = _project(session), session.current
    if opened is None:
        raise UsageError("nothing-open")
    if opened.reader:
        raise UsageError("reading-apart", title=opened.title)
    chosen = opened.document.labelled_frames() if frames is None else tuple(frames)
    if not chosen:
        raise UsageError("nothing-labelled", title=opened.title)
    samples = []
    for frame in chosen:
        labels, source = opened.document.labels(frame), opened.note.accepted.get(frame)
        known = opened.samples.get(frame) or sample_of(project, opened.series, frame)
        samples.append(project.set_mask(known.id, labels, source) if known else project.add_frame(
            opened.series, frame, group=group or opened.patient or opened.key, class_name=class_name, mask=labels,
            mask_provenance=source))
        opened.samples[frame] = samples[-1]
        if measured := frame_measurements(opened, frame):
            project.set_measurements(samples[-1].id, measured)
    session.project_changed.emit(project)
    return tuple(samples)


def add_synthetic_to_project(session: Session, images: Iterable[SyntheticImage]) -> tuple[Sample, ...]:
    """Add synthetic images with the masks they were made from.

    Raises:
        UsageError: no project is open.
        ProjectError, StorageError: the project refuses.
    """
    project, images = _project(session), tuple(images)
    for digest in {image.provenance.model_sha256 for image in images} - set(project.generators):
        _note_generator(project, session, digest)
    for image in images:
        if (labels := session.label_set.with_names(image.names)) is not session.label_set:
            store_labels(session, labels)
    samples = tuple(project.add_image(
        image.image, image.provenance, title=f"synthetic-{image.provenance.seed}-{image.index:04d}",
        class_name=image.class_name or "", mask=image.mask_in(session.label_set),
        mask_provenance=Provenance(synthetic=False, producer="hand")) for image in images)
    session.project_changed.emit(project)
    return samples


def _note_generator(project: Project, session: Session, model_sha256: str) -> None:
    """Tell a project whom a generator has seen, if its model folder is still there."""
    from medsynth_gui.jobs.catalogue import list_models
    from medsynth_gui.jobs.gates import TRAINED, seen_groups

    for card in list_models("synthesis", further=map(Path, session.settings["model_folders"])):
        if card.weights_sha256 == model_sha256:
            project.note_generator(model_sha256, seen_groups(card, (TRAINED,)))


def _project(session: Session) -> Project:
    if session.project is None:
        raise UsageError("no-project")
    return session.project


def sample_of(project: Project, series: ImageSeries, frame: int) -> Sample | None:
    """The sample that was made from this frame."""
    from medsynth_gui.dataset.matching import sample_of_frame

    return sample_of_frame(project.samples(), series, frame)
