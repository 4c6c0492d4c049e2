"""Commands on the open series: which there are, and which is shown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import revalued
from medsynth_gui.io.plain_files import PlainFile
from medsynth_gui.session.label_meeting import meet_labels
from medsynth_gui.session.mask_commands import put_labels, settle_gesture
from medsynth_gui.session.measure_commands import with_project_measurements
from medsynth_gui.session.notes import Note, read_note
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.scanner_commands import remembered
from medsynth_gui.session.session import Session

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
    if opened.as_read.provenance != series.provenance:
        opened.source = series  # it was opened before its gates had spoken
    if opened.document.undo_name is None:
        values = meet_labels(session, opened, image.names)
        put_labels(session, opened, {0: revalued(image.mask, values)}, name="Synthesize", clear=frozenset())
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


def remember_view(session: Session) -> None:
    """Store which frames are shown; call before closing."""
    session.settings["frames_shown"] = {item.key: item.frame for item in session.opened if item.frame}
