"""Tools: gestures in image coordinates, one undo step each; Esc leaves the mask as it was."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.geometry import Region
from medsynth_gui.session.tools import TOOLS, PointerEvent
from tests.unit.session.tool_bench import ALT, COLUMNS, ROWS, Bench


def test_a_stroke_is_one_step_without_gaps() -> None:
    bench = Bench("brush", radius=3.0)
    bench.drag((10, 10), (10, 30), (30, 50))
    assert (bench.labels[10, 8:30] == 1).all()
    assert bench.labels[20, 40] == 1
    assert bench.document.undo() == "Brush"
    assert not bench.labels.any()
    assert bench.document.undo() is None


def test_alt_and_the_eraser_remove() -> None:
    bench = Bench("brush", radius=5.0)
    bench.click(20, 20)
    bench.click(20, 20, ALT)
    assert not bench.labels.any()
    eraser = Bench("eraser", radius=5.0)
    with eraser.document.step("before"):
        eraser.document.paint(_all(), np.ones((ROWS, COLUMNS), bool), 1)
    eraser.click(20, 20)
    assert eraser.labels[20, 20] == 0
    assert eraser.labels[5, 5] == 1


def test_the_eraser_may_spare_other_labels() -> None:
    bench = Bench("eraser", label=2, radius=8.0, active_only=True)
    with bench.document.step("before"):
        bench.document.paint(_all(), np.ones((ROWS, COLUMNS), bool), 1)
        bench.document.paint(_all(), np.tri(ROWS, COLUMNS, dtype=bool), 2)
    bench.click(20, 20)
    assert bench.labels[20, 19] == 0
    assert bench.labels[20, 22] == 1


def test_escape_in_the_middle_of_a_stroke_leaves_the_mask_as_it_was() -> None:
    bench = Bench("brush", radius=3.0)
    bench.click(5, 5)
    before = bench.labels.copy()
    bench.tool.press(PointerEvent(20, 20), bench.ctx)
    bench.tool.move(PointerEvent(30, 40), bench.ctx)
    assert bench.tool.busy
    bench.tool.cancel(bench.ctx)
    bench.tool.release(PointerEvent(30, 40), bench.ctx)
    assert (bench.labels == before).all()
    assert not bench.tool.busy
    assert not bench.document.stepping


@pytest.mark.parametrize("tool_id", ["brush", "polygon", "fill"])
def test_a_locked_label_is_not_painted_and_the_person_is_told(tool_id: str) -> None:
    bench = Bench(tool_id, locked=[1])
    bench.click(20, 20)
    assert bench.told == ["label-locked"]
    assert not bench.labels.any()
    assert not bench.tool.busy


@pytest.mark.parametrize("how", ["enter", "double click", "first corner"])
def test_a_polygon_closes(how: str) -> None:
    bench = Bench("polygon")
    for corner in ((5, 5), (5, 25), (25, 25), (25, 5)):
        bench.click(*corner)
    assert not bench.labels.any()
    shown = bench.previews[-1]
    assert shown is not None
    assert shown.points[:4] == ((5, 5), (5, 25), (25, 25), (25, 5))
    {"enter": lambda: bench.tool.finish(bench.ctx),
     "double click": lambda: bench.tool.double_click(PointerEvent(25, 5), bench.ctx),
     "first corner": lambda: bench.click(6, 7)}[how]()
    assert bench.labels.sum() == 400
    assert (bench.labels[5:25, 5:25] == 1).all()
    assert (bench.previews[-1], bench.tool.busy) == (None, False)
    assert bench.document.undo() == "Polygon"


def test_a_polygon_tells_that_the_next_click_closes_it() -> None:
    bench = Bench("polygon")
    for corner in ((5, 5), (5, 45), (25, 45)):
        bench.click(*corner)
    bench.tool.move(PointerEvent(20, 20), bench.ctx)
    bench.tool.move(PointerEvent(6, 6), bench.ctx)
    assert [preview.closed for preview in bench.previews[-2:] if preview] == [False, True]


def test_escape_drops_a_polygon() -> None:
    bench = Bench("polygon")
    for corner in ((5, 5), (5, 45), (25, 45)):
        bench.click(*corner)
    bench.tool.cancel(bench.ctx)
    bench.tool.finish(bench.ctx)
    assert not bench.labels.any()
    assert bench.previews[-1] is None


def test_fill_stays_inside_an_outline() -> None:
    bench = Bench("fill", label=2)
    with bench.document.step("outline"):
        bench.document.paint(_all(), _ring(), 1)
    bench.click(20, 20)
    assert (bench.labels[11:29, 11:29] == 2).all()
    assert bench.labels[10, 20] == 1
    assert bench.labels[0, 0] == 0
    assert bench.document.undo() == "Fill"


def test_fill_follows_the_image_within_a_tolerance() -> None:
    bench = Bench("fill", follow_image=True, tolerance=5)
    bench.image[10:20, 10:20] = 100
    bench.image[12, 12] = 104
    bench.image[19, 19] = 120
    bench.click(15, 15)
    assert bench.labels.sum() == 99
    bench.click(15, 15, ALT)
    assert not bench.labels.any()


def test_clicks_outside_the_image_do_nothing() -> None:
    for spec in TOOLS:
        bench = Bench(spec.id)
        bench.click(-50, 500)
        bench.tool.cancel(bench.ctx)
        assert not bench.labels.any()


def test_the_table_is_consistent() -> None:
    assert len({spec.id for spec in TOOLS}) == len({spec.shortcut for spec in TOOLS}) == len(TOOLS)
    for spec in TOOLS:
        assert spec.icon.startswith("ph.")
        assert (spec.cursor == "circle") == ("radius" in spec.defaults)
        for option in spec.options:
            assert option.clamped(option.default) == option.default
            assert option.kind not in ("int", "float") or option.clamped(1e9) == option.high
            assert option.kind != "choice" or option.clamped("nothing such") == option.default


def _all() -> Region:
    return Region(0, 0, 0, ROWS, COLUMNS)


def _ring() -> np.ndarray:
    ring = np.zeros((ROWS, COLUMNS), bool)
    ring[10:30, 10:30] = True
    ring[11:29, 11:29] = False
    return ring
