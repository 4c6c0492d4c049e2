"""The menu of what changes whole masks: operations, and copying and interpolating between frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.mask_operations import MaskChange
from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.mask_panel import MaskPanel
from medsynth_gui.jobs.job import Job
from medsynth_gui.session import frame_commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.operations import OPERATION_SPECS, OperationSpec, apply_changes

_COPY = ("annotate.copy_active", "annotate.copy_replace")


class MaskMenu(QMenu):
    """Operations open `panel` over the canvas; what happens between frames happens at once, or in a job."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._context, self._session = context, context.session
        self._job: JobHandle | None = None
        self.panel = MaskPanel(context, canvas)
        actions = context.actions
        for spec in OPERATION_SPECS:
            row = ActionRow(f"annotate.mask_{spec.id}", spec.name, (), spec.icon)
            action = actions.add(row, _Open(self, spec))
            action.setToolTip(QCoreApplication.translate("operations", spec.hint))
            self.addAction(action)
        self.setToolTipsVisible(True)
        self.addSeparator()
        for name, handler in (("copy_next", lambda: self._copy(1)), ("copy_previous", lambda: self._copy(-1)),
                              ("interpolate", lambda: self.interpolate(all_gaps=False)),
                              ("interpolate_all", lambda: self.interpolate(all_gaps=True))):
            self.addAction(actions.bind(f"annotate.{name}", handler))
        self.addSeparator()
        for name in _COPY:
            key = name.partition(".")[2]
            self.addAction(actions.bind(name, _Keep(context, name), checked=context.settings[key]))

    def open(self, spec: OperationSpec) -> None:
        """Show the panel of an operation, or take the tool that does it."""
        if spec.shown_as_tool:
            self._context.actions.get(f"annotate.tool_{spec.shown_as_tool}").trigger()
        else:
            self.panel.open(spec)

    def interpolate(self, *, all_gaps: bool) -> None:
        """Fill the gap around the frame shown, or all."""
        self._start(lambda: frame_commands.interpolate_job(self._session, all_gaps=all_gaps), self.filled)

    def filled(self, opened: OpenSeries, changes: tuple[MaskChange, ...], revision: int) -> None:
        """Write what was interpolated; where the mask changed meanwhile it is only told."""
        if opened not in self._session.opened:
            return
        if opened.document.revision != revision:
            self._context.notify(Message("mask-changed-meanwhile"), "caution")
        else:
            apply_changes(self._session, opened, changes, "Interpolate")

    def _start(self, make: Callable[[], Job[Any]], done: Callable[[OpenSeries, Any, int], None]) -> None:
        if self._job is not None:
            return
        try:
            job = make()
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        self._job = self._context.queue.submit(job, on_done=_Made(done, self._session.current))
        self._context.queue.finished.connect(self._finished)

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            self._context.queue.finished.disconnect(self._finished)

    def _copy(self, by: int) -> None:
        settings = self._context.settings
        frame_commands.copy_mask(self._session, by, every_label=not settings["copy_active"],
                                 replace=settings["copy_replace"])


class _Open:
    def __init__(self, menu: MaskMenu, spec: OperationSpec) -> None:
        self._menu, self._spec = menu, spec

    def __call__(self) -> None:
        self._menu.open(self._spec)


class _Made:
    """Hands on the result of the job that was started for one series."""

    def __init__(self, done: Callable[[OpenSeries, Any, int], None], opened: OpenSeries) -> None:
        self._done, self._opened, self._revision = done, opened, opened.document.revision

    def __call__(self, result: Any) -> None:
        self._done(self._opened, result, self._revision)


class _Keep:
    """Remembers a switch of the menu."""

    def __init__(self, context: AppContext, name: str) -> None:
        self._context, self._name = context, name

    def __call__(self) -> None:
        self._context.settings[self._name.partition(".")[2]] = self._context.actions.get(self._name).isChecked()
