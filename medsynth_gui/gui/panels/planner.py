"""The planner: a target table filled from the project, and its filling; and the switch that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.dataset.plan import Plan, Stratum, at_least, balance_classes
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import choose_project
from medsynth_gui.gui.item_models.plan_model import PlanModel
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.parts import EmptyState, Legend, button, row, text
from medsynth_gui.gui.panels.planner_card import FillCard
from medsynth_gui.gui.panels.planner_run import Fills
from medsynth_gui.gui.panels.planner_setup import PlannerSetup
from medsynth_gui.gui.panels.planner_table import PlanTable
from medsynth_gui.gui.panels.planner_targets import EditedTargets
from medsynth_gui.gui.panels.planner_words import forecast_words, head_words, state_words
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.fill_plan import FillPlan
from medsynth_gui.jobs.make_plan import MakePlan, PlanReport
from medsynth_gui.session.plan_commands import fill_job, plan_path


class Planner(QWidget):
    """What the project has of each kind, what it shall have, and how the gap is filled.

    Signals:
        rejected_wanted(Path): show what the gates of this fill rejected.
    """

    rejected_wanted = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.plan: Plan | None = None
        self._problems: dict[Stratum, Message] = {}
        self._unread = 0
        self._counts: dict[Stratum, int] = {}
        self._job: JobHandle | None = None
        self.fills = Fills(context, self)
        self.setup = PlannerSetup(context)
        self.model = PlanModel(self)
        self.table = PlanTable(context.theme, self.model)
        self.card = FillCard(context.theme, self.fills)
        self._head, self._state = text("", "page", wrap=False), text("", "muted")
        self._legend = Legend(context.theme, [("accent", self.tr("real")), ("caution", self.tr("synthetic, accepted")),
                                               ("line", self.tr("missing"))])
        self._empty = EmptyState(
            "chart-bar", self.tr("What does your dataset lack?"),
            self.tr("Open a project: its images are counted by class and size, you say how many there shall be, and "
                    "the gaps are filled with images that pass the gates."),
            [button(self.tr("Open a project"), partial(self._choose, False), kind="primary", name="plan-open-project"),
             button(self.tr("New project"), partial(self._choose, True), name="plan-new-project")])
        self._targets = EditedTargets(context, self)
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE.L, SPACE.M, SPACE.L, SPACE.M)
        column.setSpacing(SPACE.M)
        column.addLayout(row(self._head, QWidget(), self._legend, stretch=1))
        column.addWidget(self._state)
        # The tray of jobs stands at the bottom: the card goes above the table.
        column.addWidget(self.card)
        column.addWidget(self.table, 1)
        self._pages = QStackedWidget()
        for page in (self._empty, content):
            self._pages.addWidget(page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.setup.changed.connect(self.count)
        self.setup.proposed.connect(self.propose)
        self.setup.framed.connect(self._framed)
        self.setup.fill.connect(self.fill)
        self.setup.estimate.connect(self._time)
        self.model.edited.connect(self._edited)
        self.fills.changed.connect(self._fill_changed)
        self.fills.ended.connect(self._ended)
        self.card.rejected_wanted.connect(self._show_rejected)
        self._context.session.project_changed.connect(self._project_changed)

    # --- counting

    def activated(self) -> None:
        """The planner has come to the front."""
        self.setup.model.refresh()
        self.count()
        self.fills.look()

    def _project_changed(self, _: object) -> None:
        if self.isVisible():
            self.count()

    def count(self) -> None:
        """Count the project's samples again; targets stay."""
        project = self._context.session.project
        if self.fills.running:
            return
        if self._job is not None:
            self._job.cancel()
        if project is None:
            self.plan = None
            self._show()
            return
        self._targets.save_now()
        setup = self.setup
        self._job = self._context.queue.submit(
            MakePlan(project.folder, setup.model.ref, setup.facets, setup.bounds, setup.part.key,
                     kept=plan_path(self._context.session)), self._counted, self._uncounted, quiet=True)

    def _counted(self, report: PlanReport) -> None:
        self.plan = self._targets.kept(report.plan)
        self._problems, self._unread = dict(report.problems), len(report.unread)
        self._counts = self._accepted()
        known = self._context.session.project.samples() if self._context.session.project else ()
        self.setup.offer({"view": any(sample.view for sample in known),
                          "scanner": any(sample.scanner for sample in known)})
        self._show()

    def _uncounted(self, message: Message) -> None:
        self.plan = None
        self._show()
        self._head.setText(self.tr("Nothing to plan with yet"))
        self._state.setText(words(message))
        self._pages.setCurrentIndex(1)

    # --- targets

    def propose(self, kind: str, count: int) -> None:
        """Set all targets by a rule."""
        if self.plan is None:
            return
        aim = partial(_outside, self._problems)
        rules: dict[str, Callable[[Plan], Plan]] = {
            "balance": partial(balance_classes, aim=aim), "clear": partial(at_least, number=0),
            "least": partial(at_least, number=count, aim=aim)}
        self._set_plan(rules[kind](self.plan))

    def _edited(self, stratum: Stratum, target: int) -> None:
        if self.plan is not None:
            self._set_plan(self.plan.with_targets({stratum: target}))

    def _framed(self, frame: str) -> None:
        if self.plan is not None and self.plan.cells:
            self._set_plan(self.plan.with_frame(frame, self.setup.model.ref))

    def _set_plan(self, plan: Plan) -> None:
        self.plan = plan
        self._targets.edited(plan)
        self._show()

    # --- filling

    def _wanted(self) -> FillPlan | None:
        """The fill that would begin now; None where nothing is missing."""
        if self.plan is None or not self.plan.missing or self.fills.busy:
            return None
        try:
            return fill_job(self._context.session, self.plan, model=self.setup.model.ref, seed=self.setup.seed.value(),
                            frame=self.setup.frame.frame, accept_licence=self.setup.licence.accepted)
        except MedSynthError as error:
            self._context.notify(error.message, "bad")
            return None

    def fill(self) -> None:
        """Say how long it will take, then fill the gaps."""
        if job := self._wanted():
            self._targets.save_now()
            self.fills.fill(job)

    def _time(self) -> None:
        if job := self._wanted():
            self.fills.time(job)

    def pause_or_resume(self) -> None:
        """Stop the fill, or go on with it."""
        self.fills.pause()
        self.fills.resume()

    def _fill_changed(self) -> None:
        progress = self.fills.progress
        if progress is not None and not progress.attempts:
            self._counts = self._accepted()
        self._show()

    def _accepted(self) -> dict[Stratum, int]:
        """What the fill has put into the project so far."""
        progress = self.fills.progress
        return {cell.stratum: cell.accepted for cell in progress.cells} if progress else {}

    def _ended(self) -> None:
        session = self._context.session
        session.project_changed.emit(session.project)
        self.count()

    def _show_rejected(self) -> None:
        if self.fills.root is not None:
            self.rejected_wanted.emit(self.fills.root)

    def _choose(self, create: bool) -> None:
        if choose_project(self._context, self, create=create):
            self.activated()

    # --- what is seen

    def _show(self) -> None:
        plan, fills = self.plan, self.fills
        progress = {cell.stratum: cell for cell in fills.progress.cells} if fills.progress else {}
        self.model.editable = not fills.busy
        self.model.set_plan(plan, self._problems, progress, self._counts)
        self.table.show_columns(plan)
        self._pages.setCurrentIndex(int(self._context.session.project is not None))
        self.setup.set_plan(plan, fills.busy, self._forecast())
        for name, available in (("fill", self.setup.go.isEnabled()), ("pause_fill", fills.busy)):
            self._context.actions.set_available(f"synthesize.{name}", available)
        if plan is None:
            return
        self._head.setText(head_words(self.model.rows))
        self._state.setText(state_words(plan, self.model.rows, self._unread))

    def _forecast(self) -> str:
        job = self._wanted() if self.setup.model.ref else None
        return forecast_words(self.plan, self.fills.measured(job)) if job and self.plan else ""


def _outside(problems: Mapping[Stratum, Message], stratum: Stratum) -> bool:
    """Whether nothing speaks against filling a row."""
    return stratum not in problems
