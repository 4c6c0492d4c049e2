"""Where library entries come from: opened series and samples of the project."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.image_words import kind, kind_words
from medsynth_gui.gui.item_models.library_entries import LibraryEntry
from medsynth_gui.jobs.add_frames import FrameToAdd
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session


def series_entry(opened: OpenSeries) -> LibraryEntry:
    """An opened series; one that was not read yet is a still of which the name is known."""
    if not opened.is_read:
        return LibraryEntry(key=opened.key, title=opened.title, detail=kind_words("OT", 1), modality="OT",
                            review=opened.review.state.value, opened=opened)
    series = opened.series
    count = series.frame_count
    frames = (QCoreApplication.translate("series", "{0} frames").format(count) if count > 1 else
              f"{series.columns} × {series.rows}")
    return LibraryEntry(key=opened.key, title=opened.title, detail=f"{kind(series)} · {frames}",
                        modality=series.modality, synthetic=series.synthetic, review=opened.review.state.value,
                        opened=opened)


def sample_entry(sample: Sample) -> LibraryEntry:
    """A sample of the project; its key changes with its picture, so that no thumbnail outlives it."""
    return LibraryEntry(key=f"{sample.id}@{sample.image_sha256[:12]}", title=sample.id,
                        detail=f"{kind_words(sample.modality, 1)} · {sample.columns} × {sample.rows}",
                        modality=sample.modality, class_name=sample.class_name, synthetic=sample.synthetic,
                        review=sample.review.state.value, split=sample.split, image=sample.image, sample_id=sample.id)


def ask_second_reader(context: AppContext, chosen: Iterable[LibraryEntry]) -> int:
    """Let samples wait for a second reader; how many, 0 where not all of them can (which is told)."""
    names = [entry.sample_id for entry in chosen if entry.sample_id]
    try:
        asked = commands.ask_second_reader(context.session, names) if names else 0
    except MedSynthError as error:
        context.notify(error.message, "bad")
        return 0
    if asked < len(names):
        context.notify(QCoreApplication.translate(
            "library", "{asked} wait for a second reader; {left} were left out: nothing is drawn on them.").format(
                asked=asked, left=len(names) - asked), "caution")
        return 0
    return asked


def frames_to_add(session: Session, chosen: Iterable[OpenSeries]) -> tuple[FrameToAdd, ...]:
    """The labelled frames of each series with a copy of their masks; the frame shown where nothing is drawn."""
    wanted = []
    for opened in chosen:
        group = opened.patient or opened.key
        # A series that was never shown has no mask, unless a journal of an earlier day says otherwise.
        drawn = opened.loaded or (session.folder / f"{opened.key}.journal").exists()
        labelled = opened.document.labelled_frames() if drawn else ()
        wanted += [FrameToAdd(opened.series, frame, group, opened.document.labels(frame).copy(),
                              opened.note.accepted.get(frame)) for frame in labelled]
        if not labelled:
            wanted.append(FrameToAdd(opened.series, opened.frame, group))
    return tuple(wanted)
