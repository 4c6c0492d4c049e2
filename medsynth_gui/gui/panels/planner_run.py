"""Fills: the filling of a plan as the window follows it: timed, begun, paused, gone on with, given up."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.jobs.fill_estimate import Estimate, EstimateFill
from medsynth_gui.jobs.fill_plan import FillPlan
from medsynth_gui.jobs.fill_report import FillProgress, FillReport
from medsynth_gui.jobs.fill_state import FindFills, GiveUpFill, OpenFill
from medsynth_gui.session.requests import compute


class Phase(Enum):
    """What a fill is doing."""

    IDLE = "idle"
    TIMING = "timing"
    FILLING = "filling"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


class Fills(QObject):
    """One fill at a time.

    Attributes:
        progress: of the fill that runs, was stopped or has ended; None before the first image.
        report: of the fill that has ended.
        estimate: of this model on this machine, once it was measured.
        job: what runs, or was stopped and can go on.
        accepted, asked: of a fill that was found stopped and not gone on with yet.

    Signals:
        changed: any of these.
        ended: images were added; count again.
    """

    changed = Signal()
    ended = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._queue = context, context.queue
        self.phase = Phase.IDLE
        self.progress: FillProgress | None = None
        self.report: FillReport | None = None
        self.estimate: Estimate | None = None
        self.job: FillPlan | None = None
        self.root: Path | None = None
        self.accepted = self.asked = 0
        self._measured: tuple[str, object] = ("", None)
        self._handle: JobHandle | None = None
        self._then: Callable[[], None] | None = None
        self._giving_up = False
        self._queue.finished.connect(self._finished)

    @property
    def busy(self) -> bool:
        """A fill runs or can go on: nothing else may begin."""
        return self.phase in (Phase.TIMING, Phase.FILLING, Phase.STOPPING, Phase.STOPPED)

    @property
    def running(self) -> bool:
        """Images are being made now."""
        return self.phase in (Phase.FILLING, Phase.STOPPING)

    # --- time

    def measured(self, job: FillPlan) -> Estimate | None:
        """The estimate, if it was made with this model on this hardware."""
        return self.estimate if self._measured == (job.model, job.compute) else None

    def time(self, job: FillPlan, then: Callable[[], None] | None = None) -> None:
        """Measure how long a fill will take; then, perhaps, begin it."""
        self._then = then
        self.phase, self.report, self.progress = Phase.TIMING, None, None
        self._measured = (job.model, job.compute)
        self._handle = self._queue.submit(EstimateFill(job), self._timed, self._failed)
        self.changed.emit()

    def _timed(self, estimate: Estimate) -> None:
        self.estimate, self.phase = estimate, Phase.IDLE
        if self._then is not None:
            self._then()
        self.changed.emit()

    # --- filling

    def fill(self, job: FillPlan) -> None:
        """Begin, after the time was measured."""
        if self.measured(job) is None:
            self.time(job, lambda: self._begin(job))
        else:
            self._begin(job)

    def _begin(self, job: FillPlan) -> None:
        try:
            self.root = job.folder(job.checked())
        except MedSynthError as error:
            self._failed(error.message)
            return
        self.job, self.phase, self.report, self._giving_up = job, Phase.FILLING, None, False
        self._handle = self._queue.submit(job, self._filled, self._failed, self._progressed)
        self.changed.emit()

    def pause(self) -> None:
        """Stop after the step in hand; everything is kept."""
        if self.phase in (Phase.FILLING, Phase.TIMING) and self._handle is not None:
            self.phase = Phase.STOPPING
            self._handle.cancel()
            self.changed.emit()

    def resume(self) -> None:
        """Go on where it was."""
        if self.phase is Phase.STOPPED and self.job is not None:
            self._begin(self.job)

    def give_up(self) -> None:
        """End it for good; what was accepted stays in the project."""
        if self.phase is Phase.STOPPED and self.root is not None:
            self._queue.submit(GiveUpFill(self.root), quiet=True)
            self.dismiss()
            self.ended.emit()
        elif self.phase in (Phase.FILLING, Phase.TIMING):
            self._giving_up = True
            self.pause()

    def dismiss(self) -> None:
        """Put the report away."""
        if self.phase in (Phase.STOPPED, Phase.DONE, Phase.IDLE):
            self.phase, self.progress, self.report, self.job = Phase.IDLE, None, None, None
            self.changed.emit()

    def _progressed(self, progress: FillProgress) -> None:
        self.progress = progress
        self.changed.emit()

    def _filled(self, report: FillReport) -> None:
        self.phase, self.report, self.job = Phase.DONE, report, None
        self.progress = FillProgress(report.cells)
        self.changed.emit()
        self.ended.emit()

    def _failed(self, message: Message) -> None:
        """What was made is on the disk: a fill whose disk was full can go on."""
        self.phase = Phase.STOPPED if self.progress is not None and self.job is not None else Phase.IDLE
        self._context.notify(message, "bad")
        self.changed.emit()

    def _finished(self, handle: JobHandle) -> None:
        if handle is not self._handle:
            return
        self._handle = None
        if handle.state is JobState.CANCELLED and not self._queue.closed:
            self.phase = Phase.STOPPED if isinstance(handle.job, FillPlan) else Phase.IDLE
            giving_up, self._giving_up = self._giving_up, False
            if giving_up and self.phase is Phase.STOPPED:
                self.give_up()
            else:
                self.changed.emit()
                self.ended.emit()

    # --- after a crash

    def look(self) -> None:
        """Look whether the project has a fill that was stopped."""
        project = self._context.session.project
        if project is not None and not self.busy:
            self._queue.submit(FindFills(project.folder, compute(self._context.session)), self._found, quiet=True)

    def _found(self, fills: tuple[OpenFill, ...]) -> None:
        project = self._context.session.project
        if not fills or self.busy or project is None or fills[0].job.project != project.folder:
            return
        newest = fills[0]
        self.job, self.root, self.phase, self.progress = newest.job, newest.root, Phase.STOPPED, None
        self.accepted, self.asked = newest.accepted, newest.asked
        self.changed.emit()
