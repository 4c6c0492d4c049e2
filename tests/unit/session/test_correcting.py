"""Click to correct without a window: prompts, request ids, one undo step, parts of a proposal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.jobs.refine import Answer
from medsynth_gui.session import commands
from medsynth_gui.session.correct_commands import correction_preview, proposal_without, refine_job
from medsynth_gui.session.correcting import Stroke, prompts_of
from medsynth_gui.session.session import Session
from medsynth_gui.session.tools import PointerEvent
from tests.builders import disc

FRAMES, ROWS, COLUMNS = 3, 48, 64
MODEL = Provenance(synthetic=False, producer="refiner")
ALT, SHIFT = frozenset({"alt"}), frozenset({"shift"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(folder=tmp_path)
    commands.open_series(made, ImageSeries.from_array(np.zeros((FRAMES, ROWS, COLUMNS), np.uint8), title="clip"))
    made.label_set, made.active_label = LabelSet.named("lesion", "second"), 1
    made.toolbox.choose("correct")
    yield made
    made.close()


def spot(x: float = 30, radius: float = 8) -> npt.NDArray[np.bool_]:
    return disc(ROWS, COLUMNS, center=(24, x), radius=radius) > 0


def gesture(session: Session, *points: tuple[float, float], held: frozenset[str] = frozenset()) -> None:
    session.toolbox.press(PointerEvent(*points[0], held))
    for point in points[1:]:
        session.toolbox.move(PointerEvent(*point, held))
    session.toolbox.release(PointerEvent(*points[-1], held))


def answer(session: Session, mask: npt.NDArray[np.bool_], number: int | None = None) -> None:
    session.correcting.take(session.correcting.number if number is None else number, Answer(mask, 0.9, MODEL))


def labels(session: Session) -> npt.NDArray[np.uint8]:
    return session.document.labels(session.frame)


def paint(session: Session, mask: npt.NDArray[np.bool_], value: int = 1) -> None:
    with session.document.step("before"):
        session.document.paint(Region(session.frame, 0, 0, ROWS, COLUMNS), mask, value)


def propose(session: Session, mask: npt.NDArray[np.uint8]) -> None:
    layer = ResultLayer({0: mask, 2: mask}, {}, Provenance(synthetic=False, producer="model"), "Lesion",
                        session.document.revision)
    commands.offer_proposal(session, session.current, layer)


def test_gestures_become_prompts(session: Session) -> None:
    asked: list[int] = []
    session.correcting.wanted.connect(lambda _: asked.append(session.correcting.number))
    gesture(session, (10.5, 20.5))
    gesture(session, (30.5, 5.5), held=ALT)
    gesture(session, (24.5, 30.5), (24.5, 40.5))
    gesture(session, (40, 50), (8, 10), held=SHIFT)
    job = refine_job(session)
    told = job.prompts
    assert sorted(map(tuple, np.argwhere(told.positive).tolist())) == [(10, 20), *((24, x) for x in range(30, 41))]
    assert np.argwhere(told.negative).tolist() == [[30, 5]]
    assert told.box == (8, 10, 40, 50) and told.previous is None and job.frame == 0
    assert asked == sorted(set(asked)) and asked[-1] == session.correcting.number
    assert not labels(session).any() and session.document.undo_name is None


points = st.lists(st.tuples(st.floats(-5, ROWS + 5), st.floats(-5, COLUMNS + 5)), min_size=1, max_size=4)


@given(st.lists(st.tuples(points, st.booleans(), st.booleans()), max_size=5))
def test_a_pixel_is_never_told_both_ways_and_boxes_lie_inside(drawn: list) -> None:
    told = prompts_of([Stroke(tuple(line), positive, boxed) for line, positive, boxed in drawn], ROWS, COLUMNS, None)
    assert not (told.positive & told.negative).any()
    if told.box is not None:
        y0, x0, y1, x1 = told.box
        assert 0 <= y0 < y1 <= ROWS and 0 <= x0 < x1 <= COLUMNS


def test_each_gesture_refines_the_answer_before_and_enter_is_one_step(session: Session) -> None:
    gesture(session, (24, 30))
    answer(session, spot(radius=5))
    gesture(session, (24, 36))
    assert np.array_equal(session.correcting.prompts().previous, spot(radius=5))
    answer(session, spot())
    assert not labels(session).any()
    assert session.toolbox.finish() and not session.toolbox.busy
    assert np.array_equal(labels(session) == 1, spot())
    assert session.current.note.accepted[0].producer == "refiner"
    assert commands.undo(session) == "Correct" and not labels(session).any() and session.undo_name is None


def test_late_answers_are_dropped_and_enter_waits_for_the_newest(session: Session) -> None:
    gesture(session, (24, 30))
    first = session.correcting.number
    gesture(session, (24, 36))
    answer(session, spot(50), first)
    assert session.correcting.shown is None and session.correcting.waiting
    session.toolbox.finish()
    assert session.toolbox.busy and not labels(session).any()
    answer(session, spot())
    assert np.array_equal(labels(session) == 1, spot()) and not session.toolbox.busy
    answer(session, spot(50))
    assert np.array_equal(labels(session) == 1, spot())


def test_an_answer_to_half_a_scribble_is_shown_but_not_kept(session: Session) -> None:
    session.toolbox.press(PointerEvent(24, 20))
    session.toolbox.move(PointerEvent(24, 30))
    answer(session, spot(25))
    assert np.array_equal(session.correcting.shown.answer.mask, spot(25))
    session.toolbox.release(PointerEvent(24, 40))
    assert session.correcting.shown is None and session.correcting.prompts().previous is None


def test_undo_takes_the_last_prompt_back_and_its_answer_with_it(session: Session) -> None:
    gesture(session, (24, 30))
    answer(session, spot(radius=5))
    gesture(session, (24, 36))
    answer(session, spot())
    assert session.undo_name == "Prompt" and commands.redo(session) is not None
    commands.undo(session)
    assert np.array_equal(session.correcting.shown.answer.mask, spot(radius=5)) and not session.correcting.waiting
    commands.undo(session)
    assert not session.correcting.running and session.undo_name is None


@pytest.mark.parametrize("leave", [lambda s: s.toolbox.cancel(), lambda s: commands.select_frame(s, 1),
                                   lambda s: s.toolbox.choose("brush"), lambda s: commands.choose_label(s, 2)])
def test_a_correction_that_is_left_changes_nothing(session: Session, leave) -> None:
    gesture(session, (24, 30))
    asked = session.correcting.number
    leave(session)
    answer(session, spot(), asked)
    assert not session.correcting.running and not labels(session).any() and session.document.undo_name is None


def test_locked_labels_stay_and_a_locked_one_is_not_corrected(session: Session) -> None:
    paint(session, spot(38), 2)
    commands.change_label(session, 2, locked=True)
    gesture(session, (24, 30))
    answer(session, spot())
    session.toolbox.finish()
    assert np.array_equal(labels(session) == 2, spot(38)) and (labels(session) == 1).any()
    commands.change_label(session, 1, locked=True)
    told: list[str] = []
    session.problem.connect(lambda message: told.append(message.id))
    gesture(session, (24, 30))
    assert told == ["label-locked"] and not session.correcting.running


def test_what_says_nothing_is_told(session: Session) -> None:
    told: list[str] = []
    session.problem.connect(lambda message: told.append(message.id))
    gesture(session, (24, 30), held=ALT)
    gesture(session, (-9, -9))
    assert told == ["prompts-missing"] * 2 and not session.correcting.running


def test_a_correction_starts_from_the_proposal_and_takes_its_label_out_of_it(session: Session) -> None:
    both = spot(20).astype(np.uint8) + 2 * spot(50).astype(np.uint8)
    paint(session, spot(30, 3))
    propose(session, both)
    gesture(session, (24, 30), held=ALT)
    assert np.array_equal(session.correcting.prompts().previous, spot(20))
    assert set(np.unique(proposal_without(session.proposal, session))) == {0, 2}
    answer(session, spot(16))
    _, shown = correction_preview(session)
    assert (shown == 1).sum() == spot(16).sum() and (shown == 2).sum() == (spot(30, 3) & ~spot(16)).sum()
    session.toolbox.finish()
    assert np.array_equal(labels(session) == 1, spot(16)) and not (labels(session) == 2).any()
    assert set(np.unique(session.proposal.masks[0])) == {0, 2} and np.array_equal(session.proposal.masks[2], both)
    assert not commands.proposal_is_stale(session.current)


def test_a_lasso_accepts_a_part_and_the_rest_stays_proposed(session: Session) -> None:
    both = spot(16).astype(np.uint8) + spot(48).astype(np.uint8)
    propose(session, both)
    session.toolbox.choose("accept_part")
    gesture(session, (2, 2), (46, 2), (46, 32), (2, 32))
    assert np.array_equal(labels(session) == 1, spot(16)) and session.undo_name == "Accept a part of Lesion"
    assert np.array_equal(session.proposal.masks[0] == 1, spot(48)) and not commands.proposal_is_stale(session.current)
    gesture(session, (2, 34), (46, 34), (46, 62), (2, 62))
    assert 0 not in session.proposal.masks and np.array_equal(labels(session), both)
    told: list[str] = []
    session.problem.connect(lambda message: told.append(message.id))
    gesture(session, (2, 2), (46, 2), (46, 32))
    assert told == ["nothing-proposed-here"]
    commands.undo(session)
    assert np.array_equal(labels(session) == 1, spot(16))
