"""The job queue: lanes for models, files and watching, each a deque on the GUI thread and one persistent QThread.

Workers' signals are connected to bound methods of GUI objects only: a lambda would run in the worker.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from medsynth_gui.core.errors import MedSynthError, Message, ResourceError, is_out_of_memory
from medsynth_gui.jobs.job import Job, JobCancelled, JobContext, Lane, Progress

REPORT_INTERVAL_S = 1 / 30
CLOSE_TIMEOUT_S = 5.0


class JobState(Enum):
    """Where a job is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobHandle:
    """One submitted job, as the GUI thread sees it.

    Attributes:
        id: request id, unique in this process.
        quiet: not shown in the tray (thumbnails, frames).
        started_s: monotonic time at which it began to run; None while pending.
    """

    def __init__(self, number: int, job: Job[Any], queue: JobQueue, *, quiet: bool) -> None:
        self.id = number
        self.job = job
        self.title: Message = job.title
        self.lane: Lane = job.lane
        self.quiet = quiet
        self.state = JobState.PENDING
        self.progress: Progress | None = None
        self.started_s: float | None = None
        self.on_done: Callable[[Any], None] | None = None
        self.on_failed: Callable[[Message], None] | None = None
        self.on_preview: Callable[[Any], None] | None = None
        self._queue = queue
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Drop it if it waits; ask it to stop at its next checkpoint if it runs."""
        self._queue.cancel(self)

    @property
    def cancelling(self) -> bool:
        return self._stop.is_set()

    @property
    def left_s(self) -> float | None:
        """Seconds left as the job says, else by the rate so far; None where that cannot be said."""
        if self.progress is not None and self.progress.left_s is not None:
            return self.progress.left_s if math.isfinite(self.progress.left_s) else None
        if self.progress is None or self.started_s is None or not self.progress.total or self.progress.done <= 0:
            return None
        passed = time.monotonic() - self.started_s
        return passed * max(0.0, self.progress.total / self.progress.done - 1)


class _Worker(QObject):
    """Runs one job at a time in its thread and speaks through signals."""

    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)
    progressed = Signal(int, object)
    previewed = Signal(int, object)

    @Slot(object, object)
    def run(self, handle: JobHandle, stop: threading.Event) -> None:
        """Run a job to its end; the one place where any failure is caught."""
        throttle = _Throttle()

        def report(progress: Progress) -> None:
            if throttle.due() or (progress.total and progress.done >= progress.total):
                self.progressed.emit(handle.id, progress)

        def publish(preview: object) -> None:
            self.previewed.emit(handle.id, preview)

        try:
            if stop.is_set():
                raise JobCancelled
            self.done.emit(handle.id, handle.job.run(JobContext(report, stop.is_set, publish)))
        except JobCancelled:
            self.cancelled.emit(handle.id)
        except Exception as error:
            self.failed.emit(handle.id, ResourceError("out-of-memory", what=handle.title.english())
                             if is_out_of_memory(error) else error)


class _Throttle:
    def __init__(self) -> None:
        self._last = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if now - self._last < REPORT_INTERVAL_S:
            return False
        self._last = now
        return True


class _LaneThread(QObject):
    """A lane: its waiting handles and its thread."""

    start = Signal(object, object)

    def __init__(self, lane: Lane, queue: JobQueue) -> None:
        super().__init__(queue)
        self.waiting: deque[JobHandle] = deque()
        self.running: JobHandle | None = None
        self.thread_ = QThread(self)
        self.thread_.setObjectName(f"lane-{lane.value}")
        self.worker = _Worker()
        self.worker.moveToThread(self.thread_)
        queued = Qt.ConnectionType.QueuedConnection
        self.start.connect(self.worker.run, queued)
        self.worker.done.connect(queue._on_done, queued)
        self.worker.failed.connect(queue._on_failed, queued)
        self.worker.cancelled.connect(queue._on_cancelled, queued)
        self.worker.progressed.connect(queue._on_progress, queued)
        self.worker.previewed.connect(queue._on_preview, queued)
        self.thread_.start()


class JobQueue(QObject):
    """Runs jobs in two lanes and hands results back on the GUI thread.

    Signals carry the `JobHandle`: `submitted`, `progressed` and `finished` (done, failed or cancelled).
    `failed` carries the handle and a `Message`, only where the submitter gave no `on_failed`.
    """

    submitted = Signal(object)
    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._live: dict[int, JobHandle] = {}
        self._closed = False
        self._lanes = {lane: _LaneThread(lane, self) for lane in Lane}

    @property
    def active(self) -> list[JobHandle]:
        """Jobs that wait or run, oldest first."""
        return list(self._live.values())

    @property
    def closed(self) -> bool:
        """The window goes: what is cancelled now was not cancelled by a person."""
        return self._closed

    def submit(self, job: Job[Any], on_done: Callable[[Any], None] | None = None,
               on_failed: Callable[[Message], None] | None = None,
               on_preview: Callable[[Any], None] | None = None, *, quiet: bool = False,
               first: bool = False) -> JobHandle:
        """Queue a job; the callbacks run on the GUI thread.

        Args:
            on_failed: takes the failure; without it the window shows it.
            quiet: keep it out of the tray.
            first: ahead of what waits in its lane.
        """
        handle = JobHandle(next(self._numbers), job, self, quiet=quiet)
        handle.on_done, handle.on_failed, handle.on_preview = on_done, on_failed, on_preview
        if self._closed:
            handle.state = JobState.CANCELLED
            return handle
        self._live[handle.id] = handle
        waiting = self._lanes[handle.lane].waiting
        waiting.appendleft(handle) if first else waiting.append(handle)
        self.submitted.emit(handle)
        self._advance(handle.lane)
        return handle

    def cancel(self, handle: JobHandle) -> None:
        """See `JobHandle.cancel`."""
        lane = self._lanes[handle.lane]
        if handle in lane.waiting:
            lane.waiting.remove(handle)
            self._end(handle, JobState.CANCELLED)
        elif handle.state is JobState.RUNNING:
            handle._stop.set()
            self.progressed.emit(handle)

    def close(self) -> bool:
        """Cancel everything and join the threads.

        Returns:
            False if a job did not come to a checkpoint within 5 s.
        """
        self._closed = True
        for handle in self.active:
            self.cancel(handle)
        for lane in self._lanes.values():
            lane.thread_.quit()
        deadline = time.monotonic() + CLOSE_TIMEOUT_S
        joined = [lane.thread_.wait(max(1, int((deadline - time.monotonic()) * 1000))) for lane in self._lanes.values()]
        if all(joined):
            for handle in self.active:
                self._end(handle, JobState.CANCELLED)
        return all(joined)

    def _advance(self, name: Lane) -> None:
        lane = self._lanes[name]
        if lane.running is None and lane.waiting:
            handle = lane.running = lane.waiting.popleft()
            handle.state, handle.started_s = JobState.RUNNING, time.monotonic()
            lane.start.emit(handle, handle._stop)

    def _end(self, handle: JobHandle, state: JobState) -> None:
        handle.state = state
        self._live.pop(handle.id, None)
        lane = self._lanes[handle.lane]
        if lane.running is handle:
            lane.running = None
            if not self._closed:
                self._advance(handle.lane)
        self.finished.emit(handle)

    @Slot(int, object)
    def _on_done(self, number: int, result: object) -> None:
        handle = self._live.get(number)
        if handle is None:
            return
        if handle.cancelling:
            self._end(handle, JobState.CANCELLED)
            return
        self._end(handle, JobState.DONE)
        if handle.on_done:
            handle.on_done(result)

    @Slot(int, object)
    def _on_failed(self, number: int, error: Exception) -> None:
        handle = self._live.get(number)
        if handle is None:
            return
        message = error.message if isinstance(error, MedSynthError) else Message("unexpected", {"detail": repr(error)})
        if not isinstance(error, MedSynthError):
            import logging

            logging.getLogger("medsynth").error("job failed", exc_info=error)
        self._end(handle, JobState.FAILED)
        if handle.on_failed:
            handle.on_failed(message)
        else:
            self.failed.emit(handle, message)

    @Slot(int)
    def _on_cancelled(self, number: int) -> None:
        if handle := self._live.get(number):
            self._end(handle, JobState.CANCELLED)

    @Slot(int, object)
    def _on_progress(self, number: int, progress: Progress) -> None:
        if handle := self._live.get(number):
            handle.progress = progress
            self.progressed.emit(handle)

    @Slot(int, object)
    def _on_preview(self, number: int, preview: object) -> None:
        handle = self._live.get(number)
        if handle and handle.on_preview and not handle.cancelling:
            handle.on_preview(preview)
