"""MaskPanel: one whole-mask operation with its numbers, shown live on the canvas until it is applied."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.mask_operations import MaskChange
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.option_editors import OptionStore, editor
from medsynth_gui.gui.panels.parts import Card, button, row, set_role, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.operations import OperationSpec, apply_changes, operation_job
from medsynth_gui.session.tools.base import OptionValue

_WIDTH = 316
_PAUSE_MS = 20


class MaskPanel(Card):
    """Stands over the upper right corner of the canvas; drawing goes on beside it. Hidden while nothing is asked."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        super().__init__(parent=canvas)
        self._context, self._session, self._canvas = context, context.session, canvas
        self._spec: OperationSpec | None = None
        self._options: dict[str, dict[str, OptionValue]] = {}
        self._editors: list[QWidget] = []
        self._job: JobHandle | None = None
        self._lay_out()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._preview)
        for signal in (self._session.history_changed, self._session.frame_changed, self._session.proposal_changed,
                       self._session.labels_changed):
            signal.connect(self._changed)
        self._session.current_changed.connect(lambda _: self.close_panel())
        self.hide()

    def _lay_out(self) -> None:
        self.setObjectName("mask-panel")
        self.setFixedWidth(_WIDTH)
        # A press beside the fields must not reach the image below.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.title, self.hint, self.found = text("", "title"), text("", "small"), text("", "muted")
        self.scope = Segmented((("frame", self.tr("This frame"), self.tr("Only the frame shown")),
                                ("all", self.tr("All labelled"), self.tr("Every frame that has a label"))))
        self.apply_button = button(self.tr("Apply  ⏎"), self.apply, kind="primary", name="mask-apply",
                                   tip=self.tr("Change the mask, as one step (Enter)"))
        cancel = button(self.tr("Cancel"), self.close_panel, kind="quiet", name="mask-cancel",
                        tip=self.tr("Leave the mask as it is (Esc)"))
        self._fields = QVBoxLayout()
        self._fields.setSpacing(SPACE.S)
        for widget in (self.title, self.hint):
            self.body.addWidget(widget)
        self.body.addLayout(self._fields)
        for widget in (self.scope, self.found):
            self.body.addWidget(widget)
        self.body.addLayout(row(cancel, self.apply_button, stretch=1))

    def open(self, spec: OperationSpec) -> None:
        """Show an operation and what it would do."""
        if self._session.current is None:
            return
        self._spec = spec
        held = self._options.setdefault(spec.id, {option.key: option.default for option in spec.options})
        store = OptionStore(lambda: held, self._write, self._session)
        for widget in self._editors:
            widget.hide()
            widget.deleteLater()
        calibrated = self._session.current.series.spacing is not None
        if not calibrated and "unit" in held:
            held["unit"] = "px"
        self._editors = [editor(option, store) for option in spec.options if calibrated or option.key != "unit"]
        for widget in self._editors:
            self._fields.addWidget(widget)
            widget.refresh()
        self.title.setText(QCoreApplication.translate("operations", spec.name))
        self.hint.setText(QCoreApplication.translate("operations", spec.hint))
        self.scope.setVisible(self._session.current.series.frame_count > 1)
        self.show()
        self._stand()
        self._preview()

    def apply(self) -> bool:
        """Change the mask as one undo step. False where no operation is open."""
        if self._spec is None:
            return False
        opened, spec = self._session.current, self._spec
        everywhere = self.scope.key == "all" and opened.series.frame_count > 1
        job = operation_job(self._session, spec.id, self._options[spec.id], all_frames=everywhere)
        self.close_panel()
        self._context.queue.submit(job, on_done=_Found(self, opened, spec, opened.document.revision),
                                   quiet=not everywhere)
        return True

    def close_panel(self) -> bool:
        """Leave the mask as it is. False where no operation is open."""
        if self._spec is None:
            return False
        self._spec = None
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()
        self._canvas.set_mask_preview(None)
        self.hide()
        self._canvas.setFocus()
        return True

    def applied(self, opened: OpenSeries, spec: OperationSpec, changes: tuple[MaskChange, ...], revision: int) -> None:
        """Write what a job found; where the mask changed meanwhile it is only told."""
        if opened not in self._session.opened:
            return
        if opened.document.revision != revision:
            self._context.notify(Message("mask-changed-meanwhile"), "caution")
        elif not changes:
            self._context.notify(Message("nothing-changes"), "info")
        else:
            apply_changes(self._session, opened, changes, spec.name)

    def _write(self, key: str, value: OptionValue) -> None:
        if self._spec is not None:
            self._options[self._spec.id][key] = value
            for widget in self._editors:
                widget.refresh()
            self._changed(None)

    def _changed(self, _: object) -> None:
        if self._spec is not None and not self._pause.isActive():
            self._pause.start()

    def _preview(self) -> None:
        if self._spec is None or self._session.current is None:
            return
        if self._job is not None and self._job.state in (JobState.PENDING, JobState.RUNNING):
            self._pause.start()  # the latest numbers are asked for when the lane is free
            return
        if self._session.document.stepping:
            return  # the end of the stroke asks again
        job = operation_job(self._session, self._spec.id, self._options[self._spec.id])
        self._job = self._context.queue.submit(job, on_done=self._show, quiet=True, first=True)

    def _show(self, changes: tuple[MaskChange, ...]) -> None:
        if self._spec is None:
            return
        gained = sum(int(change.gained.sum()) for change in changes)
        lost = sum(int(change.lost.sum()) for change in changes)
        self.found.setText(self.tr("This frame: +{0} px, −{1} px").format(number(gained), number(lost))
                           if changes else self.tr("This frame: no change"))
        set_role(self.found, "muted")
        self._stand()
        if not changes or changes[0].region.frame != self._session.frame:
            self._canvas.set_mask_preview(None)
            return
        change = changes[0]
        shown = change.gained.astype(np.uint8) + 2 * change.lost.astype(np.uint8)
        self._canvas.set_mask_preview(shown, self._session.label_set.find(change.value), region=change.region)

    def _stand(self) -> None:
        self.adjustSize()
        self.move(self._canvas.width() - self.width() - SPACE.M, SPACE.M)
        self.raise_()

    def showEvent(self, event: QShowEvent) -> None:
        self._canvas.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        # A filter sees every event of the canvas: who draws should not wait for one that has nothing to do.
        self._canvas.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._stand()
        return False


class _Found:
    """The result of a job for one series, operation and state of the mask."""

    def __init__(self, panel: MaskPanel, opened: OpenSeries, spec: OperationSpec, revision: int) -> None:
        self._panel, self._request, self._revision = panel, (opened, spec), revision

    def __call__(self, changes: tuple[MaskChange, ...]) -> None:
        self._panel.applied(*self._request, changes, self._revision)
