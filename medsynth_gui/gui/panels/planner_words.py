"""What the planner says of a plan, in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from medsynth_gui.dataset.plan import Plan
from medsynth_gui.gui.item_models.plan_model import PlanRow
from medsynth_gui.gui.translation import duration, number
from medsynth_gui.jobs.fill_estimate import Estimate


def head_words(rows: Sequence[PlanRow]) -> str:
    """How much is missing."""
    lacking = [row.missing for row in rows if row.missing]
    if not any(row.cell.target > row.cell.real for row in rows):
        return QCoreApplication.translate("plan", "No targets yet")
    if not lacking:
        return QCoreApplication.translate("plan", "Nothing is missing")
    return QCoreApplication.translate("plan", "{count} images are missing in {rows} of {all} rows").format(
        count=number(sum(lacking)), rows=len(lacking), all=len(rows))


def state_words(plan: Plan, rows: Sequence[PlanRow], unread: int) -> str:
    """What was counted, and what could not be."""
    translate = QCoreApplication.translate
    notes = [translate("plan", "Counted: the training part") if plan.part else
             translate("plan", "Counted: all samples")]
    if not any(row.missing for row in rows):
        notes.append(translate("plan", "type a target into its cell, or let one be proposed"))
    if plan.unplaced:
        notes.append(translate("plan", "{count} without a mask are in no row").format(count=number(plan.unplaced)))
    if unread:
        notes.append(translate("plan", "{count} masks cannot be read").format(count=unread))
    return " · ".join(notes)


def forecast_words(plan: Plan, estimate: Estimate | None) -> str:
    """How long a fill will take, once it was measured on this machine."""
    translate = QCoreApplication.translate
    if estimate is None:
        return translate("plan", "The time is measured before anything is made.")
    seconds = plan.missing * estimate.seconds_per_image / estimate.acceptance
    return translate("plan", "About {time}: {each} s an image, of {tried} tried {passed} passed the gates.").format(
        time=duration(seconds), each=number(estimate.seconds_per_image, 1), tried=estimate.probed,
        passed=estimate.passed)
