"""FrameLoader: frames of a series, decoded in the IO lane, kept, and fetched ahead."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ArrayFrames, ImageSeries
from medsynth_gui.gui.job_queue import JobHandle, JobQueue
from medsynth_gui.jobs.job import JobContext, Lane

CACHE_BYTES = 192 << 20
AHEAD = 6


@dataclass(frozen=True)
class LoadFrames:
    """Decode some frames of a series: each is published as (number, array or the failure's message)."""

    series: ImageSeries
    frames: tuple[int, ...]

    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("load-frames", {"name": self.series.title})

    def run(self, ctx: JobContext) -> None:
        from medsynth_gui.core.errors import MedSynthError

        for done, number in enumerate(self.frames):
            ctx.checkpoint(done, len(self.frames))
            try:
                ctx.publish((number, self.series.frame(number)))
            except MedSynthError as error:
                ctx.publish((number, error.message))


class FrameLoader(QObject):
    """Gives frames at once where they are in memory, else announces them by `ready` or `failed`."""

    ready = Signal(int)
    failed = Signal(int, object)

    def __init__(self, queue: JobQueue | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._series: ImageSeries | None = None
        self._frames: OrderedDict[int, npt.NDArray[np.generic]] = OrderedDict()
        self._bytes = 0
        self._job: JobHandle | None = None
        self._asked: set[int] = set()

    def set_series(self, series: ImageSeries | None) -> None:
        """Forget the frames of the last series."""
        self._stop()
        self._series = series
        self._frames.clear()
        self._bytes = 0

    def get(self, number: int, *, ahead: int = 0) -> npt.NDArray[np.generic] | None:
        """A frame (y, x[, 3]) if it is here; otherwise it is on its way.

        Args:
            ahead: +1 or -1 while playing or stepping: the next frames in this direction are fetched too.
        """
        series = self._series
        if series is None:
            return None
        if isinstance(series.source, ArrayFrames) or self._queue is None:
            return series.frame(number)
        frame = self._frames.get(number)
        if frame is not None:
            self._frames.move_to_end(number)
        self._fetch(number, ahead)
        return frame

    def _fetch(self, number: int, ahead: int) -> None:
        """Ask for what is missing, in one job; an older wish makes way for a frame that is needed now."""
        assert self._series is not None and self._queue is not None
        count = self._series.frame_count
        wanted = [number, *((number + ahead * i) % count for i in range(1, AHEAD + 1) if ahead)]
        missing = [n for n in dict.fromkeys(wanted) if n not in self._frames and n not in self._asked]
        if number in missing:
            self._stop()
            missing = [n for n in dict.fromkeys(wanted) if n not in self._frames]
        elif len(missing) < AHEAD // 2:
            return
        self._asked.update(missing)
        self._job = self._queue.submit(LoadFrames(self._series, tuple(missing)), on_done=self._done,
                                       on_failed=self._broken, on_preview=self._take, quiet=True, first=True)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self._asked.clear()

    def _take(self, found: tuple[int, npt.NDArray[np.generic] | Message]) -> None:
        number, frame = found
        self._asked.discard(number)
        if isinstance(frame, Message):
            self.failed.emit(number, frame)
            return
        if number not in self._frames:
            self._frames[number] = frame
            self._bytes += frame.nbytes
        while self._bytes > CACHE_BYTES and len(self._frames) > AHEAD + 2:
            _, old = self._frames.popitem(last=False)
            self._bytes -= old.nbytes
        self.ready.emit(number)

    def _done(self, _: object) -> None:
        self._asked.clear()

    def _broken(self, message: Message) -> None:
        for number in sorted(self._asked):
            self.failed.emit(number, message)
        self._asked.clear()


