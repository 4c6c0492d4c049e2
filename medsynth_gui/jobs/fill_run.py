"""FillRun: a fill while it runs, from the folder where it was left to the report."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError, Message, ProjectError, UsageError
from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.files import plain_name
from medsynth_gui.dataset.plan import Plan, Stratum
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.jobs.fill_folder import FillFolder
from medsynth_gui.jobs.fill_images import ImageMaker
from medsynth_gui.jobs.fill_report import CellProgress, FillProgress, FillReport
from medsynth_gui.jobs.gates import TRAINED, GateResult, seen_groups
from medsynth_gui.jobs.job import JobCancelled, JobContext, Progress
from medsynth_gui.jobs.make_plan import problems_of
from medsynth_gui.jobs.segment import label_set_of
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.jobs.synthesize_files import generator_record

if TYPE_CHECKING:
    from medsynth_gui.jobs.fill_plan import FillPlan

Gray = npt.NDArray[np.uint8]


def rows_to_fill(plan: Plan, card: ModelCard) -> tuple[CellProgress, ...]:
    """The rows of a plan that lack images; those that the generator cannot fill have a problem.

    Raises:
        UsageError: nothing is missing, or no row can be filled (the first reason is told).
    """
    if not plan.missing:
        raise UsageError("plan-nothing-missing")
    problems = problems_of(plan, card)
    rows = tuple(CellProgress(cell.stratum, cell.missing, problem=problems.get(cell.stratum))
                 for cell in plan.cells if cell.missing)
    if not any(row.open for row in rows):
        message: Message = next(row.problem for row in rows if row.problem)
        raise UsageError(message.id, **message.params)
    return rows


class FillRun:
    """Everything that is open while a fill runs; a context manager."""

    def __init__(self, job: FillPlan, card: ModelCard, ctx: JobContext) -> None:
        self._job, self._card, self._ctx = job, card, ctx
        self._labels = label_set_of(card)
        self._stack = ExitStack()
        self._started = time.monotonic()
        self._attempts = 0
        self._told = FillProgress(())

    def __enter__(self) -> FillRun:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        job = self._job
        self._cells = list(rows_to_fill(job.plan, self._card))
        root = job.folder(self._card)
        self._project = self._stack.enter_context(Project.open(job.project)) if job.project else None
        self._samples: tuple[Sample, ...] = self._project.samples() if self._project else ()
        names = [sample.id for sample in self._samples]
        first = {cell.stratum.key: next_attempt(job.seed, cell.stratum, names) for cell in self._cells}
        self._folder = FillFolder(root, job.request(self._card),
                                  generator_record(self._card, None, job.accept_licence), first)
        place = {cell.stratum.key: number for number, cell in enumerate(self._cells)}
        for row, _, rejected_by in self._folder.records():
            if (number := place.get(row)) is not None:
                self._cells[number] = self._cells[number].after(rejected_by, job.patience)
        self._asked = sum(cell.accepted for cell in self._cells) + self._still_wanted()

    def _still_wanted(self) -> int:
        wanted = sum(cell.wanted - cell.accepted for cell in self._cells if cell.open)
        if self._job.limit is None:
            return wanted
        return min(wanted, max(0, self._job.limit - sum(cell.accepted for cell in self._cells)))

    def run(self) -> FillReport:
        """Make images until no row is open; a run that is stopped leaves a report too."""
        ran: dict[str, Any] = {}
        self._warnings: tuple[Message, ...] = ()
        try:
            self._publish()
            if self._still_wanted():
                maker = ImageMaker(self._job, self._card, self._samples,
                                   self._project.labels if self._project else None)
                ran = dict(maker.synthesizer.runtime.record())
                self._warnings = maker.warnings
                while self._still_wanted():
                    self._make(maker, self._next_row())
        except JobCancelled:
            self._finish("stopped", ran)
            raise
        return self._finish("done", ran)

    def _next_row(self) -> int:
        """The open row with the fewest images made of those it wants: a fill that is stopped is balanced."""
        rows = [number for number, cell in enumerate(self._cells) if cell.open]
        return min(rows, key=lambda number: self._cells[number].made / self._cells[number].wanted)

    def _make(self, maker: ImageMaker, number: int) -> None:
        """One image of a row, judged and written."""
        cell = self._cells[number]
        attempt = self._folder.first_attempts[cell.stratum.key] + cell.made
        try:
            made, verdicts = maker.make(cell.stratum, attempt, JobContext(report=self._tell))
        except ProjectError as error:
            self._cells[number] = replace(cell, problem=error.message)
            return
        stopped_by = next((one.gate for one in verdicts if one.failed), "") if self._job.gates == "reject" else ""
        self._keep(made, cell.stratum, attempt, verdicts, stopped_by)
        self._attempts += 1
        self._cells[number] = cell.after(stopped_by, self._job.patience)
        self._publish(made.image, not stopped_by)
        self._tell(Progress(0, 1))

    def _tell(self, progress: Progress) -> None:
        """How far it is, in the figures that were published: one source for all who tell them."""
        share = min(0.99, progress.done / (progress.total or 1.0))
        accepted = self._told.accepted
        self._ctx.checkpoint(accepted + share, max(1, self._asked), f"{accepted} of {self._asked}",
                             left_s=self._left_s)

    def _keep(self, made: SyntheticImage, stratum: Stratum, attempt: int, verdicts: Sequence[GateResult],
              stopped_by: str) -> None:
        """Write an image, then its line."""
        name = f"{name_stem(self._job.seed, stratum)}{attempt:05d}"
        sample = self._add(self._project, made, stratum, name) if self._project and not stopped_by else ""
        self._folder.keep(made, verdicts, self._labels, name, stratum=stratum, attempt=attempt,
                          rejected_by=stopped_by, sample=sample)

    def _add(self, project: Project, made: SyntheticImage, stratum: Stratum, name: str) -> str:
        """Add an accepted image to the project; after a crash it may be there already."""
        project.note_generator(self._card.weights_sha256, seen_groups(self._card, (TRAINED,)))
        labels = project.labels.with_names(self._card.labels)
        if labels is not project.labels:
            project.set_labels(labels)
        try:
            return project.add_image(
                made.image, made.provenance, id=name, title=name, class_name=stratum.class_name,
                mask=made.mask_in(labels), mask_provenance=made.provenance, view=stratum.view, scanner=stratum.scanner,
                modality=next(iter(self._card.modalities), "US")).id
        except MedSynthError as error:
            if error.message.id != "sample-known":
                raise
            return str(error.message.params["sample"])

    def _publish(self, image: Gray | None = None, accepted: bool = False) -> None:
        self._told = FillProgress(tuple(self._cells), image, accepted, time.monotonic() - self._started, self._attempts,
                                  self._asked)
        self._left_s = self._told.left_s
        self._ctx.publish(self._told)

    def _finish(self, state: str, ran: dict[str, Any]) -> FillReport:
        place: Path = self._job.project or self._folder.root
        report = FillReport(state, tuple(self._cells), self._card.id, self._job.seed, self._folder.root, place,
                            {"model_sha256": self._card.weights_sha256, "gates": self._job.gates,
                             **({} if self._job.wished_frame == BY_SEED else {"frame": self._job.wished_frame}), **ran,
                             "seconds": round(time.monotonic() - self._started, 3)}, self._warnings)
        self._folder.finish(report, whole=self._project is None)
        return report


def name_stem(seed: int, stratum: Stratum) -> str:
    """What the names of a row's images begin with."""
    return f"synthetic-{seed}-{plain_name(stratum.key)}-"


def next_attempt(seed: int, stratum: Stratum, names: Iterable[str]) -> int:
    """The first attempt whose image an earlier fill has not put there."""
    pattern = re.compile(re.escape(name_stem(seed, stratum)) + r"(\d{5,})$")
    return max((int(match[1]) + 1 for name in names if (match := pattern.match(name))), default=0)
