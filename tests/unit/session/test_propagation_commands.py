"""Which keyframes are carried where, and what a second propagation leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.cine import Mark
from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.session import commands
from medsynth_gui.session.correct_commands import store_correction
from medsynth_gui.session.propagation_commands import drift_neighbour, offer_carried, propagate_job
from medsynth_gui.session.session import Session
from tests.builders import disc

FRAMES, ROWS, COLUMNS = 12, 64, 80


def spot(frame: int) -> np.ndarray:
    return disc(ROWS, COLUMNS, center=(32, 30 + frame), radius=12)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(folder=tmp_path)
    texture = np.random.default_rng(1).normal(0, 12, (ROWS, COLUMNS))
    frames = np.stack([np.where(spot(frame), 40, 150) + np.roll(texture, frame, 1) for frame in range(FRAMES)])
    commands.open_series(made, ImageSeries.from_array(frames.clip(0, 255).astype(np.uint8), title="clip"))
    yield made
    made.close()


def paint(session: Session, frame: int) -> None:
    with session.document.step("before"):
        session.document.paint(Region(frame, 0, 0, ROWS, COLUMNS), spot(frame) > 0, 1)


def mark(session: Session, *frames: int) -> None:
    commands.set_marks(session, tuple(Mark(frame) for frame in frames))


def carry(session: Session, way: str = "both") -> ResultLayer:
    layer = propagate_job(session, way).run(JobContext())
    offer_carried(session, session.current, layer)
    return layer


@pytest.mark.parametrize(("way", "keys", "frames"), [
    ("both", (2, 5, 8), (3, 4, 6, 7)), ("forward", (2, 5, 8), (6, 7)), ("backward", (2, 5, 8), (3, 4)),
    ("all", (2, 5, 8), (0, 1, 3, 4, 6, 7, 9, 10, 11))])
def test_keyframes_bound_what_is_filled(session: Session, way: str, keys: tuple[int, ...],
                                        frames: tuple[int, ...]) -> None:
    for frame in (2, 5, 8, 11):
        paint(session, frame)
    mark(session, 2, 8, 10)
    commands.select_frame(session, 5)
    job = propagate_job(session, way)
    assert (tuple(job.keys), job.frames) == (keys, frames)
    assert Mark(5) in session.current.note.marks


def test_without_keyframes_the_frame_shown_is_carried_everywhere(session: Session) -> None:
    paint(session, 0)
    paint(session, 4)
    job = propagate_job(session)
    assert tuple(job.keys) == (0,) and job.frames == tuple(range(1, FRAMES))


@pytest.mark.parametrize(("way", "told"), [("both", "frame-unlabelled"), ("all", "frame-unlabelled"),
                                           ("backward", "no-frames-left")])
def test_nothing_to_carry_is_said(session: Session, way: str, told: str) -> None:
    if told == "no-frames-left":
        paint(session, 0)
    with pytest.raises(UsageError) as error:
        propagate_job(session, way)
    assert error.value.message.id == told and not session.current.note.marks


def test_a_corrected_frame_is_carried_to_the_next_keyframes_only(session: Session) -> None:
    from medsynth_gui.core.provenance import Provenance
    from medsynth_gui.jobs.refine import Answer

    paint(session, 0)
    paint(session, 8)
    mark(session, 8)
    before = carry(session, "all")
    assert set(before.masks) == set(range(1, 8)) | set(range(9, FRAMES)) and before.keys == (0, 8)
    assert min(2 * ((before.masks[f] > 0) & (spot(f) > 0)).sum() / ((before.masks[f] > 0).sum() + spot(f).sum())
               for f in before.masks) > 0.9
    assert min(before.consistency.values()) > 0.8 and set(before.consistency) == set(range(1, FRAMES))
    commands.select_frame(session, 4)
    store_correction(session, session.current, 4, 1, Answer(spot(4) > 0, 0.9, Provenance(synthetic=False,
                                                                                          producer="refiner")))
    assert 4 not in session.proposal.masks
    again = carry(session)
    assert set(again.masks) == {1, 2, 3, 5, 6, 7}
    layer = session.proposal
    assert set(layer.masks) == set(range(FRAMES)) - {0, 4, 8}
    assert all(layer.masks[frame] is before.masks[frame] for frame in (9, 10, 11))
    paint(session, 10)
    paint(session, 6)
    mark(session, 0, 4, 8, 10)
    commands.select_frame(session, 6)
    assert set(carry(session).masks) == {5, 7} and set(session.proposal.masks) == {1, 2, 3, 5, 7, 9, 11}
    assert commands.accept_proposal(session) and commands.undo(session) == "Accept Propagation"
    assert session.document.labelled_frames() == (0, 4, 6, 8, 10)


def test_drifted_frames_are_visited_in_turn(session: Session) -> None:
    from dataclasses import replace

    paint(session, 0)
    layer = replace(carry(session), drifted=(3, 7))
    commands.offer_proposal(session, session.current, layer)
    visited = []
    for _ in range(3):
        commands.select_frame(session, drift_neighbour(session, 1))
        visited.append(session.frame)
    assert visited == [3, 7, 3]
    commands.reject_proposal(session)
    assert drift_neighbour(session, 1) is None
