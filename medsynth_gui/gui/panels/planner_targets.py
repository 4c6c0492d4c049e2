"""EditedTargets: what a person has set of a plan, written a moment later and kept while the project is counted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from medsynth_gui.dataset.plan import Plan
from medsynth_gui.gui.context import AppContext
from medsynth_gui.jobs.make_plan import SavePlan
from medsynth_gui.session.plan_commands import plan_path

_SAVE_MS = 800


class EditedTargets(QObject):
    """The plan as it was edited last, and the file that it belongs to."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._plan: Plan | None = None
        self._path: Path | None = None
        self._later = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._later.timeout.connect(self._write)

    def edited(self, plan: Plan) -> None:
        """A person has set something; it is written when no more follow."""
        self._plan, self._path = plan, plan_path(self._context.session)
        self._later.start()

    def save_now(self) -> None:
        """Write what was not written yet."""
        if self._later.isActive():
            self._later.stop()
            self._write()
        else:
            self._plan = None

    def kept(self, counted: Plan) -> Plan:
        """A counted plan with what was set since `save_now`: the count does not know of it."""
        session = self._context.session
        if self._plan is None or session.project is None or self._path != plan_path(session):
            return counted
        return counted.with_wishes_of(self._plan)

    def _write(self) -> None:
        if self._plan is not None and self._path is not None:
            self._context.queue.submit(SavePlan(self._plan, self._path), quiet=True)
