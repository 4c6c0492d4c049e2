"""Filling the gallery: one image after the other, each judged by the gates, so that previews come in between."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.jobs.synthesize import Synthesize, SyntheticImage


class Filling(QObject):
    """Makes images for requests in order.

    Signals:
        made(SyntheticImage): the next one is there.
        changed: begun, one further, or ended.
        failed(Message): it ended early.
    """

    made = Signal(object)
    changed = Signal()
    failed = Signal(object)

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = context.queue
        self._left: list[Synthesize] = []
        self._job: JobHandle | None = None
        self._started_s = 0.0
        self.done = self.count = 0
        self._queue.finished.connect(self._finished)

    @property
    def running(self) -> bool:
        return self._job is not None

    @property
    def left_s(self) -> float | None:
        """Seconds left by the rate so far; None before the first image."""
        return (time.monotonic() - self._started_s) / self.done * (self.count - self.done) if self.done else None

    def start(self, requests: Sequence[Synthesize]) -> None:
        """Make these; while some are being made, they come after those."""
        if not self.running:
            self.done = self.count = 0
            self._started_s = time.monotonic()
        self._left += requests
        self.count += len(requests)
        if not self.running:
            self._advance()
        self.changed.emit()

    def stop(self) -> None:
        """Make no more; what is there stays."""
        self._left.clear()
        if self._job is not None:
            self._job.cancel()

    def _advance(self) -> None:
        if self._left:
            self._job = self._queue.submit(self._left.pop(0), self._one_made, self._one_failed, quiet=True)

    def _one_made(self, images: tuple[SyntheticImage, ...]) -> None:
        self.done += 1
        self.made.emit(images[0])
        self._advance()
        self.changed.emit()

    def _one_failed(self, message: Message) -> None:
        self._left.clear()
        self.failed.emit(message)
        self.changed.emit()

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            if handle.state is not JobState.DONE:
                self.changed.emit()
