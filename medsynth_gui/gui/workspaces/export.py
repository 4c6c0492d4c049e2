"""Export: a project becomes a dataset: dry run, write, read back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.export.base import ExportPlan, ExportReport
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import choose_project
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.export_plan import ExportPlanView
from medsynth_gui.gui.panels.export_setup import ExportSetup
from medsynth_gui.gui.panels.parts import EmptyState, button
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.add_frames import read_samples
from medsynth_gui.jobs.export import ExportProject, PlanExport

ROWS = (
    ActionRow("export.plan", QT_TRANSLATE_NOOP("actions", "Dry run of the export"), ("Ctrl+D",), "list-bullets"),
    ActionRow("export.write", QT_TRANSLATE_NOOP("actions", "Write the dataset"), ("Ctrl+Return",), "export"),
)


class ExportWorkspace(Workspace):
    """Left the request, right the plan and what came of it."""

    key = "export"
    title = QT_TRANSLATE_NOOP("workspaces", "Export")
    icon = "export"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.setup = ExportSetup()
        self.setup.changed.connect(self._request_changed)
        self.setup.plan.connect(self.plan)
        self.setup.write.connect(self.write)
        self.setup.create_project.connect(partial(choose_project, context, self, create=True))
        self.setup.open_project.connect(partial(choose_project, context, self, create=False))
        self.view = ExportPlanView()
        self.pages = QStackedWidget()
        self.pages.addWidget(EmptyState(
            "export", self.tr("Nothing is planned yet"),
            self.tr("Choose a folder on the left. A dry run shows every name and everything that is left out, "
                    "before anything is written."),
            [button(self.tr("Go to Library"), partial(self._go, "library"), name="export-go-library")]))
        self.pages.addWidget(self.view)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addWidget(self.pages, 1)
        self._job: JobHandle | None = None
        for action_row, handler in zip(ROWS, (self.plan, self.write), strict=True):
            context.actions.add(action_row, handler)
        context.session.project_changed.connect(self._project_changed)
        context.queue.finished.connect(self._job_finished)

    def _go(self, key: str) -> None:
        self.context.show_workspace(key)

    def activated(self) -> None:
        self._project_changed(None)

    def _project_changed(self, _: object) -> None:
        project = self.context.session.project
        self.pages.setCurrentIndex(0)
        if project is None:
            self.setup.set_project("", ())
        elif self.isVisible():
            self.context.queue.submit(Reading(partial(read_samples, project.folder)), self._samples_read, quiet=True)

    def _samples_read(self, samples: Sequence[Sample]) -> None:
        if project := self.context.session.project:
            self.setup.set_project(project.name, samples)

    def _request_changed(self) -> None:
        # A plan for another request must not stand beside this one.
        self.pages.setCurrentIndex(0)

    def plan(self) -> None:
        """Make a dry run."""
        if self.setup.plan_button.isEnabled():
            self._submit(PlanExport, self._planned)

    def write(self) -> None:
        """Show the plan, then write it and read it back."""
        if self.setup.write_button.isEnabled():
            self._submit(PlanExport, self._planned_to_write)

    def _submit(self, kind: type[PlanExport] | type[ExportProject], done: object) -> None:
        project, out = self.context.session.project, self.setup.out.path
        if project is None or out is None:
            return
        job = kind(project.folder, self.setup.format.currentData(), out, self.setup.query)
        self._job = self.context.queue.submit(job, done, self._failed)
        self.setup.refresh(busy=True)

    def _planned(self, plan: ExportPlan) -> None:
        self.view.show_plan(plan)
        self.pages.setCurrentWidget(self.view)

    def _planned_to_write(self, plan: ExportPlan) -> None:
        self._planned(plan)
        if not plan.conflicts:
            self._submit(ExportProject, self._written)

    def _written(self, report: ExportReport) -> None:
        self.view.show_report(report)
        self.context.notify(self.tr("{n} images written and verified.").format(n=f"{report.images:,}"), "good")

    def _failed(self, message: Message) -> None:
        self.context.notify(message, "bad")

    def _job_finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            self.setup.refresh()
