"""Commands: what a person does to the session, and what comes back after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.core.study import OpenFailure, Study
from medsynth_gui.jobs.open_study import Opened
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session import commands
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.tools import PointerEvent
from tests.builders import disc

ROWS, COLUMNS = 48, 64
MODEL = Provenance(synthetic=False, producer="seg-test", model_sha256="ab" * 32)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    opened = start(tmp_path)
    yield opened
    opened.close()


def start(folder: Path) -> Session:
    return Session(Settings(folder / "settings.json"), folder=folder / "journal")


def clip(title: str = "clip", frames: int = 5, value: int = 0) -> ImageSeries:
    return ImageSeries.from_array(np.full((frames, ROWS, COLUMNS), value, np.uint8), title=title,
                                  spacing=PixelSpacing(0.2, 0.1, "manual"))


def study(*series: ImageSeries, failures: tuple[OpenFailure, ...] = ()) -> Opened:
    return Opened((Study("1", "anna", "study", series),), failures)


def stroke(session: Session, y: float, x: float) -> None:
    session.toolbox.press(PointerEvent(y, x))
    session.toolbox.release(PointerEvent(y, x))


def propose(session: Session, masks: dict[int, np.ndarray]) -> ResultLayer:
    assert session.current is not None
    layer = ResultLayer(masks, {}, MODEL, "Segment", document_revision=session.current.document.revision)
    commands.offer_proposal(session, session.current, layer)
    return layer


def labels(session: Session, frame: int = 0) -> np.ndarray:
    assert session.document is not None
    return session.document.labels(frame)


def test_opening_tells_everybody_and_keeps_what_is_open(session: Session) -> None:
    lists, shown, told = [], [], []
    session.series_changed.connect(lists.append)
    session.current_changed.connect(shown.append)
    session.problem.connect(told.append)
    failure = OpenFailure("x.png", Message("file-empty", {"path": "x.png"}))
    first, second = commands.open_studies(session, study(clip("a"), clip("b"), failures=(failure,)))
    assert session.opened == (first, second)
    assert (shown, session.current, len(lists)) == ([first], first, 1)
    assert told == [failure.message]
    assert commands.open_studies(session, study(clip("b"))) == (second,)
    assert len(session.opened) == 2
    assert session.current is second


def test_closing_shows_the_neighbour_and_keeps_the_mask(session: Session) -> None:
    first, second = commands.open_studies(session, study(clip("a"), clip("b")))
    stroke(session, 20, 20)
    commands.close_series(session, first.key)
    assert session.current is second
    commands.close_series(session, second.key)
    assert (session.current, session.opened, session.tool_context()) == (None, (), None)
    commands.open_studies(session, study(clip("a")))
    assert labels(session)[20, 20] == 1
    assert commands.undo(session) == "Brush"


def test_a_restart_brings_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "clip.png"
    path.write_bytes(b"stands for a file")
    series = replace(clip(), path=str(path))
    session = start(tmp_path)
    commands.open_studies(session, study(clip("other"), series))
    commands.select_series(session, session.opened[1].key)
    commands.select_frame(session, 3)
    stroke(session, 20, 20)
    stroke(session, 30, 40)
    commands.undo(session)
    commands.add_label(session, "cyst")
    commands.change_label(session, 1, color="#123456", locked=True)
    commands.set_review(session, Review(ReviewState.APPROVED, reader="eva"))
    session.toolbox.choose("eraser")
    session.toolbox.set_option("radius", 33.0)
    commands.remember_view(session)
    session.close()

    again = start(tmp_path)
    assert commands.paths_to_restore(again) == (path,)
    commands.open_studies(again, study(clip("other"), series))
    assert again.current is not None
    assert (again.current.title, again.frame, again.current.review.reader) == ("clip", 3, "eva")
    assert labels(again, 3)[20, 20] == 1
    assert labels(again, 3)[30, 40] == 0
    assert [(label.name, label.color, label.locked) for label in again.label_set] == [
        ("lesion", "#123456", True), ("cyst", "#E69F00", False)]
    assert (again.active_label, again.toolbox.spec.id, again.toolbox.options["radius"]) == (2, "eraser", 33.0)
    assert commands.redo(again) == "Brush"
    assert labels(again, 3)[30, 40] == 1
    again.close()


def test_a_series_in_use_elsewhere_is_not_shown_and_the_person_is_told(session: Session, tmp_path: Path) -> None:
    commands.open_studies(session, study(clip("a")))
    other, told = start(tmp_path), []
    other.problem.connect(lambda message: told.append(message.id))
    commands.open_studies(other, study(clip("a"), clip("b")))
    assert told == ["journal-locked"]
    assert other.current is other.opened[1], "the next one is shown instead"
    assert not commands.select_series(other, other.opened[0].key)
    other.close()


def test_accepting_is_one_step_over_many_frames(session: Session) -> None:
    commands.open_studies(session, study(clip()))
    lesion = disc(ROWS, COLUMNS, center=(24, 30), radius=9)
    propose(session, {0: lesion, 2: lesion, 4: np.zeros_like(lesion)})
    assert commands.accept_proposal(session)
    assert session.proposal is None
    assert session.document is not None
    assert session.document.labelled_frames() == (0, 2)
    assert (labels(session, 2) == lesion).all()
    assert session.current is not None
    assert session.current.note.accepted[2] == MODEL
    assert commands.undo(session) == "Accept Segment"
    assert session.document.labelled_frames() == ()
    assert not commands.accept_proposal(session)


def test_accepting_replaces_its_own_labels_and_spares_others_and_locked_ones(session: Session) -> None:
    commands.open_studies(session, study(clip()))
    commands.add_label(session, "cyst")
    before = np.zeros((ROWS, COLUMNS), np.uint8)
    before[:, :10], before[:, 50:] = 1, 2
    commands.put_labels(session, session.opened[0], {0: before}, name="before", clear=frozenset())
    lesion = disc(ROWS, COLUMNS, center=(24, 48), radius=6)
    commands.change_label(session, 2, locked=True)
    propose(session, {0: lesion})
    commands.accept_proposal(session)
    expected = np.where(before == 2, 2, lesion)
    assert (labels(session) == expected).all()


def test_a_proposal_for_an_older_mask_is_offered_and_marked(session: Session) -> None:
    opened, = commands.open_studies(session, study(clip()))
    propose(session, {0: disc(ROWS, COLUMNS, center=(24, 30), radius=9)})
    assert not commands.proposal_is_stale(opened)
    stroke(session, 40, 5)
    assert commands.proposal_is_stale(opened)
    assert labels(session)[24, 30] == 0
    assert commands.reject_proposal(session)
    assert labels(session).sum() == (labels(session) == 1).sum() > 0
    assert not commands.reject_proposal(session)


def test_a_proposal_for_a_series_in_the_background_waits_there(session: Session) -> None:
    first, second = commands.open_studies(session, study(clip("a"), clip("b")))
    heard = []
    session.proposal_changed.connect(heard.append)
    layer = ResultLayer({0: disc(ROWS, COLUMNS, center=(9, 9), radius=4)}, {}, MODEL, "Segment")
    commands.offer_proposal(session, second, layer)
    assert (session.proposal, heard) == (None, [])
    commands.select_series(session, second.key)
    assert session.proposal is layer
    assert first.proposal is None


def test_undo_shows_the_frame_it_changed_and_gives_up_a_gesture_first(session: Session) -> None:
    commands.open_studies(session, study(clip()))
    commands.select_frame(session, 4)
    stroke(session, 20, 20)
    commands.select_frame(session, 0)
    session.toolbox.press(PointerEvent(10, 10))
    assert commands.undo(session) is None
    assert not labels(session).any()
    assert commands.undo(session) == "Brush"
    assert session.frame == 4
    assert not labels(session, 4).any()


def test_leaving_the_frame_keeps_a_stroke_and_drops_an_open_outline(session: Session) -> None:
    commands.open_studies(session, study(clip()))
    session.toolbox.press(PointerEvent(20, 20))
    commands.select_frame(session, 99)
    assert session.frame == 4
    assert labels(session, 0)[20, 20] == 1
    session.toolbox.choose("polygon")
    for y, x in ((5, 5), (5, 40), (40, 40)):
        session.toolbox.press(PointerEvent(y, x))
    commands.select_frame(session, 1)
    assert not session.toolbox.busy
    assert not labels(session, 4).any()


def test_the_first_stroke_puts_a_series_in_progress(session: Session) -> None:
    opened, = commands.open_studies(session, study(clip()))
    stroke(session, 20, 20)
    assert opened.review.state is ReviewState.IN_PROGRESS
    commands.set_review(session, Review(ReviewState.APPROVED))
    stroke(session, 30, 20)
    assert opened.review.state is ReviewState.APPROVED


def test_areas_are_in_pixels_and_square_millimetres(session: Session) -> None:
    commands.open_studies(session, study(clip()))
    lesion = disc(ROWS, COLUMNS, center=(24, 30), radius=9)
    propose(session, {0: lesion})
    commands.accept_proposal(session)
    row, = commands.label_statistics(session)
    assert (row.name, row.area_px) == ("lesion", lesion.sum())
    assert row.area_mm2 == pytest.approx(lesion.sum() * 0.02)


def test_label_names_are_checked(session: Session) -> None:
    for name in ("", "  ", "Lesion"):
        with pytest.raises(UsageError):
            commands.add_label(session, name)
    commands.change_label(session, 1, name="Lesion")
    with pytest.raises(ValueError, match="colour"):
        commands.change_label(session, 1, color="blue")
    commands.use_label_set(session, "lung-us")
    assert [label.value for label in session.label_set] == [1, 2, 3, 4]
    while len(session.label_set) < 255:
        commands.add_label(session, f"label {len(session.label_set)}")
    with pytest.raises(UsageError) as caught:
        commands.add_label(session, "one too many")
    assert caught.value.message.id == "labels-full"


def test_the_tool_grows_and_shrinks_within_its_limits(session: Session) -> None:
    session.toolbox.choose("brush")
    session.toolbox.set_option("radius", 10.0)
    session.toolbox.resize(1)
    assert session.toolbox.options["radius"] == 11.0
    session.toolbox.resize(-2)
    assert 8.5 <= float(session.toolbox.options["radius"]) < 10
    for _ in range(80):
        session.toolbox.resize(-1)
    assert session.toolbox.options["radius"] == 0.5
    session.toolbox.resize(1)
    assert session.toolbox.options["radius"] == 1.0


def test_jobs_hold_what_is_shown(session: Session) -> None:
    with pytest.raises(UsageError):
        commands.segment_job(session)
    opened, = commands.open_studies(session, study(clip()))
    commands.select_frame(session, 2)
    job = commands.segment_job(session, model="seg-x")
    assert (job.series, job.frames, job.model, job.document_revision) == (opened.series, (2,), "seg-x", 0)
    assert commands.upscale_job(session, factor=2).frame == 2
    with pytest.raises(UsageError) as caught:
        commands.synthesize_job(session)
    assert caught.value.message.id == "nothing-labelled"
    stroke(session, 20, 20)
    made = commands.synthesize_job(session, seed=5, count=3)
    drawn = labels(session, 2).copy()
    commands.undo(session)
    assert (made.masks[0] == drawn).all()
    assert (made.seed, made.count) == (5, 3)


def test_frames_and_synthetic_images_become_samples(session: Session, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        commands.add_to_project(session)
    project = commands.open_project(session, tmp_path / "project", create=True)
    commands.open_studies(session, study(clip(value=90)))
    stroke(session, 20, 20)
    commands.select_frame(session, 3)
    propose(session, {3: disc(ROWS, COLUMNS, center=(24, 30), radius=9)})
    commands.accept_proposal(session)
    first, second = commands.add_to_project(session)
    assert (first.group, first.mask_provenance) == ("anna", Provenance(synthetic=False, producer="hand"))
    assert second.mask_provenance == MODEL
    stroke(session, 40, 50)
    again, = commands.add_to_project(session, [3])
    assert (again.id, again.mask_sha256 != second.mask_sha256) == (second.id, True)
    assert len(project.samples()) == 2
    image = SyntheticImage(np.full((32, 32), 7, np.uint8), disc(32, 32, center=(9, 9), radius=4),
                           Provenance(synthetic=True, producer="syn-x", seed=3), 0, "benign")
    added, = commands.add_synthetic_to_project(session, [image])
    assert added.synthetic
    shown = commands.open_synthetic(session, image)
    assert (shown.document.labels(0) == image.mask).all()
    assert shown.series.synthetic
    commands.close_project(session)
    assert session.settings["project"] == ""


def test_an_open_outline_that_is_given_up_is_told_of(tmp_path: Path) -> None:
    session = Session(Settings(tmp_path / "s.json"), folder=tmp_path / "j")
    told: list[str] = []
    session.problem.connect(lambda message: told.append(message.id))
    commands.open_series(session, ImageSeries.from_array(np.zeros((3, 20, 20), np.uint8), title="cine"))
    for tool, corners in (("polygon", 3), ("livewire", 2), ("polygon", 1)):
        session.toolbox.choose(tool)
        for y, x in ((2, 2), (2, 15), (15, 15))[:corners]:
            session.toolbox.press(PointerEvent(y, x))
            session.toolbox.release(PointerEvent(y, x))
        commands.select_frame(session, (session.frame + 1) % 3)
        assert not session.toolbox.busy
    assert told == ["outline-given-up"] * 2
    session.close()
