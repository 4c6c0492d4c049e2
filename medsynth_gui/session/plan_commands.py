"""Filling a plan from the window: the request, with what the person has set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import UsageError
from medsynth_gui.session.requests import compute
from medsynth_gui.session.session import Session

if TYPE_CHECKING:
    from medsynth_gui.dataset.plan import Plan
    from medsynth_gui.jobs.fill_plan import FillPlan
    from medsynth_gui.jobs.gates import Thresholds

PLAN_NAME = "plan.toml"


def plan_path(session: Session) -> Path:
    """Where the project keeps its target table.

    Raises:
        UsageError: no project is open.
    """
    if session.project is None:
        raise UsageError("no-project")
    return session.project.folder / PLAN_NAME


def thresholds_of(session: Session, model: str) -> Thresholds:
    """Limits of the gates as the person has set them for a model; what is not set stays calibrated."""
    from medsynth_gui.jobs.gates import Thresholds

    stored = session.settings["gate_thresholds"].get(model, {})
    known = vars(Thresholds())
    return Thresholds(**{name: float(value) for name, value in stored.items()
                         if name in known and isinstance(value, (int, float))})


def fill_job(session: Session, plan: Plan, *, model: str, seed: int, frame: str | None = None,
             accept_licence: bool = False) -> FillPlan:
    """The job that fills a plan into the open project, in the frame of the plan if no other is given.

    Raises:
        UsageError: no project is open.
    """
    from medsynth_gui.jobs.fill_plan import FillPlan

    folder = plan_path(session).parent
    real = session.settings["real_images"]
    return FillPlan(plan, model, seed, project=folder, thresholds=thresholds_of(session, model),
                    training=Path(real) if real else None, accept_licence=accept_licence, frame=frame,
                    compute=compute(session))
