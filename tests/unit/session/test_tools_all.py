"""What holds for every drawing tool, whatever a hand does with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medsynth_gui.core.errors import InputError
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.toolbox import Toolbox
from medsynth_gui.session.tools import TOOLS, PointerEvent
from tests.unit.session.tool_bench import COLUMNS, ROWS, Bench

DRAWING = [spec.id for spec in TOOLS if spec.group != "measure"]
point = st.tuples(st.floats(-6, ROWS + 6), st.floats(-6, COLUMNS + 6))
held = st.sampled_from([frozenset(), frozenset({"alt"}), frozenset({"shift"})])
gesture = st.one_of(
    st.tuples(st.just("drag"), st.lists(point, min_size=1, max_size=4), held),
    st.tuples(st.sampled_from(["finish", "cancel", "step_back", "refresh", "double", "hover"]),
              st.lists(point, min_size=1, max_size=1), held))
LABELS = np.repeat(np.repeat(np.random.default_rng(5).integers(0, 4, (5, 6), np.uint8), 8, axis=0), 10, axis=1)
IMAGE = np.random.default_rng(6).integers(0, 256, (ROWS, COLUMNS)).astype(np.uint8) // 16 + LABELS * 50


def bench_with(tool_id: str, *, label: int, locked: frozenset[int]) -> Bench:
    unlocked: set[int] = set()
    bench = Bench(tool_id, label=label, locked=unlocked, **{"becomes": 3} if tool_id == "scissors" else {})
    for value in (1, 2, 3):
        bench.paint(value == LABELS, value)
    object.__setattr__(bench.ctx, "locked", locked)
    bench.document._locked = lambda: locked
    bench.image[:] = IMAGE
    return bench


def play(bench: Bench, gestures: list[tuple[str, list[tuple[float, float]], frozenset[str]]]) -> None:
    for what, points, modifiers in gestures:
        event = PointerEvent(*points[0], modifiers)
        if what == "drag":
            bench.drag(*points, modifiers=modifiers)
        elif what in ("double", "hover"):
            (bench.tool.double_click if what == "double" else bench.tool.move)(event, bench.ctx)
        elif what in ("finish", "cancel") or bench.tool.busy:
            getattr(bench.tool, what)(bench.ctx)
    bench.tool.finish(bench.ctx)
    bench.tool.cancel(bench.ctx)


@pytest.mark.parametrize("tool_id", DRAWING)
@settings(max_examples=12)
@given(gestures=st.lists(gesture, min_size=1, max_size=6), label=st.sampled_from([1, 2]))
def test_locked_labels_never_change_and_undo_gives_the_first_bytes(tool_id: str, gestures: list, label: int) -> None:
    bench = bench_with(tool_id, label=label, locked=frozenset({2, 3}))
    play(bench, gestures)
    assert not bench.tool.busy and not bench.document.stepping
    for value in (2, 3):
        assert np.array_equal(bench.labels == value, value == LABELS)
    last = bench.labels.copy()
    steps = 0
    while bench.document.undo_name != "before":
        bench.document.undo()
        steps += 1
    assert np.array_equal(bench.labels, LABELS)
    for _ in range(steps):
        bench.document.redo()
    assert np.array_equal(bench.labels, last)


@pytest.mark.parametrize("tool_id", DRAWING)
@settings(max_examples=8)
@given(gestures=st.lists(gesture.filter(lambda step: step[0] not in ("finish", "double")), min_size=1, max_size=4))
def test_escape_leaves_what_finished_gestures_made(tool_id: str, gestures: list) -> None:
    bench = bench_with(tool_id, label=1, locked=frozenset())
    for step in gestures[:-1]:
        play(bench, [step])
    before = bench.labels.copy()
    bench.tool.press(PointerEvent(*gestures[-1][1][0], gestures[-1][2]), bench.ctx)
    bench.tool.cancel(bench.ctx)
    if tool_id != "fill":  # a press of fill is a whole gesture
        assert np.array_equal(bench.labels, before)
    assert not bench.tool.busy


def test_a_tool_that_fails_leaves_the_mask_and_can_be_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench("brush")
    toolbox = Toolbox(Settings(), lambda: bench.ctx)
    toolbox.choose("brush")
    toolbox.press(PointerEvent(20, 20))
    with monkeypatch.context() as broken:
        broken.setattr(bench.document, "paint", lambda *_: 1 / 0)
        with pytest.raises(RuntimeError, match="Brush: division by zero"):
            toolbox.move(PointerEvent(20, 30))
    assert not bench.document.stepping and not bench.labels.any() and not toolbox.busy
    toolbox.press(PointerEvent(20, 20))
    toolbox.release(PointerEvent(20, 20))
    assert bench.labels.any()


@pytest.mark.parametrize("tool_id", ["wand", "smart_brush", "livewire", "grab_cut"])
def test_a_frame_that_cannot_be_decoded_is_told_by_the_tool_that_needs_it(tool_id: str) -> None:
    def image() -> np.ndarray:
        raise InputError("image-damaged", path="cut.jpg", detail="it ends early")

    bench = Bench(tool_id)
    bench.ctx = replace(bench.ctx, image=image)
    toolbox = Toolbox(Settings(), lambda: bench.ctx)
    toolbox.choose(tool_id)
    toolbox.press(PointerEvent(10, 10))
    toolbox.move(PointerEvent(20, 30))
    toolbox.release(PointerEvent(20, 30))
    assert set(bench.told) == {"image-damaged"}
    assert not toolbox.busy and not bench.document.stepping and not bench.labels.any()
