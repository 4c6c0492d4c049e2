"""Live: the image follows the mask. A quick preview per change; when the hand rests, the image in full quality."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.jobs.job import Lane
from medsynth_gui.jobs.synthesize import Synthesize, SyntheticImage

REST_MS = 500
_PATIENCE_MS = 400


class Phase(Enum):
    """What is shown now."""

    NOTHING = "nothing"
    PREVIEWING = "previewing"
    PREVIEW = "preview"
    REFINING = "refining"
    FINAL = "final"
    FAILED = "failed"


@dataclass(frozen=True)
class LiveState:
    """Where the live image is.

    Attributes:
        seconds: how long what is shown took.
        done: share of the full-quality image, 0..1.
        waits_for: the job that runs before ours.
        failure: why there is no image.
    """

    phase: Phase = Phase.NOTHING
    seconds: float = 0.0
    done: float = 0.0
    waits_for: Message | None = None
    failure: Message | None = None


class Live(QObject):
    """Keeps one image in step with the latest request; older requests are dropped.

    Signals:
        arrived(SyntheticImage, bool): an image, and whether it is in full quality.
        changed(LiveState).
    """

    arrived = Signal(object, bool)
    changed = Signal(object)

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = context.queue
        self._wanted: Synthesize | None = None
        self._previewed: Synthesize | None = None
        self._preview: JobHandle | None = None
        self._final: JobHandle | None = None
        self._asked_s = self._wanted_s = self._latency_s = 0.0
        self.state = LiveState()
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._refine)
        self._patience = QTimer(self, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._look_around)
        self._queue.progressed.connect(self._progressed)
        self._queue.finished.connect(self._finished)

    @property
    def latency_s(self) -> float:
        """From the last change that was answered to its preview."""
        return self._latency_s

    def ask(self, request: Synthesize) -> None:
        """Follow another request (count 1, full quality); the preview comes first."""
        self._wanted, self._wanted_s = request, time.monotonic()
        self._stop_final()
        self._rest.start()
        if self._preview is not None and self._preview.state is JobState.PENDING:
            self._preview.cancel()
        if self._preview is None:
            self._submit_preview()

    def stop(self) -> None:
        """Follow nothing."""
        self._wanted = None
        self._rest.stop()
        self._patience.stop()
        self._stop_final()
        if self._preview is not None:
            self._preview.cancel()
        self._tell(LiveState())

    def _submit_preview(self) -> None:
        assert self._wanted is not None
        self._previewed, self._asked_s = self._wanted, self._wanted_s
        self._preview = self._queue.submit(replace(self._wanted, preview=True, steps=None, size=None),
                                           self._preview_done, self._failed, quiet=True, first=True)
        self._patience.start()
        if self.state.phase is not Phase.PREVIEW:
            self._tell(LiveState(Phase.PREVIEWING))

    def _preview_done(self, images: tuple[SyntheticImage, ...]) -> None:
        if self._wanted is None:
            return
        self._latency_s = time.monotonic() - self._asked_s
        self.arrived.emit(images[0], False)
        self._tell(LiveState(Phase.PREVIEW, self._latency_s))
        if self._wanted is not self._previewed:
            self._submit_preview()
        elif not self._rest.isActive():
            self._refine()

    def _refine(self) -> None:
        """The hand rests: draw in full quality, once the preview of the last change is there."""
        if self._wanted is None or self._preview is not None or self._final is not None:
            return
        self._asked_s = time.monotonic()
        self._final = self._queue.submit(self._wanted, self._final_done, self._failed, quiet=True, first=True)
        self._patience.start()
        self._tell(replace(self.state, phase=Phase.REFINING, done=0.0))

    def _final_done(self, images: tuple[SyntheticImage, ...]) -> None:
        if self._wanted is not None:
            self.arrived.emit(images[0], True)
            self._tell(LiveState(Phase.FINAL, time.monotonic() - self._asked_s, 1.0))

    def _stop_final(self) -> None:
        if self._final is not None:
            final, self._final = self._final, None
            final.on_done = None
            final.cancel()

    def _failed(self, message: Message) -> None:
        if self._wanted is not None:
            self._rest.stop()
            self._tell(LiveState(Phase.FAILED, failure=message))

    def _progressed(self, handle: JobHandle) -> None:
        if handle is self._final and handle.progress and handle.progress.total:
            self._tell(replace(self.state, done=handle.progress.done / handle.progress.total, waits_for=None))

    def _finished(self, handle: JobHandle) -> None:
        """A job has ended, before its result is handed over."""
        if handle is self._preview:
            self._preview = None
        elif handle is self._final:
            self._final = None
        else:
            return
        if self._preview is None and self._final is None:
            self._patience.stop()

    def _look_around(self) -> None:
        """Say what keeps us waiting."""
        ours = [job for job in (self._preview, self._final) if job is not None]
        waiting = any(job.state is JobState.PENDING for job in ours)
        other = next((job for job in self._queue.active if waiting and job.lane is Lane.GPU
                      and job.state is JobState.RUNNING and job not in ours), None)
        if (message := other.title if other else None) != self.state.waits_for:
            self._tell(replace(self.state, waits_for=message))

    def _tell(self, state: LiveState) -> None:
        self.state = state
        self.changed.emit(state)
