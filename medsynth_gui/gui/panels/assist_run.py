"""What the AI panel has running: one proposal in the making, and the answers to the prompts of a correction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.jobs.job import Job
from medsynth_gui.session.correct_commands import refine_job
from medsynth_gui.session.opened import OpenSeries


class ProposalRun(QObject):
    """Makes one proposal at a time for the series that was in front when it was asked for.

    Signals:
        changed: it began or ended.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._job: JobHandle | None = None
        self.words = ""

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(self, make: Callable[[], Job[ResultLayer]], words: str,
              offer: Callable[[OpenSeries, ResultLayer], None]) -> None:
        """Run the job that `make` gives and offer what it made; a failure is told.

        Args:
            words: what to say meanwhile.
        """
        opened = self._session.current
        if self._job is not None or opened is None:
            return
        try:
            job = make()
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        self.words = words
        self._context.queue.finished.connect(self._finished)
        self._job = self._context.queue.submit(job, on_done=_Offer(self._session, opened, offer),
                                               on_failed=self._failed)
        self.changed.emit()

    def _failed(self, message: Message) -> None:
        self._context.notify(message, "bad")

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._context.queue.finished.disconnect(self._finished)
            self._job, self.words = None, ""
            self.changed.emit()


class _Offer:
    """Offers a result to the series it was made for, if that is still open."""

    def __init__(self, session: Any, opened: OpenSeries, offer: Callable[[OpenSeries, ResultLayer], None]) -> None:
        self._session, self._opened, self._offer = session, opened, offer

    def __call__(self, layer: ResultLayer) -> None:
        if self._opened in self._session.opened:
            self._offer(self._opened, layer)


class CorrectionRun(QObject):
    """Has prompts answered: one request at a time, and then the newest; what came between is never asked."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._correcting = context, context.session.correcting
        self._job: JobHandle | None = None
        self._asked, self._newer = 0, False
        self._correcting.wanted.connect(self._wanted)
        context.queue.finished.connect(self._finished)

    def _wanted(self, _: None) -> None:
        self._newer = self._job is not None
        if not self._newer:
            self._asked = self._correcting.number
            self._job = self._context.queue.submit(refine_job(self._context.session), self._take, self._failed,
                                                   quiet=True, first=True)

    def _take(self, answer: Any) -> None:
        self._correcting.take(self._asked, answer)
        if self._newer and self._correcting.running:
            self._wanted(None)

    def _failed(self, message: Message) -> None:
        self._newer = False
        self._correcting.fail(self._asked)
        self._context.notify(message, "bad")

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
