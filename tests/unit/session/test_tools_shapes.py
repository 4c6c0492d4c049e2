"""Outline and region tools: what a hand does with them, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.session.tools import PointerEvent, Preview
from medsynth_gui.session.tools.rules import Over
from tests.builders import disc
from tests.unit.session.tool_bench import ALT, COLUMNS, ROWS, Bench

SHIFT = frozenset({"shift"})


def blob(radius: float = 12, center: tuple[float, float] = (20, 30)) -> np.ndarray:
    return disc(ROWS, COLUMNS, center=center, radius=radius).astype(bool)


def speckled(mask: np.ndarray, low: int = 40, high: int = 150) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 6, mask.shape)
    return np.clip(np.where(mask, low, high) + noise, 0, 255).astype(np.uint8)


def last(bench: Bench) -> Preview:
    shown = bench.previews[-1]
    assert shown is not None
    return shown


def test_the_square_tip_and_the_pen_change_a_stroke() -> None:
    square = Bench("brush", radius=5.0, tip="square")
    square.click(20, 20)
    assert square.labels[15:25, 15:25].all() and square.labels.sum() == 100
    soft = Bench("brush", radius=8.0)
    soft.tool.press(PointerEvent(20, 20, pressure=0.5), soft.ctx)
    soft.tool.release(PointerEvent(20, 20, pressure=0.0), soft.ctx)
    firm = Bench("brush", radius=4.0)
    firm.click(20, 20)
    assert np.array_equal(soft.labels, firm.labels)
    plain = Bench("brush", radius=8.0, pressure=False)
    plain.tool.press(PointerEvent(20, 20, pressure=0.5), plain.ctx)
    assert plain.labels.sum() > 3 * soft.labels.sum()


def test_the_brush_keeps_to_gray_values_and_to_labels() -> None:
    bench = Bench("brush", radius=30.0, in_range=True, gray_low=10, gray_high=20)
    bench.image[10:20, 10:20] = 15
    bench.click(20, 20)
    assert bench.labels.sum() == 100 == bench.labels[10:20, 10:20].sum()
    for rule, expected in (("only:0", [2, 3]), ("never:2", [2, 9]), ("only:2", [9, 3]), ("", [9, 9])):
        over = Bench("brush", label=9, radius=200.0, over=rule)
        over.paint(blob(), 2)
        over.paint(~blob(), 3)
        over.click(20, 30)
        assert [int(over.labels[20, 30]), int(over.labels[0, 0])] == expected


@pytest.mark.parametrize("text", ["", "only:0,3", "never:1", "only:"])
def test_rules_of_painting_over_are_kept_as_text(text: str) -> None:
    assert Over.parse(text).text == text
    assert not Over.parse("nonsense").text


def test_corners_of_a_polygon_are_dragged_inserted_and_taken_back() -> None:
    bench = Bench("polygon")
    for corner in ((5, 5), (5, 45), (35, 45), (35, 5), (20, 20)):
        bench.click(*corner)
    bench.tool.step_back(bench.ctx)
    bench.drag((5, 45), (5, 50), (5, 55))  # a corner
    bench.drag((35, 25), (37, 25), (39, 25))  # an edge
    bench.tool.finish(bench.ctx)
    expected = Bench("polygon")
    for corner in ((5, 5), (5, 55), (35, 45), (39, 25), (35, 5)):
        expected.click(*corner)
    expected.tool.finish(expected.ctx)
    assert np.array_equal(bench.labels, expected.labels)
    assert bench.document.undo() == "Polygon"


def test_dragging_the_first_corner_does_not_close_it() -> None:
    bench = Bench("polygon")
    for corner in ((5, 5), (5, 45), (35, 45)):
        bench.click(*corner)
    bench.drag((5, 5), (25, 5), (30, 5))
    assert bench.tool.busy and not bench.labels.any()


def test_shapes_of_one_drag() -> None:
    box = Bench("rectangle")
    box.drag((5, 8), (7, 9), (15, 28))
    assert box.labels[5:15, 8:28].all() and box.labels.sum() == 200
    square = Bench("rectangle")
    square.drag((5, 8), (7, 28), modifiers=SHIFT)
    assert square.labels[5:25, 8:28].sum() == 400
    circle = Bench("ellipse")
    circle.drag((8, 18), (32, 42))
    assert np.array_equal(circle.labels.astype(bool), disc(ROWS, COLUMNS, center=(19.5, 29.5), radius=12).astype(bool))
    lasso = Bench("lasso")
    lasso.drag((5, 5), (5, 25), (25, 25), (25, 5))
    assert lasso.labels[5:25, 5:25].all() and lasso.document.undo() == "Lasso"
    for bench in (box, square, circle):
        bench.drag((0, 0), (40, 60), modifiers=ALT)
        assert bench.labels.sum() < 1400 and bench.labels[20, 20] == 0


def test_the_wand_follows_the_hand_and_keeps_its_tolerance() -> None:
    bench = Bench("wand", tolerance=5, smooth=0.0)
    bench.image[:] = np.arange(COLUMNS) * 4
    bench.tool.press(PointerEvent(20, 30), bench.ctx)
    first = last(bench).stamp.mask.sum()  # type: ignore[union-attr]
    bench.hover(5, 30)
    wider = last(bench).stamp  # type: ignore[union-attr]
    assert wider.mask.sum() > first and not bench.labels.any()
    bench.tool.release(PointerEvent(5, 30), bench.ctx)
    assert bench.labels.sum() == wider.mask.sum()
    assert bench.ctx.options["tolerance"] == 10
    assert (bench.previews[-1], bench.document.undo()) == (None, "Wand")


def test_threshold_by_otsu_follows_its_options_until_enter() -> None:
    bench = Bench("threshold", smooth=0.0)
    bench.image[:] = speckled(blob())
    bench.drag((2, 12), (38, 48))
    assert np.array_equal(_whole(last(bench)), blob()) and not bench.labels.any()
    bench.set_option("method", "bright")
    assert not (_whole(last(bench)) & blob()).any()
    bench.set_option("method", "manual")
    bench.set_option("high", 80)
    bench.tool.finish(bench.ctx)
    assert np.array_equal(bench.labels.astype(bool), blob())
    assert bench.document.undo() == "Threshold"


def test_a_click_with_threshold_takes_the_whole_view() -> None:
    bench = Bench("threshold", smooth=0.0, largest=True)
    bench.image[:] = speckled(blob() | blob(3, (35, 5)))
    bench.click(3, 3)
    bench.tool.finish(bench.ctx)
    assert np.array_equal(bench.labels.astype(bool), blob())


def test_grab_cut_from_a_box_and_scribbles() -> None:
    bench = Bench("grab_cut", scribble=1.5)
    truth, other = blob(10, (20, 24)), blob(4, (20, 40))
    bench.image[:] = speckled(truth | other)
    bench.drag((7, 11), (33, 46))
    found = _whole(last(bench))
    assert (found & truth).sum() > 0.8 * truth.sum() and not bench.labels.any()
    bench.drag((20, 37), (20, 44), modifiers=ALT)
    without = _whole(last(bench))
    assert not without[20, 38:44].any() and without[20, 24]
    bench.tool.step_back(bench.ctx)
    assert np.array_equal(_whole(last(bench)), found)
    bench.drag((20, 37), (20, 44))
    both = _whole(last(bench))
    assert both[20, 38:44].all()
    bench.tool.finish(bench.ctx)
    assert np.array_equal(bench.labels.astype(bool), both)
    assert bench.document.undo() == "GrabCut"


def test_livewire_follows_an_edge_between_few_clicks() -> None:
    bench = Bench("livewire")
    truth = blob(14)
    bench.image[:] = speckled(truth, 30, 200)
    for corner in ((6, 30), (20, 44), (34, 30)):
        bench.click(*corner)
    bench.click(20, 16)
    bench.hover(10, 18)
    bench.tool.step_back(bench.ctx)
    assert len(last(bench).handles or ()) == 3
    bench.click(20, 16)
    bench.tool.finish(bench.ctx)
    assert (bench.labels.astype(bool) ^ truth).sum() < 0.15 * truth.sum()
    assert bench.document.undo() == "Livewire"


def test_the_smart_brush_paints_patches_that_keep_to_edges() -> None:
    bench = Bench("smart_brush", size=10)
    truth = blob(13)
    bench.image[:] = speckled(truth, 30, 200)
    bench.hover(20, 30)
    assert last(bench).stamp is not None and not bench.labels.any()
    bench.drag((20, 30), (14, 30), (14, 24), (26, 24), (26, 36), (14, 36))
    painted = bench.labels.astype(bool)
    assert (painted & ~truth).sum() < 0.1 * painted.sum() and painted.sum() > 0.5 * truth.sum()
    assert bench.document.undo() == "Smart brush" and bench.document.undo() is None


@pytest.mark.parametrize(("becomes", "piece"), [(0, 0), (3, 3)])
def test_scissors_take_the_smaller_piece_off(becomes: int, piece: int) -> None:
    bench = Bench("scissors", becomes=becomes)
    bench.paint(blob(), 1)
    bench.paint(blob(3, (5, 55)), 2)
    bench.drag((0, 36), (39, 36))
    assert (bench.labels[blob()] == 1).sum() > (bench.labels[blob()] == piece).sum() > 0
    assert bench.labels[20, 30] == 1 and bench.labels[20, 40] == piece
    assert (bench.labels == 2).sum() == blob(3, (5, 55)).sum()
    assert bench.document.undo() == "Cut"
    assert np.array_equal(bench.labels == 1, blob())


def test_editing_an_outline_changes_only_what_was_dragged() -> None:
    bench = Bench("edit_outline", detail=1.0)
    ring = blob(14) & ~blob(4)
    bench.paint(ring, 2)
    bench.click(20, 40)
    assert bench.tool.busy
    bench.tool.finish(bench.ctx)
    assert np.array_equal(bench.labels == 2, ring) and bench.document.undo() == "before"
    bench.document.redo()
    bench.click(20, 40)
    top = min(last(bench).handles or ())
    bench.drag(top, (2, 30), (1, 30))
    bench.tool.finish(bench.ctx)
    now = bench.labels == 2
    assert now[4, 30] and not now[20, 30]
    assert np.array_equal(now[22:], ring[22:])
    assert bench.document.undo() == "Edit outline"
    assert np.array_equal(bench.labels == 2, ring)


def test_an_outline_gets_and_loses_handles() -> None:
    bench = Bench("edit_outline", detail=3.0)
    square = np.zeros((ROWS, COLUMNS), bool)
    square[10:30, 10:40] = True
    bench.paint(square, 1)
    bench.click(20, 20)
    handles = len(last(bench).handles or ())
    bench.drag((10.25, 25), (8, 25), (4, 25))
    assert len(last(bench).handles or ()) == handles + 1
    bench.tool.step_back(bench.ctx)
    assert len(last(bench).handles or ()) == handles
    bench.tool.cancel(bench.ctx)
    assert np.array_equal(bench.labels == 1, square)


def _whole(preview: Preview) -> np.ndarray:
    assert preview.stamp is not None
    full = np.zeros((ROWS, COLUMNS), bool)
    full[preview.stamp.region.slices] = preview.stamp.mask
    return full


def test_undo_in_a_gesture_takes_back_its_last_change() -> None:
    bench = Bench("polygon")
    for corner in ((5, 5), (5, 30), (30, 30)):
        bench.click(*corner)
    bench.tool.undo(bench.ctx)
    assert bench.tool.busy and last(bench).points[:-1] == ((5, 5), (5, 30))
    bench = Bench("edit_outline")
    bench.paint(blob(), 1)
    bench.click(20, 30)
    first = last(bench)
    assert first.handles
    for grip, to in zip(first.handles[:3:2], ((1.0, 1.0), (2.0, 50.0)), strict=True):
        bench.drag(grip, to)
    bench.tool.undo(bench.ctx)
    assert (1.0, 1.0) in last(bench).handles and (2.0, 50.0) not in last(bench).handles
    bench.tool.undo(bench.ctx)
    assert last(bench) == first
    bench.tool.undo(bench.ctx)
    assert not bench.tool.busy


@pytest.mark.parametrize(("tool_id", "options"), [
    ("threshold", {"method": "manual", "low": 90, "high": 10, "smooth": 0.0}),
    ("rectangle", {"in_range": True, "gray_low": 90, "gray_high": 10})])
def test_gray_limits_are_taken_in_either_order(tool_id: str, options: dict[str, object]) -> None:
    bench = Bench(tool_id, over="", **options)
    bench.image[:20] = 50
    bench.drag((10, 10), (30, 40))
    bench.tool.finish(bench.ctx)
    assert bench.labels[15, 20] == 1 and not bench.labels[20:].any()
