"""MaskDocument: any sequence of gestures can be undone and done again; locked labels never change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_document import DocumentEvent, MaskDocument

FRAMES, ROWS, COLUMNS = 2, 290, 280

# Around the corner where four tiles meet, so that boxes overlap each other and the edges of tiles and image.
box = st.builds(lambda f, y, x, h, w: Region(f, y, x, y + h, x + w), st.integers(0, FRAMES - 1),
                st.integers(225, ROWS), st.integers(225, COLUMNS), st.integers(1, 50), st.integers(1, 50))
paint = st.tuples(box, st.integers(0, 3), st.integers(0, 2**32 - 1))
gesture = st.tuples(st.just("step"), st.lists(paint, min_size=1, max_size=4))
other = st.tuples(st.sampled_from(["undo", "redo", "rollback", "lock 1", "lock 2", "unlock", "rest"]), st.just([]))
script = st.lists(st.one_of(gesture, other), max_size=14)


def everything(document: MaskDocument) -> bytes:
    return b"".join(document.labels(frame).tobytes() for frame in range(FRAMES))


def draw(document: MaskDocument, paints: list[tuple[Region, int, int]]) -> None:
    for region, value, seed in paints:
        mask = np.random.default_rng(seed).random((region.height, region.width)) < 0.7
        document.paint(region, mask, value)


class Stage:
    """A document with locks that a script may change; checks locked pixels at each step."""

    def __init__(self, history_bytes: int = 1 << 30) -> None:
        self.locked: set[int] = set()
        self.document = MaskDocument(FRAMES, ROWS, COLUMNS, locked=lambda: self.locked, history_bytes=history_bytes)

    def play(self, action: str, paints: list[tuple[Region, int, int]]) -> None:
        before = np.frombuffer(everything(self.document), np.uint8)
        if action == "step":
            with self.document.step("draw"):
                draw(self.document, paints)
            after = np.frombuffer(everything(self.document), np.uint8)
            for value in self.locked:
                assert ((before == value) == (after == value)).all()
        elif action == "rollback":
            self.document.begin("given up")
            draw(self.document, [(Region(0, 240, 240, 280, 265), 3, 1), (Region(1, -9, -9, 40, 40), 2, 2)])
            self.document.rollback()
            assert everything(self.document) == before.tobytes()
        elif action.startswith("lock"):
            self.locked.add(int(action[-1]))
        else:
            actions: dict[str, Callable[[], object]] = {"undo": self.document.undo, "redo": self.document.redo,
                                                        "rest": self.document.rest, "unlock": self.locked.clear}
            actions[action]()


@settings(max_examples=40, deadline=None)
@given(script)
def test_undo_all_gives_the_first_bytes_and_redo_all_the_last(actions: list[tuple[str, list]]) -> None:
    stage = Stage()
    for action, paints in actions:
        stage.play(action, paints)
    document, last = stage.document, everything(stage.document)
    steps = 0
    while document.redo():
        steps += 1
    end = everything(document)
    for _ in range(steps):
        document.undo()
    assert everything(document) == last
    while document.undo():
        pass
    assert not any(everything(document))
    while document.redo():
        pass
    assert everything(document) == end


@given(paint, st.sets(st.integers(0, 3)), st.integers(0, 2**32 - 1))
def test_locked_labels_neither_lose_nor_gain_a_pixel(stroke: tuple[Region, int, int], locked: set[int],
                                                     seed: int) -> None:
    stage = Stage()
    with stage.document.step("before"):
        for value in (1, 2, 3):
            mask = np.random.default_rng(seed + value).random((ROWS, COLUMNS)) < 0.4
            stage.document.paint(Region(stroke[0].frame, 0, 0, ROWS, COLUMNS), mask, value)
    stage.locked = locked
    stage.play("step", [stroke])


@settings(max_examples=25, deadline=None)
@given(script)
def test_replayed_events_give_the_same_document(actions: list[tuple[str, list]]) -> None:
    stage, events = Stage(), []
    stage.document.recorded.connect(events.append)
    for action, paints in actions:
        stage.play(action, paints)
    twin = MaskDocument(FRAMES, ROWS, COLUMNS)
    for event in events:
        twin.replay(event)
    assert twin.state() == stage.document.state()
    third = MaskDocument(FRAMES, ROWS, COLUMNS)
    third.restore(stage.document.state())
    assert everything(third) == everything(stage.document)
    assert third.undo() == stage.document.undo()
    assert everything(third) == everything(stage.document)


@given(box, st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_changed_covers_every_written_pixel(region: Region, seed: int) -> None:
    document, seen = MaskDocument(FRAMES, ROWS, COLUMNS), np.zeros((FRAMES, ROWS, COLUMNS), bool)
    document.changed.connect(lambda r: seen[r.frame].__setitem__(r.slices, True))
    with document.step("draw"):
        draw(document, [(region, 2, seed)])
    labels = np.stack([document.labels(frame) for frame in range(FRAMES)])
    assert not labels[~seen].any()
    painted = labels.any()
    seen[:] = False
    document.undo()
    assert seen[labels > 0].all()
    assert painted == (document.redo_name is not None)


def test_an_error_inside_a_step_takes_everything_back() -> None:
    document = MaskDocument(1, 40, 40)

    def fail() -> None:
        with document.step("bad"):
            document.paint(Region(0, 0, 0, 9, 9), np.ones((9, 9), bool), 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not document.labels(0).any()
    assert document.undo() is None
    assert document.revision == 0


def test_undo_goes_back_behind_the_first_of_several_paints() -> None:
    document = MaskDocument(1, 300, 300)
    with document.step("before"):
        document.paint(Region(0, 240, 240, 270, 270), np.ones((30, 30), bool), 3)
    before = document.labels(0).copy()
    with document.step("over and over"):
        for value in (1, 2, 1):
            document.paint(Region(0, 250, 250, 290, 290), np.ones((40, 40), bool), value)
    assert document.undo() == "over and over"
    assert (document.labels(0) == before).all()


def test_history_is_bounded_by_bytes_and_keeps_the_latest_step() -> None:
    document = MaskDocument(1, 256, 256, history_bytes=4000)
    for k in range(60):
        with document.step(f"step {k}"):
            mask = np.random.default_rng(k).random((64, 64)) < 0.5
            document.paint(Region(0, 0, 0, 64, 64), mask, k + 1)
    names = []
    while name := document.undo():
        names.append(name)
    assert names[0] == "step 59"
    assert 1 <= len(names) < 20
    tiny = MaskDocument(1, 64, 64, history_bytes=1)
    with tiny.step("only"):
        tiny.paint(Region(0, 0, 0, 9, 9), np.ones((9, 9), bool), 1)
    assert tiny.undo() == "only"


def test_a_step_without_change_leaves_no_trace() -> None:
    document = MaskDocument(1, 30, 30)
    events: list[DocumentEvent] = []
    document.recorded.connect(events.append)
    with document.step("nothing"):
        document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 0)
    assert (events, document.undo_name, document.revision) == ([], None, 0)
    with document.step("there and back"):
        document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 1)
        document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 0)
    assert [event.kind for event in events] == ["begin", "paint", "paint", "abandon"]
    assert document.undo_name is None


def test_a_new_step_forgets_what_could_be_redone() -> None:
    document = MaskDocument(1, 30, 30)
    for value in (1, 2):
        with document.step(f"paint {value}"):
            document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), value)
    document.undo()
    with document.step("paint 3"):
        document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 3)
    assert (document.redo(), document.undo_name) == (None, "paint 3")


def test_wrong_use_is_refused() -> None:
    document = MaskDocument(1, 30, 30)
    with pytest.raises(RuntimeError, match="open step"):
        document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 1)
    document.begin("one")
    with pytest.raises(RuntimeError, match="still open"):
        document.begin("two")
    with pytest.raises(ValueError, match="fill"):
        document.paint(Region(0, 0, 0, 5, 6), np.ones((5, 5), bool), 1)
    assert document.undo() is None
