"""MakePlan: the target table of a project, with what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message, UsageError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.plan import Measured, Plan, Reach, SizeBounds, Stratum, at_least, balance_classes, make_plan
from medsynth_gui.dataset.plan_file import cell_record, read_plan, write_plan
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part
from medsynth_gui.jobs.catalogue import find_model
from medsynth_gui.jobs.job import JobContext, Lane

_KEPT_SHARES = 200_000
_shares: dict[str, float] = {}


@dataclass(frozen=True)
class PlanReport:
    """A plan as counted; rows that the model cannot fill, with the reason; masks that could not be read."""

    plan: Plan
    model: str = ""
    problems: Mapping[Stratum, Message] = field(default_factory=dict)
    unread: tuple[OpenFailure, ...] = ()
    out: Path | None = None

    @property
    def exit_code(self) -> int:
        """1 if a mask could not be read."""
        return 1 if self.unread else 0

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        plan = self.plan
        rows = [{**cell_record(cell), "missing": cell.missing,
                 **({"problem": self.problems[cell.stratum].english()} if cell.stratum in self.problems else {})}
                for cell in plan.cells]
        return {"out": str(self.out) if self.out else "", "model": self.model, "part": plan.part or "all",
                "sizes": [plan.bounds.small, plan.bounds.large], "missing": plan.missing,
                "without_mask": plan.unplaced, "cells": rows,
                "failed": [{"path": one.path, "id": one.message.id, "message": one.message.english()}
                           for one in self.unread]}


@dataclass(frozen=True)
class MakePlan:
    """Count the samples of a project by stratum and propose targets.

    Attributes:
        model: the generator that shall fill it: adds rows for its classes, and says what it cannot aim at.
        facets: what tells rows apart: class, view, scanner, size.
        bounds: shares at which medium and large begin; None parts the project's masks into thirds.
        part: "train", or "all".
        balance: raise every class to the largest one.
        least: at least so many images in every row.
        kept: plan file whose frame and targets stand, where there is one and it has the row.
        out: plan file to write.
    """

    project: Path
    model: str = ""
    facets: tuple[str, ...] = ("class", "size")
    bounds: tuple[float, float] | None = None
    part: str = Part.TRAIN.value
    balance: bool = False
    least: int = 0
    kept: Path | None = None
    out: Path | None = None
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-make-plan")

    def run(self, ctx: JobContext) -> PlanReport:
        """The plan.

        Raises:
            ProjectError: the project cannot be read.
            InputError: it has no sample.
            UsageError: bounds, facets or targets make no sense.
        """
        if self.part not in ("all", Part.TRAIN.value):
            raise UsageError("choice-unknown", what="the part that is counted", name=self.part, known="train, all")
        bounds = SizeBounds(*self.bounds) if self.bounds else None
        card = find_model(self.model, task="synthesis") if self.model else None
        with Project.open(self.project, writable=False) as project:
            samples = project.samples()
        if not samples:
            raise InputError("plan-empty-project", path=self.project)
        unread: list[OpenFailure] = []
        measured = tuple(measure(samples, unread, ctx))
        plan = make_plan(measured, facets=self.facets, bounds=bounds, classes=card.classes if card else (),
                         part="" if self.part == "all" else self.part)
        problems = problems_of(plan, card)
        plan = self._with_kept(plan, unread)
        if self.balance:
            plan = balance_classes(plan, lambda stratum: stratum not in problems)
        if self.least:
            plan = at_least(plan, self.least, lambda stratum: stratum not in problems)
        if self.out:
            write_plan(self.out, plan)
        return PlanReport(plan, card.id if card else "", problems, tuple(unread), self.out)

    def _with_kept(self, plan: Plan, unread: list[OpenFailure]) -> Plan:
        """The plan with frame and targets that a person has set before, no target below what is there by now."""
        if self.kept is None or not self.kept.is_file():
            return plan
        try:
            kept = plan.with_wishes_of(read_plan(self.kept))
        except MedSynthError as error:
            unread.append(OpenFailure(str(self.kept), error.message))
            return plan
        return kept.with_targets({cell.stratum: max(cell.present, cell.target) for cell in kept.cells})


@dataclass(frozen=True)
class SavePlan:
    """Write a plan file."""

    plan: Plan
    out: Path
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-save-plan", {"path": self.out.name})

    def run(self, ctx: JobContext) -> None:
        """Raises StorageError where the disk refuses."""
        write_plan(self.out, self.plan)


def measure(samples: Iterable[Sample], unread: list[OpenFailure], ctx: JobContext) -> Iterator[Measured]:
    """The labelled share of each sample; masks are read once in the life of this program."""
    from medsynth_gui.io.raster_files import read_labels

    rows = tuple(samples)
    if len(_shares) > _KEPT_SHARES:
        _shares.clear()
    for number, sample in enumerate(rows):
        if sample.mask is None:
            yield Measured(sample, None)
            continue
        if sample.mask_sha256 not in _shares:
            ctx.checkpoint(number, len(rows), sample.id)
            try:
                _shares[sample.mask_sha256] = float((read_labels(sample.mask) > 0).mean())
            except MedSynthError as error:
                unread.append(OpenFailure(sample.id, error.message))
                yield Measured(sample, None)
                continue
        yield Measured(sample, _shares[sample.mask_sha256])


def problems_of(plan: Plan, card: ModelCard | None) -> dict[Stratum, Message]:
    """Rows that a generator cannot fill, with the reason."""
    if card is None:
        return {}
    reach = Reach(card.id, card.classes, tuple(card.input.get("views", ())), tuple(card.input.get("scanners", ())))
    found = ((cell.stratum, reach.problem(plan, cell.stratum)) for cell in plan.cells)
    return {stratum: message for stratum, message in found if message is not None}
