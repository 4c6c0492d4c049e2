"""The cine's clock and its marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class PlayMode(Enum):
    """What happens at the last frame."""

    LOOP = "loop"
    PING_PONG = "ping-pong"
    ONCE = "once"


@dataclass(frozen=True)
class Playhead:
    """Where a cine is; `direction` is +1 or -1; `ended` where it plays once and is through."""

    frame: int
    direction: int = 1
    ended: bool = False

    def advanced(self, steps: int, count: int, mode: PlayMode) -> Playhead:
        """So many frames on in a clip of `count`; frames between are left out."""
        last = count - 1
        if last < 1:
            return Playhead(0, ended=mode is PlayMode.ONCE)
        if mode is PlayMode.LOOP:
            return Playhead((self.frame + steps) % count)
        if mode is PlayMode.ONCE:
            return Playhead(min(self.frame + steps, last), ended=self.frame + steps >= last)
        place = self.frame if self.direction > 0 else 2 * last - self.frame
        place = (place + steps) % (2 * last)
        return Playhead(place, 1) if place < last else Playhead(2 * last - place, -1)


@dataclass(frozen=True, order=True)
class Mark:
    """A marked frame (from 0): a keyframe (no name), or an event that is named ("end of diastole")."""

    frame: int
    name: str = ""

    @property
    def event(self) -> bool:
        return bool(self.name)


def toggled(marks: Iterable[Mark], mark: Mark) -> tuple[Mark, ...]:
    """With the mark, or without it if it was there; in order of frames."""
    held = set(marks)
    return tuple(sorted(held ^ {mark}))


def neighbour(frames: Iterable[int], frame: int, direction: int) -> int | None:
    """The next marked frame after this one (+1), or before it (-1)."""
    if direction > 0:
        return min((f for f in frames if f > frame), default=None)
    return max((f for f in frames if f < frame), default=None)
