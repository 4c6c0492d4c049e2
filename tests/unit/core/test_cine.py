"""The cine's clock and its marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.cine import Mark, Playhead, PlayMode, neighbour, toggled


def played(mode: PlayMode, count: int, ticks: int, start: int = 0) -> list[int]:
    head, frames = Playhead(start), []
    for _ in range(ticks):
        head = head.advanced(1, count, mode)
        frames.append(head.frame)
        if head.ended:
            break
    return frames


@pytest.mark.parametrize(("mode", "frames"), [
    (PlayMode.LOOP, [1, 2, 3, 0, 1, 2, 3, 0]), (PlayMode.PING_PONG, [1, 2, 3, 2, 1, 0, 1, 2]),
    (PlayMode.ONCE, [1, 2, 3])])
def test_what_happens_at_the_end(mode: PlayMode, frames: list[int]) -> None:
    assert played(mode, 4, 8) == frames


@given(st.sampled_from(PlayMode), st.integers(2, 9), st.lists(st.integers(1, 30), max_size=12))
def test_frames_that_are_left_out_change_nothing(mode: PlayMode, count: int, jumps: list[int]) -> None:
    """A slow machine that shows every third frame is at the same place as a fast one."""
    fast = slow = Playhead(0)
    for jump in jumps:
        slow = slow.advanced(jump, count, mode)
        for _ in range(jump):
            fast = fast.advanced(1, count, mode)
        assert (slow.frame, slow.ended) == (fast.frame, fast.ended)
        assert 0 <= slow.frame < count


def test_marks_are_set_and_taken_away_in_order() -> None:
    marks = toggled(toggled(toggled((), Mark(7)), Mark(2, "systole")), Mark(7, "diastole"))
    assert marks == (Mark(2, "systole"), Mark(7), Mark(7, "diastole"))
    assert toggled(marks, Mark(7)) == (Mark(2, "systole"), Mark(7, "diastole"))
    frames = [mark.frame for mark in marks]
    assert [neighbour(frames, f, d) for f, d in ((2, 1), (7, -1), (7, 1), (0, -1), (3, 1))] == [7, 2, None, None, 7]
