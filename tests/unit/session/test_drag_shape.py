"""Drag shape: parts move, bend and grow while the pointer moves; one drag is one step."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.session.tools.base import PointerEvent, Preview, ToolContext
from medsynth_gui.session.tools.drag_shape import DragShape
from tests.builders import disc

ROWS, COLUMNS = 96, 128
SHIFT = frozenset({"shift"})


class Hand:
    """A document with a disc of label 1 at (48, 64), and a hand with the tool."""

    def __init__(self) -> None:
        self.document = MaskDocument(1, ROWS, COLUMNS)
        self.tool, self.shown = DragShape(), Preview()
        self.ctx = ToolContext(self.document, 0, 1, str, frozenset(), {}, lambda: np.zeros((ROWS, COLUMNS), np.uint8),
                               show=self._show, pixel_px=3.0)
        self.paint(disc(ROWS, COLUMNS, center=(48, 64), radius=20), 1)
        self.tool.refresh(self.ctx)

    def _show(self, preview: Preview | None) -> None:
        self.shown = preview or Preview()

    def paint(self, mask: np.ndarray, value: int) -> None:
        with self.document.step("Paint"):
            self.document.paint(Region(0, 0, 0, ROWS, COLUMNS), mask.astype(bool), value)

    @property
    def labels(self) -> np.ndarray:
        return self.document.labels(0).copy()

    def drag(self, *places: tuple[float, float], held: frozenset[str] = frozenset(), release: bool = True) -> None:
        self.tool.press(PointerEvent(*places[0], held), self.ctx)
        for place in places[1:]:
            self.tool.move(PointerEvent(*place, held), self.ctx)
        if release:
            self.tool.release(PointerEvent(*places[-1], held), self.ctx)


def test_a_part_moves_with_what_lies_in_it_and_back_without_a_loss() -> None:
    hand = Hand()
    hand.paint(disc(ROWS, COLUMNS, center=(48, 64), radius=6), 2)
    before = hand.labels
    hand.drag((38, 54), (30, 50), (28, 64))
    assert np.array_equal(hand.labels, np.roll(before, (-10, 10), axis=(0, 1)))
    hand.document.undo()
    assert np.array_equal(hand.labels, before), "one drag is one step"


def test_a_part_that_was_pushed_out_and_back_in_one_drag_is_whole() -> None:
    hand = Hand()
    before = hand.labels
    hand.drag((48, 64), (-60, 64), (48, 64))
    assert np.array_equal(hand.labels, before)


def test_a_handle_bends_the_shape_near_it_only_and_the_mask_follows_at_once() -> None:
    hand = Hand()
    before = hand.labels
    right = max(hand.shown.handles, key=lambda point: point[1])
    hand.drag(right, (right[0], right[1] + 15), release=False)
    during = hand.labels
    assert during[round(right[0]), round(right[1]) + 11] == 1
    assert np.array_equal(during[:, :60], before[:, :60])
    hand.tool.cancel(hand.ctx)
    assert np.array_equal(hand.labels, before), "Esc gives the drag up"


@pytest.mark.parametrize(("away", "least", "most"), [(20.0, 3.2, 4.8), (-10.0, 0.15, 0.35)])
def test_shift_and_a_handle_scales(away: float, least: float, most: float) -> None:
    hand = Hand()
    before = hand.labels.sum()
    right = max(hand.shown.handles, key=lambda point: point[1])
    hand.drag(right, (right[0], right[1] + away), held=SHIFT)
    assert least < hand.labels.sum() / before < most


def test_nothing_under_the_pointer_nothing_happens() -> None:
    hand = Hand()
    before = hand.labels
    hand.drag((5, 5), (30, 30))
    assert np.array_equal(hand.labels, before) and hand.document.undo_name == "Paint"
