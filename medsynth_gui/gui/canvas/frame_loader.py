"""FrameLoader: frames of a series, decoded in the IO lane, kept, and fetched ahead."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ArrayFrames, ImageSeries
from medsynth_gui.gui.job_queue import JobHandle, JobQueue
from medsynth_gui.jobs.job import JobContext, Lane

AHEAD = 6
# Large frames are not fetched so far ahead that the first is lost before it is shown.
AHEAD_BYTES = 64 << 20


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
        from medsynth_gui.core.frame_reading import read_ahead

        ctx.checkpoint(0, len(self.frames))
        # The frame that is waited for comes alone and at once.
        threads = 2 if len(self.frames) > 1 else 1
        for done, found in enumerate(read_ahead(self.series, self.frames, self._read, threads=threads)):
            ctx.publish(found)
            ctx.checkpoint(done + 1, len(self.frames))

    def _read(self, number: int) -> npt.NDArray[np.generic] | Message:
        from medsynth_gui.core.errors import MedSynthError

        try:
            return self.series.frame(number)
        except MedSynthError as error:
            return error.message


class FrameLoader(QObject):
    """Gives frames at once where they are in memory, else announces them by `ready` or `failed`."""

    ready = Signal(int)
    failed = Signal(int, object)

    def __init__(self, queue: JobQueue | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._series: ImageSeries | None = None
        # Frames belong to the store of the sources, which is bounded; here the last few are held besides, for a
        # source without one.
        self._frames: WeakValueDictionary[int, npt.NDArray[np.generic]] = WeakValueDictionary()
        self._last: deque[npt.NDArray[np.generic]] = deque(maxlen=AHEAD + 2)
        self._job: JobHandle | None = None
        self._asked: set[int] = set()

    def set_series(self, series: ImageSeries | None) -> None:
        """Forget the frames of the last series."""
        self._stop()
        self._series = series
        self._frames.clear()
        self._last.clear()

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
        if frame is None and (frame := getattr(series.source, "kept", _nothing)(number)) is not None:
            self._frames[number] = frame
            self._last.append(frame)
        self._fetch(number, ahead)
        return frame

    def _fetch(self, number: int, ahead: int) -> None:
        """Ask for what is missing, in one job; an older wish makes way for a frame that is needed now."""
        assert self._series is not None and self._queue is not None
        count = self._series.frame_count
        wanted = [number, *((number + ahead * i) % count for i in range(1, self._reach() + 1) if ahead)]
        missing = [n for n in dict.fromkeys(wanted) if n not in self._frames and n not in self._asked]
        if number in missing:
            self._stop()
            missing = [n for n in dict.fromkeys(wanted) if n not in self._frames]
        elif len(missing) < max(1, self._reach() // 2):
            return
        self._asked.update(missing)
        self._job = self._queue.submit(LoadFrames(self._series, tuple(missing)), on_done=self._done,
                                       on_failed=self._broken, on_preview=self._take, quiet=True, first=True)

    def _reach(self) -> int:
        """How many frames are fetched ahead."""
        assert self._series is not None
        value_bytes = 1 if self._series.bits <= 8 else 4
        frame_bytes = self._series.rows * self._series.columns * self._series.channels * value_bytes
        return max(1, min(AHEAD, AHEAD_BYTES // frame_bytes))

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
        self._frames[number] = frame
        self._last.append(frame)
        self.ready.emit(number)

    def _done(self, _: object) -> None:
        self._asked.clear()

    def _broken(self, message: Message) -> None:
        for number in sorted(self._asked):
            self.failed.emit(number, message)
        self._asked.clear()


def _nothing(_: int) -> None:
    """Of a source that keeps no frames."""
