"""Correcting: the running click-to-correct gesture, from the first prompt until it is accepted or given up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.prompts import Box, Prompts
from medsynth_gui.core.raster import Point, capsule
from medsynth_gui.core.signal import Signal

if TYPE_CHECKING:
    from medsynth_gui.jobs.refine import Answer
    from medsynth_gui.session.opened import OpenSeries

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stroke:
    """One prompt of a hand: a click (one point), a scribble, or the two corners of a box; (y, x) in image pixels."""

    points: tuple[Point, ...]
    positive: bool = True
    boxed: bool = False


@dataclass(frozen=True)
class Answered:
    """The answer to so many strokes.

    Attributes:
        seconds: from the end of the gesture to the answer.
    """

    answer: Answer
    seconds: float


class Correcting:
    """Collects prompts for one label on one frame and holds the answers. Qt-free; on the session's thread.

    Whoever answers (`wanted`) asks `prompts()`, remembers `number`, and hands the answer to `take` with it.

    Args:
        accept: writes (series, frame, label, answer) into the mask.

    Attributes:
        changed: prompts or answer are other ones (or it is over): what is painted and told.
        wanted: an answer to the prompts as they are now; the ones before need none any more.
        number: grows with every change of the prompts: the request id of an answer.
        opened, frame, label: what is corrected; None and 0 while nothing is.
    """

    def __init__(self, accept: Callable[[OpenSeries, int, int, Answer], None] = lambda *_: None) -> None:
        self.changed: Signal[None] = Signal()
        self.wanted: Signal[None] = Signal()
        self.number = 0
        self.opened: OpenSeries | None = None
        self._accept = accept
        self._reset()

    def _reset(self) -> None:
        self.number += 1
        self._target: OpenSeries | None = None
        self.frame = self.label = 0
        self._start: Mask | None = None
        self._strokes: list[Stroke] = []
        self._answers: list[Answered | None] = []
        self._draft: Stroke | None = None
        self._draft_from = self._settled = 0
        self._passing: Answered | None = None
        self._asked_s = 0.0
        self._waiting = self._accept_next = False

    # --- what there is

    @property
    def running(self) -> bool:
        """There are prompts that are neither accepted nor given up."""
        return bool(self._strokes) or self._draft is not None

    @property
    def waiting(self) -> bool:
        """The last prompt has no answer yet."""
        return self._waiting

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The prompts so far, the one being drawn last."""
        return (*self._strokes, *([self._draft] if self._draft else []))

    @property
    def shown(self) -> Answered | None:
        """The latest answer: while a scribble is drawn the one to a part of it."""
        return self._passing or next((answer for answer in reversed(self._answers) if answer is not None), None)

    @property
    def target(self) -> OpenSeries | None:
        """The series that is corrected."""
        return self._target

    def prompts(self) -> Prompts:
        """All that was told so far; `previous` is the last answer, else what the correction started from."""
        assert self._target is not None
        known = next((answer.answer.mask for answer in reversed(self._answers) if answer is not None), self._start)
        series = self._target.series
        return prompts_of(self.strokes, series.rows, series.columns, known)

    # --- what a hand does

    def show(self, opened: OpenSeries | None) -> None:
        """Another series is shown."""
        self.opened = opened
        self.cancel()

    def draw(self, stroke: Stroke, frame: int, label: int) -> None:
        """Begin or continue a prompt; a scribble is answered while it is drawn."""
        if self.opened is None:
            return
        if self._target is None:
            self._target, self.frame, self.label = self.opened, frame, label
            self._start = starting_mask(self.opened, frame, label)
        if self._draft is None:
            self._draft_from = self.number + 1
        self._draft = stroke
        self._accept_next = False
        self._ask(told=not stroke.boxed and len(stroke.points) > 1)

    def end(self) -> bool:
        """The prompt is complete. False where it said nothing: it lies outside, or there is nothing to take from."""
        if self._draft is None:
            return True
        stroke, self._draft, self._passing = self._draft, None, None
        self._strokes.append(stroke)
        self._answers.append(None)
        prompts = self.prompts()
        rows, columns = prompts.positive.shape
        alone = prompts_of((stroke,), rows, columns, None)
        if prompts.says_where and (alone.box is not None or alone.positive.any() or alone.negative.any()):
            self._settled = self.number + 1
            self._ask(told=True)
            return True
        self.undo()
        return False

    def undo(self) -> None:
        """Take the last prompt back."""
        if self._draft is not None:
            self._draft = self._passing = None
        elif self._strokes:
            self._strokes.pop()
            self._answers.pop()
        self._accept_next = False
        if not self._strokes:
            self.cancel()
            return
        self._settled = self.number + 1
        self._ask(told=self._answers[-1] is None)

    def finish(self) -> None:
        """Write the answer; where it is still awaited, as soon as it is there."""
        if self._draft is not None:
            self.end()
        if self._waiting:
            self._accept_next = True
            return
        target, found, frame, label = self._target, self.shown, self.frame, self.label
        self.cancel()
        if target is not None and found is not None:
            self._accept(target, frame, label, found.answer)

    def cancel(self) -> None:
        """Give the correction up: mask and proposal are as before."""
        if self._target is not None:
            self._reset()
            self.changed.emit(None)

    def _ask(self, *, told: bool) -> None:
        self.number += 1
        self._asked_s = time.monotonic()
        self._waiting = told
        self.changed.emit(None)
        if told:
            self.wanted.emit(None)

    # --- what comes back

    def take(self, number: int, answer: Answer) -> None:
        """An answer to request `number`. One that came too late is dropped, unless it shows how a scribble goes on."""
        if self._target is None:
            return
        found = Answered(answer, time.monotonic() - self._asked_s)
        if number == self._settled:
            self._answers[-1] = found
            self._waiting = self._waiting and self._draft is not None
        elif self._draft is not None and number >= self._draft_from:
            self._passing = found
        else:
            return
        self.changed.emit(None)
        if self._accept_next and not self._waiting:
            self.finish()

    def fail(self, number: int) -> None:
        """No answer can be given: the correction ends."""
        if number == self.number or self._draft is not None:
            self.cancel()


def starting_mask(opened: OpenSeries, frame: int, label: int) -> Mask | None:
    """What a correction starts from: the label in the proposal of the frame, else in the mask; None where empty."""
    proposed = opened.proposal.masks.get(frame) if opened.proposal else None
    mask = (opened.document.labels(frame) if proposed is None else proposed) == label
    return np.asarray(mask, np.bool_) if mask.any() else None


def prompts_of(strokes: Sequence[Stroke], rows: int, columns: int, previous: Mask | None) -> Prompts:
    """Strokes as pixels: lines one pixel wide; where they cross, the later one counts; the last box."""
    prompts = Prompts.empty(rows, columns)
    box: Box | None = None
    for stroke in strokes:
        if stroke.boxed:
            box = _box(stroke, rows, columns) or box
            continue
        told, other = (prompts.positive, prompts.negative)[::1 if stroke.positive else -1]
        for start, end in zip(stroke.points, stroke.points[1:] or stroke.points, strict=False):
            line = capsule(0, start, end, 0.5, rows=rows, columns=columns)
            told[line.region.slices] |= line.mask
            other[line.region.slices] &= ~line.mask
    return Prompts(prompts.positive, prompts.negative, box, previous)


def _box(stroke: Stroke, rows: int, columns: int) -> Box | None:
    (y0, y1), (x0, x1) = (sorted(pair) for pair in zip(stroke.points[0], stroke.points[-1], strict=True))
    box = max(y0, 0.0), max(x0, 0.0), min(y1, float(rows)), min(x1, float(columns))
    return box if box[2] - box[0] >= 1 and box[3] - box[1] >= 1 else None
