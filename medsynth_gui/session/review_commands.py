"""Commands of review: what a reader decides, second readings, and their adjudication."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.consensus import Consensus, merge
from medsynth_gui.core.errors import MedSynthError, UsageError
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.session.mask_commands import offer_proposal, put_labels, settle_gesture
from medsynth_gui.session.notes import read_note
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.series_commands import close_series, select_series
from medsynth_gui.session.session import Session
from medsynth_gui.session.view_commands import select_frame

if TYPE_CHECKING:
    from medsynth_gui.dataset.project import Project
    from medsynth_gui.dataset.sample import Sample
    from medsynth_gui.jobs.agreement import Readings
    from medsynth_gui.jobs.open_sample import LoadedSample

Labels = npt.NDArray[np.uint8]
_ALL = frozenset(range(1, 256))
# Stills of the queue that somebody has decided on; what they hold is in their journals.
_KEPT_OPEN = 12
_TAKEN_OVER = "Mask of the project"


def sample_shown(session: Session) -> Sample | None:
    """The sample of the open project that the frame shown is; None where it is none."""
    opened, project = session.current, session.project
    sample = opened.samples.get(opened.frame) if opened else None
    return sample if sample and project and sample.image.is_relative_to(project.folder) else None


def set_review(session: Session, review: Review) -> None:
    """Record a decision on the current series."""
    if session.current is None:
        raise UsageError("nothing-open")
    session.set_note(session.current, replace(session.current.note, review=review))


def decide(session: Session, state: ReviewState, *, class_name: str | None = None) -> Sample | None:
    """Record what the reader says of the frame shown; a sample of the project gets the mask it was said of.

    A blind reader's mask is kept beside the first one's. Where two have read and the masks are settled here, that
    is an adjudication.

    Args:
        class_name: of the whole image; None leaves it, or says nothing for a blind reader.

    Returns:
        The sample; None where the image is in no project.

    Raises:
        UsageError: nothing is open, a second reader has no name, or is asked for where nothing was read first.
        ProjectError, StorageError: the project refuses; nothing is recorded.
    """
    opened = session.current
    if opened is None:
        raise UsageError("nothing-open")
    settle_gesture(session)
    review = Review(state, opened.reader or session.settings["reader"], _now())
    sample = sample_shown(session)
    if sample is None:
        set_review(session, review)
        return None
    project = _project(session)
    changed = _recorded(project, opened, sample, review, class_name)
    opened.samples[opened.frame] = changed
    synced = opened.note.synced if opened.reader else {**opened.note.synced, opened.frame: changed.mask_sha256}
    session.set_note(opened, replace(opened.note, review=review, synced=synced))
    session.sample_changed.emit(changed)
    return changed


def _recorded(project: Project, opened: OpenSeries, sample: Sample, review: Review,
              class_name: str | None) -> Sample:
    from medsynth_gui.dataset.reviewing import adjudicate, adjudicated, read_again

    labels, made = opened.document.labels(opened.frame).copy(), opened.note.accepted.get(opened.frame)
    if opened.reader:
        read_again(project, sample.id, opened.reader, labels, class_name=class_name or "", provenance=made)
        return project.sample(sample.id)
    disputed = len(project.readings.of(sample.id)) > 1 and not adjudicated(sample)
    if review.state is ReviewState.APPROVED and disputed:
        return adjudicate(project, sample.id, labels, None, reader=review.reader, class_name=class_name)
    drawn = labels.any() or sample.mask is not None or review.state is ReviewState.APPROVED
    if review.state is ReviewState.NEEDS_REVIEW and not drawn:
        raise UsageError("second-reader-nothing", what=sample.title or sample.id)
    return project.decide(sample.id, review, mask=labels if drawn else None, provenance=made,
                          class_name=class_name)


def ask_second_reader(session: Session, identities: Iterable[str]) -> int:
    """Let samples wait for a second reader; who read them first stays.

    Returns:
        How many wait; a sample without a mask is left out: a second reading could be compared with nothing.

    Raises:
        UsageError: no project is open, or none of the samples has a mask.
        ProjectError, StorageError: the project refuses.
    """
    project = _project(session)
    samples = [project.sample(identity) for identity in identities]
    read = [sample for sample in samples if sample.mask is not None]
    if samples and not read:
        raise UsageError("second-reader-nothing", what=", ".join(sample.title or sample.id for sample in samples[:3]))
    for sample in read:
        review = sample.review
        reader = review.reader or session.settings["reader"]
        project.set_review(sample.id, Review(ReviewState.NEEDS_REVIEW, reader, _now()))
    session.project_changed.emit(project)
    return len(read)


def open_reading(session: Session, loaded: LoadedSample, *, second_reader: str = "") -> OpenSeries | None:
    """Show a sample: in its cine where that is open, else as a still, with its mask.

    Args:
        second_reader: reads it blind: an own mask, empty at first; what was drawn before is closed.

    Returns:
        The series; None where it cannot be shown (which is told).

    Raises:
        UsageError: the second reader has read it first.
    """
    from medsynth_gui.dataset.reviewing import first_reader

    sample = loaded.sample
    if second_reader and second_reader == (loaded.readers[0] if loaded.readers else first_reader(sample)):
        raise UsageError("reader-same", reader=second_reader)
    if second_reader:
        close_series(session, _key(loaded, ""))
    cine = session.find(loaded.cine) if loaded.cine and not second_reader else None
    opened = cine or _still(session, loaded, second_reader)
    frame = loaded.frame if cine else 0
    opened.samples[frame] = sample
    if not select_series(session, opened.key):
        return None
    if frame != opened.frame:
        select_frame(session, frame)
    if not second_reader:
        bring_mask(session, opened, frame, sample, loaded.mask)
    session.review_changed.emit(opened)
    return opened


def bring_mask(session: Session, opened: OpenSeries, frame: int, sample: Sample, mask: Labels | None) -> None:
    """Take over the mask of the project as one undoable step, unless what is drawn here is newer than it."""
    if mask is not None and opened.note.synced.get(frame) != sample.mask_sha256:
        if not np.array_equal(opened.document.labels(frame), mask):
            put_labels(session, opened, {frame: mask}, name=_TAKEN_OVER, clear=_ALL)
        session.set_note(opened, replace(opened.note, review=sample.review,
                                         synced={**opened.note.synced, frame: sample.mask_sha256}))


def adjudicate_sample(session: Session, readings: Readings, how: Consensus) -> Sample:
    """Settle a sample that several have read; see `take_back_adjudication`.

    Raises:
        UsageError: no project is open, or nobody knows who decides.
        ProjectError, StorageError: the project refuses; nothing is changed.
    """
    from medsynth_gui.dataset.reviewing import adjudicate

    if not session.settings["reader"]:
        raise UsageError("reader-unnamed")
    merged = merge(readings.masks, how)
    chosen = {Consensus.FIRST: 0, Consensus.SECOND: 1}.get(how)
    class_name = None if chosen is None else readings.readings[chosen].class_name or None
    changed = adjudicate(_project(session), readings.sample.id, merged, how, reader=session.settings["reader"],
                         class_name=class_name)
    _follow(session, changed, merged)
    return changed


def take_back_adjudication(session: Session, identity: str) -> Sample | None:
    """Give a sample the mask and the review that it had before it was adjudicated; None where it was not."""
    from medsynth_gui.dataset.reviewing import take_back
    from medsynth_gui.io.raster_files import read_labels

    changed = take_back(_project(session), identity)
    if changed is not None:
        _follow(session, changed, read_labels(changed.mask) if changed.mask else None)
    return changed


def edit_adjudication(session: Session, loaded: LoadedSample, readings: Readings) -> OpenSeries | None:
    """Open a disputed sample for drawing: the first reader's mask, and the second reader's as a proposal."""
    opened = open_reading(session, loaded)
    if opened is None:
        return None
    first, second = readings.masks[0], readings.masks[1]
    if not np.array_equal(opened.document.labels(opened.frame), first):
        put_labels(session, opened, {opened.frame: first}, name="Reading", clear=_ALL)
    by = readings.readings[1]
    layer = ResultLayer({opened.frame: second}, {}, by.provenance or Provenance(synthetic=False, producer="hand"),
                        by.reader, opened.document.revision)
    offer_proposal(session, opened, layer)
    return opened


def _follow(session: Session, sample: Sample, mask: Labels | None) -> None:
    """What is open of a sample takes over its mask, as an undoable step."""
    for opened in session.opened:
        for frame, known in opened.samples.items():
            if known.image == sample.image:
                opened.samples[frame] = sample
                if not opened.reader and opened.loaded:
                    bring_mask(session, opened, frame, sample, mask)
    session.sample_changed.emit(sample)


def _still(session: Session, loaded: LoadedSample, reader: str) -> OpenSeries:
    key = _key(loaded, reader)
    if known := session.find(key):
        return known
    note = read_note(session.note_path(key))
    if not reader:
        note = replace(note, review=loaded.sample.review)
    opened = OpenSeries(key, loaded.series, session.load_document, note=note, patient=loaded.sample.group,
                        reader=reader)
    session.opened = (*session.opened, opened)
    session.series_changed.emit(session.opened)
    settled = [one for one in session.opened if one.is_sample and one.review.done and one is not session.current]
    for old in settled[:-_KEPT_OPEN]:
        close_series(session, old.key)
    return opened


def _key(loaded: LoadedSample, reader: str) -> str:
    """Names the mask of a sample, or of one blind reader of it."""
    text = "|".join((loaded.project_key, loaded.sample.id, loaded.sample.image_sha256, reader))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _project(session: Session) -> Project:
    if session.project is None:
        raise UsageError("no-project")
    return session.project


def begin_work(session: Session, opened: OpenSeries) -> None:
    """The first stroke on what nobody has looked at yet: it is in work, and by whom."""
    if opened.review.state is not ReviewState.UNLABELLED or opened.document.undo_name == _TAKEN_OVER:
        return
    review = Review(ReviewState.IN_PROGRESS, opened.reader or session.settings["reader"], _now())
    session.set_note(opened, replace(opened.note, review=review))
    sample = sample_shown(session) if opened is session.current and not opened.reader else None
    if sample is None or sample.review.state is not ReviewState.UNLABELLED:
        return
    try:
        opened.samples[opened.frame] = _project(session).set_review(sample.id, review)
    except MedSynthError as error:
        session.problem.emit(error.message)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
