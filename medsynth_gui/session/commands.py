"""Commands: everything a user can do to the session, as plain functions on the session's thread.

Files and views are here; labels, masks, projects and jobs have modules of their own and are reached from here too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import MedSynthError, UsageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.review import Review
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.io.plain_files import PlainFile
from medsynth_gui.session.label_commands import (
    add_label,
    change_label,
    choose_label,
    ensure_labels,
    merge_label,
    move_label,
    remove_label,
    use_label_set,
)
from medsynth_gui.session.mask_commands import (
    LabelStatistics,
    accept_proposal,
    clear_frame,
    label_statistics,
    offer_proposal,
    proposal_is_stale,
    put_labels,
    reject_proposal,
    settle_gesture,
)
from medsynth_gui.session.measure_commands import (
    delete_measurement,
    fit_ellipse_to_mask,
    measurements_text,
    set_marks,
    toggle_mark,
    with_project_measurements,
)
from medsynth_gui.session.notes import Note, read_note
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.project_commands import (
    add_synthetic_to_project,
    add_to_project,
    close_project,
    open_project,
)
from medsynth_gui.session.requests import compute, segment_job, synthesize_job, upscale_job
from medsynth_gui.session.scanner_commands import (
    calibration_of,
    remembered,
    set_colour,
    set_crop,
    set_spacing,
)
from medsynth_gui.session.session import Session
from medsynth_gui.session.window_presets import WindowPreset

if TYPE_CHECKING:
    from medsynth_gui.jobs.open_study import Opened
    from medsynth_gui.jobs.synthesize import SyntheticImage

# Files known by name only may turn out to be damaged: so many are tried for one to show.
_TRIED = 20


def open_studies(session: Session, opened: Opened, *, select: bool = True) -> tuple[OpenSeries, ...]:
    """Open every series of what was read; failures are told through `session.problem`.

    Args:
        select: show the one that was shown last time if it is among them, else the first new one.

    Returns:
        The series, those that were open already included.
    """
    sources = [(series, study.title, study.patient) for study in opened.studies for series in study.series]
    folders = {folder: os.path.basename(folder) for folder in {file.folder for file in opened.later}}
    found = _opened(session, [*sources, *[(file, folders[file.folder], "") for file in opened.later]])
    _remember(session)
    for failure in opened.failures:
        session.problem.emit(failure.message)
    if found and select:
        last = session.settings["current_series"]
        wanted = dict.fromkeys([*(item.key for item in found if item.key == last),
                                *(item.key for item in found[:_TRIED])])
        any(select_series(session, key) for key in wanted)
    return found


def open_series(session: Session, series: ImageSeries, *, select: bool = True) -> OpenSeries:
    """Open a series that was made here (an upscaled frame, say)."""
    opened, = _opened(session, [(series, series.title, "")])
    _remember(session)
    if select:
        select_series(session, opened.key)
    return opened


def open_synthetic(session: Session, image: SyntheticImage) -> OpenSeries:
    """Open a synthetic image with the mask it was made from as its first step."""
    title = f"synthetic-{image.provenance.producer}-{image.provenance.seed}-{image.index:04d}"
    series = ImageSeries.from_array(image.image, title=title, provenance=image.provenance)
    opened = open_series(session, series)
    if opened.document.undo_name is None:
        put_labels(session, opened, {0: image.mask}, name="Synthesize", clear=frozenset())
    return opened


def _opened(session: Session, sources: Iterable[tuple[ImageSeries | PlainFile, str, str]]) -> tuple[OpenSeries, ...]:
    """Open series given with the title and the patient of their study."""
    known = {item.key: item for item in session.opened}
    noted, project, nothing = {path.stem for path in session.folder.glob("*.json")}, session.project, Note()
    found = []
    for source, study, patient in sources:
        key, adjustments = remembered(session, source)
        if key not in known:
            note = read_note(session.note_path(key)) if key in noted else nothing
            known[key] = OpenSeries(key, source, session.load_document, study=study, patient=patient,
                                    note=with_project_measurements(project, source.path, note) if project else note,
                                    frame=_last_frame(session, key, source),
                                    origin=source.folder if isinstance(source, PlainFile) else source.path,
                                    adjustments=adjustments)
        found.append(known[key])
    session.opened = tuple(known.values())
    return tuple(found)


def _last_frame(session: Session, key: str, source: ImageSeries | PlainFile) -> int:
    """The frame that was shown when the series was open last."""
    if isinstance(source, PlainFile):
        return 0
    last = session.settings["frames_shown"].get(key, 0)
    return last if isinstance(last, int) and 0 <= last < source.frame_count else 0


def _remember(session: Session) -> None:
    paths = dict.fromkeys(item.origin for item in session.opened if item.origin)
    session.settings["open_paths"] = list(paths)
    session.series_changed.emit(session.opened)


def paths_to_restore(session: Session) -> tuple[Path, ...]:
    """What was open when the program ended and is still there."""
    return tuple(Path(path) for path in session.settings["open_paths"] if Path(path).exists())


def close_series(session: Session, key: str) -> None:
    """Close a series; its mask stays in its journal."""
    opened = session.find(key)
    if opened is None:
        return
    at = session.opened.index(opened)
    left = tuple(item for item in session.opened if item is not opened)
    for item in left if opened.origin != opened.source.path else ():
        # The folder no longer stands for all in it.
        item.origin = item.source.path if item.origin == opened.origin else item.origin
    if opened is session.current:
        settle_gesture(session)
    session.release(opened)
    session.opened = left
    _remember(session)
    if opened is session.current:
        session.current = None
        if not left or not select_series(session, left[min(at, len(left) - 1)].key):
            session.current_changed.emit(None)


def select_series(session: Session, key: str) -> bool:
    """Show another series. False (and a sentence) if its mask is in use elsewhere."""
    opened = session.find(key)
    if opened is None or opened is session.current:
        return opened is not None
    settle_gesture(session)
    try:
        opened.document.labels(opened.frame)
    except MedSynthError as error:
        session.problem.emit(error.message)
        return False
    if session.current is not None:
        session.current.document.rest()
    session.current = opened
    session.settings["current_series"] = key
    session.current_changed.emit(opened)
    session.history_changed.emit(None)
    return True


def select_frame(session: Session, frame: int) -> None:
    """Show another frame of the current series, held within it."""
    opened = session.current
    if opened is None:
        return
    frame = min(max(frame, 0), opened.series.frame_count - 1)
    if frame != opened.frame:
        settle_gesture(session)
        opened.frame = frame
        session.frame_changed.emit(frame)


def set_window(session: Session, window: WindowLevel) -> None:
    """Show the current series under another window/level."""
    if session.current is not None:
        session.current.window = window
        session.window_changed.emit(window)


def apply_preset(session: Session, preset: WindowPreset, pixels: Frame | None = None) -> None:
    """Show the current series as a preset says, measured on the current frame; `pixels`: where it is decoded."""
    if session.current is not None:
        set_window(session, preset.window(session.current.series, session.current.frame, pixels))


def undo(session: Session) -> str | None:
    """Take the last step of the current series back and show where; of a gesture in hand the last change
    instead (a corner, or all of a stroke), of a correction the last prompt."""
    return _shift(session, "undo")


def redo(session: Session) -> str | None:
    """Do the last undone step of the current series again and show where; not while a gesture is in hand."""
    return _shift(session, "redo")


def _shift(session: Session, which: str) -> str | None:
    opened = session.current
    if session.correcting.running:
        if which == "undo":
            session.toolbox.step_back()
        return "Prompt"
    if opened is None:
        return None
    if session.toolbox.busy:
        if which == "undo":
            session.toolbox.undo()
        return None
    if session.measures and getattr(session.measuring, which)():
        return "Measurement"
    touched: list[int] = []

    def note(region: Region) -> None:
        touched.append(region.frame)

    opened.document.changed.connect(note)
    try:
        name = opened.document.undo() if which == "undo" else opened.document.redo()
    finally:
        opened.document.changed.disconnect(note)
    if touched and opened.frame not in touched:
        select_frame(session, touched[0])
    return name


def set_review(session: Session, review: Review) -> None:
    """Record a decision on the current series."""
    if session.current is None:
        raise UsageError("nothing-open")
    session.set_note(session.current, replace(session.current.note, review=review))


def remember_view(session: Session) -> None:
    """Store which frames are shown; call before closing."""
    session.settings["frames_shown"] = {item.key: item.frame for item in session.opened if item.frame}


__all__ = [
    "LabelStatistics",
    "accept_proposal",
    "add_label",
    "add_synthetic_to_project",
    "add_to_project",
    "apply_preset",
    "calibration_of",
    "change_label",
    "choose_label",
    "clear_frame",
    "close_project",
    "close_series",
    "compute",
    "delete_measurement",
    "ensure_labels",
    "fit_ellipse_to_mask",
    "label_statistics",
    "measurements_text",
    "merge_label",
    "move_label",
    "offer_proposal",
    "open_project",
    "open_series",
    "open_studies",
    "open_synthetic",
    "paths_to_restore",
    "proposal_is_stale",
    "put_labels",
    "redo",
    "reject_proposal",
    "remember_view",
    "remove_label",
    "segment_job",
    "select_frame",
    "select_series",
    "set_colour",
    "set_crop",
    "set_marks",
    "set_review",
    "set_spacing",
    "set_window",
    "settle_gesture",
    "synthesize_job",
    "toggle_mark",
    "undo",
    "upscale_job",
    "use_label_set",
]
