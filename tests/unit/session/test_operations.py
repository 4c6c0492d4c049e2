"""Whole-mask operations and copying between frames, as commands of a session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.cine import Mark
from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.session import commands
from medsynth_gui.session.frame_commands import copy_mask, interpolate_job, keyframes
from medsynth_gui.session.operations import OPERATION_SPECS, apply_changes, find_operation, operation_job
from medsynth_gui.session.session import Session
from tests.builders import disc

FRAMES, ROWS, COLUMNS = 9, 48, 64
OPERATIONS = [spec.id for spec in OPERATION_SPECS if not spec.shown_as_tool]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(folder=tmp_path)
    frames = np.random.default_rng(2).integers(0, 255, (FRAMES, ROWS, COLUMNS)).astype(np.uint8)
    commands.open_series(made, ImageSeries.from_array(frames, title="clip", spacing=PixelSpacing(0.5, 0.25, "manual")))
    made.label_set, made.active_label = LabelSet.named("lesion", "second", "third"), 1
    yield made
    made.close()


def paint(session: Session, frame: int, mask: np.ndarray, value: int = 1) -> None:
    with session.document.step("before"):
        session.document.paint(Region(frame, 0, 0, ROWS, COLUMNS), mask.astype(bool), value)


def spot(at: float = 30, radius: float = 8) -> np.ndarray:
    return disc(ROWS, COLUMNS, center=(24, at), radius=radius).astype(bool)


def messy(seed: int) -> np.ndarray:
    mask = spot(26, 14) & ~spot(26, 3)
    return mask | (np.random.default_rng(seed).random(mask.shape) < 0.03)


def do(session: Session, operation: str, *, all_frames: bool = False, **options: object) -> None:
    job = operation_job(session, operation, options, all_frames=all_frames)
    apply_changes(session, session.current, job.run(JobContext()), find_operation(operation).name)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_one_step_and_locked_labels_never_change(session: Session, operation: str) -> None:
    second, third = 2, 3
    for frame in (0, 3):
        paint(session, frame, messy(frame))
        paint(session, frame, spot(44, 5) & ~messy(frame), second)
        paint(session, frame, spot(20, 5), third)
    commands.change_label(session, second, locked=True)
    before = [session.document.labels(frame).copy() for frame in range(FRAMES)]
    options = {"cover": True, "how": "xor", "second": third, "size": 3.0}
    known = {option.key for option in find_operation(operation).options}
    do(session, operation, all_frames=True, **{key: value for key, value in options.items() if key in known})
    after = [session.document.labels(frame).copy() for frame in range(FRAMES)]
    assert any((a != b).any() for a, b in zip(before, after, strict=True))
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old == second, new == second)
    assert session.document.undo() == find_operation(operation).name
    for frame in range(FRAMES):
        assert np.array_equal(session.document.labels(frame), before[frame])
    commands.change_label(session, 1, locked=True)
    session.document.redo()
    locked = [session.document.labels(frame).copy() for frame in range(FRAMES)]
    do(session, operation, all_frames=True)
    assert all(np.array_equal(session.document.labels(frame), locked[frame]) for frame in range(FRAMES))


def test_grow_by_mm_respects_pixels_that_are_not_square(session: Session) -> None:
    point = np.zeros((ROWS, COLUMNS), bool)
    point[24, 30] = True
    paint(session, 0, point)
    do(session, "grow", size=2.0, unit="mm")
    found = session.document.labels(0) == 1
    assert np.flatnonzero(found.any(axis=1)).tolist() == list(range(20, 29))
    assert np.flatnonzero(found.any(axis=0)).tolist() == list(range(22, 39))


def test_islands_are_measured_in_mm2(session: Session) -> None:
    paint(session, 0, spot(12, 2) | spot(40, 6))
    do(session, "islands", size=5.0, unit="mm")  # 40 pixels of 0.125 mm²
    assert np.array_equal(session.document.labels(0) == 1, spot(40, 6))


def test_growing_stops_at_other_labels_unless_told(session: Session) -> None:
    paint(session, 0, spot(20, 6))
    paint(session, 0, spot(34, 6), 2)
    do(session, "grow", size=5.0)
    assert np.array_equal(session.document.labels(0) == 2, spot(34, 6))
    do(session, "grow", size=5.0, cover=True)
    assert (session.document.labels(0) == 2).sum() < spot(34, 6).sum()


def test_labels_are_combined_into_a_target(session: Session) -> None:
    paint(session, 0, spot(24))
    paint(session, 1, spot(32))
    do(session, "boolean", how="and", source="next", second=1, target=2)
    labels = session.document.labels(0)
    assert np.array_equal(labels == 2, spot(24) & spot(32))
    assert np.array_equal(labels == 1, spot(24) & ~spot(32))
    layer = ResultLayer({0: spot(24).astype(np.uint8)}, {}, Provenance(synthetic=False, producer="test"), "x")
    commands.offer_proposal(session, session.current, layer)
    do(session, "boolean", how="minus", source="proposal", second=1)
    assert not (session.document.labels(0) == 1).any()


def test_a_mask_is_copied_to_a_neighbour(session: Session) -> None:
    paint(session, 0, spot(24))
    paint(session, 0, spot(50, 4), 2)
    paint(session, 1, spot(34, 6), 2)
    assert copy_mask(session, 1)
    assert session.frame == 1
    there = session.document.labels(1)
    assert np.array_equal(there == 1, spot(24) & ~spot(34, 6)) and (there == 2).sum() > spot(34, 6).sum()
    assert session.document.undo() == "Copy to another frame"
    commands.select_frame(session, 0)
    assert copy_mask(session, 1, replace=True)
    assert np.array_equal(session.document.labels(1), session.document.labels(0))
    assert not copy_mask(session, 99)
    commands.select_frame(session, 0)
    assert copy_mask(session, 1, every_label=False) and copy_mask(session, 1, every_label=False)
    assert (session.document.labels(2) == 2).sum() == 0 < (session.document.labels(2) == 1).sum()
    commands.select_frame(session, 8)
    assert not copy_mask(session, -1)


def test_a_gap_between_labelled_frames_is_interpolated(session: Session) -> None:
    paint(session, 0, spot(16, 6))
    paint(session, 4, spot(40, 10))
    paint(session, 4, spot(8, 3), 2)
    paint(session, 8, spot(20, 8))
    commands.select_frame(session, 2)
    apply_changes(session, session.current, interpolate_job(session).run(JobContext()), "Interpolate")
    assert session.document.labelled_frames() == (0, 1, 2, 3, 4, 8)
    middle = spot(28, 8)
    assert ((session.document.labels(2) == 1) ^ middle).sum() < 0.12 * middle.sum()
    assert session.document.undo() == "Interpolate"
    apply_changes(session, session.current, interpolate_job(session, all_gaps=True).run(JobContext()), "Interpolate")
    assert session.document.labelled_frames() == tuple(range(FRAMES))
    assert not (session.document.labels(6) == 2).any()
    session.document.undo()
    assert session.document.labelled_frames() == (0, 4, 8)


def test_marked_keyframes_rule_over_labelled_ones(session: Session) -> None:
    for frame, at in ((0, 20), (4, 50), (8, 36)):
        paint(session, frame, spot(at))
    opened = session.current
    session.set_note(opened, replace(opened.note, marks=(Mark(0), Mark(8), Mark(3, "systole"))))
    assert keyframes(opened) == (0, 8)
    commands.select_frame(session, 4)
    apply_changes(session, opened, interpolate_job(session).run(JobContext()), "Interpolate")
    assert ((session.document.labels(4) == 1) ^ spot(28)).sum() < 0.12 * spot(28).sum()


def test_nothing_to_interpolate_is_said(session: Session) -> None:
    paint(session, 0, spot())
    with pytest.raises(UsageError) as told:
        interpolate_job(session)
    assert told.value.message.id == "no-gap"
    paint(session, 5, spot())
    commands.change_label(session, 1, locked=True)
    with pytest.raises(UsageError):
        interpolate_job(session)
