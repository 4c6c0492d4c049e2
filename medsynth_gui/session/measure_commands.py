"""Commands on measurements and on the marks of a cine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.cine import Mark, toggled
from medsynth_gui.core.errors import MedSynthError, Message, UsageError
from medsynth_gui.core.measurement import EllipseMeasure, Measurement

if TYPE_CHECKING:
    from medsynth_gui.dataset.project import Project
    from medsynth_gui.session.notes import Note
    from medsynth_gui.session.opened import OpenSeries
    from medsynth_gui.session.session import Session

_COLUMNS = ("Measurement", "Kind", "Frame", "Quantity", "Value", "Unit", "Remark")


def store_measurements(session: Session, opened: OpenSeries, items: tuple[Measurement, ...]) -> None:
    """Keep the measurements in the note of the series and, where the series is a sample's image, in the project."""
    session.set_note(opened, replace(opened.note, measurements=items))
    try:
        project = session.project
        if project is not None and project.writable and (sample := project.sample_at(Path(opened.series.path))):
            project.set_measurements(sample.id, items)
    except MedSynthError:
        session.problem.emit(Message("measurements-unsaved", {"title": opened.title}))


def with_project_measurements(project: Project | None, path: str, note: Note) -> Note:
    """The note of a series that is a sample's image, with the sample's measurements where it has none of its own."""
    # The name first: to resolve ten thousand paths takes a second.
    if project is None or note.measurements or project.folder.name not in path:
        return note
    sample = project.sample_at(Path(path))
    return replace(note, measurements=project.measurements(sample.id)) if sample else note


def shifted_measurements(note: Note, down: float, across: float) -> Note:
    """The note with its measurements moved, because the image was cropped or is whole again."""
    moved = (replace(item, points=tuple((y + down, x + across) for y, x in item.points)) for item in note.measurements)
    return replace(note, measurements=tuple(moved))


def frame_measurements(opened: OpenSeries, frame: int) -> tuple[Measurement, ...]:
    """Those of one frame, as measurements of a still."""
    return tuple(replace(item, frame=0) for item in opened.note.measurements
                 if item.frame == frame and not item.every_frame)


def delete_measurement(session: Session) -> bool:
    """Delete the selected measurement. False if none is selected."""
    return session.measuring.remove(session.measuring.selected)


def fit_ellipse_to_mask(session: Session) -> EllipseMeasure:
    """Measure the active label of the frame shown (else whatever is labelled) as an ellipse.

    Raises:
        UsageError: nothing is open, or nothing is labelled.
    """
    from medsynth_gui.metrics.ellipse import fit_ellipse

    opened = session.current
    if opened is None:
        raise UsageError("nothing-open")
    labels = opened.document.labels(opened.frame)
    mask = labels == session.active_label
    points = fit_ellipse(mask if mask.any() else labels > 0, aspect=opened.series.aspect)
    if points is None:
        raise UsageError("ellipse-nothing", label=session.label.name if session.label else "")
    measurement = EllipseMeasure(opened.frame, points)
    reading = session.measuring.put(measurement)
    if reading.refused and reading.note:
        session.problem.emit(reading.note)
    return measurement


def measurements_text(session: Session, identities: Iterable[str] | None = None) -> str:
    """A table with tabs: one line a figure, frames counted from 1, English names and a decimal point.

    Args:
        identities: which measurements; all of the series by default.
    """
    measuring = session.measuring
    chosen = None if identities is None else set(identities)
    lines = ["\t".join(_COLUMNS)]
    for number, item in enumerate(measuring.items, 1):
        if chosen is not None and item.id not in chosen:
            continue
        reading = measuring.read(item)
        remark = reading.note.english() if reading.note else ""
        name = item.name or f"{item.kind} {number}"
        lines += ["\t".join((name, item.kind, str(item.frame + 1), one.name, f"{one.value:.6g}", one.unit, remark))
                  for one in reading.values]
    return "\n".join(lines) + "\n"


def toggle_mark(session: Session, mark: Mark) -> None:
    """Set a mark of the current series, or take it away if it is there."""
    if session.current is not None:
        set_marks(session, toggled(session.current.note.marks, mark))


def set_marks(session: Session, marks: tuple[Mark, ...]) -> None:
    """Store the marks of the current series."""
    opened = session.current
    if opened is not None:
        session.set_note(opened, replace(opened.note, marks=marks))
        session.marks_changed.emit(marks)
