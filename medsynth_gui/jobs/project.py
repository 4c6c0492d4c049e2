"""Jobs that make, fill, split and check a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.balance import balance
from medsynth_gui.dataset.grouping import suggest_grouping
from medsynth_gui.dataset.importing import Candidate, from_pairs, from_studies, has_pairs, says_more
from medsynth_gui.dataset.label_mapping import parse_targets
from medsynth_gui.dataset.mask_import import MaskChoices
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.masks.listing import DOCUMENTS
from medsynth_gui.io.masks.recognise import MaskPlan, recognise
from medsynth_gui.io.readers import open_paths
from medsynth_gui.jobs.batch import BatchReport, need_paths
from medsynth_gui.jobs.import_masks import import_plan, sample_record
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class CreateProject:
    """Make an empty or new folder a project with these label names (values 1..n)."""

    project: Path
    name: str = ""
    labels: tuple[str, ...] = ()
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-project-create")

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """Its facts."""
        with Project.create(self.project, name=self.name, labels=LabelSet.named(*self.labels)) as project:
            return {"project": str(project.folder), "name": project.name,
                    "labels": {str(label.value): label.name for label in project.labels}}


@dataclass(frozen=True)
class ImportIntoProject:
    """Add files, folders, training sets, what `simulate` and `synthesize` wrote, and images with their masks.

    Attributes:
        class_name: of every image that has none of its own.
        every: one frame in so many of a cine.
        masks: look for masks that come with the images.
        labels: what labels of their files become, `SOURCE=NAME` each.
    """

    project: Path
    paths: tuple[Path, ...]
    class_name: str = ""
    every: int = 1
    masks: bool = True
    labels: tuple[str, ...] = ()
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-project-import")

    def run(self, ctx: JobContext) -> BatchReport:
        """A record per image; `known` counts those that were there already, `failed` names what was left out."""
        need_paths(self.paths)
        with Project.open(self.project) as project:
            targets = parse_targets(self.labels, project.labels)
            candidates, plain, failed = self._pairs()
            plan = self._plan(plain, failed, ctx)
            if plan is None and plain:
                studies, failures = open_paths(plain, on_file=lambda _, __, path: ctx.checkpoint(0, None, path.name))
                candidates += from_studies(studies, class_name=self.class_name, every=self.every)
                failed += failures
            done, known = _add_all(project, candidates, failed, ctx)
            told: dict[str, Any] = {}
            if plan is not None:
                choices = MaskChoices(targets=targets, grouping=suggest_grouping(plan), class_name=self.class_name,
                                      every=self.every)
                further, failures, told = import_plan(project, plan, choices, ctx)
                done += further
                failed += failures
                known += told.pop("known")
            return BatchReport(tuple(done), tuple(failed), {"project": str(project.folder), "known": known, **told,
                                                            "samples": len(project.samples())})

    def _pairs(self) -> tuple[list[Candidate], list[Path], list[OpenFailure]]:
        """Training sets and what our commands wrote; the other paths; sets that cannot be read."""
        found: list[Candidate] = []
        failed: list[OpenFailure] = []
        plain: list[Path] = []
        for path in self.paths:
            if not has_pairs(path) or (not says_more(path) and any((path / "images").iterdir())):
                plain.append(path if self.masks or not has_pairs(path) else path / "images")
                continue
            try:
                pairs = from_pairs(path, class_name=self.class_name)
                if not pairs:
                    raise InputError("import-nothing", path=path)
                found += pairs
            except MedSynthError as error:
                failed.append(OpenFailure(str(path), error.message))
        return found, plain, failed

    def _plan(self, paths: list[Path], failed: list[OpenFailure], ctx: JobContext) -> MaskPlan | None:
        """The masks that come with the images; None where there are none, with what is wrong with annotations."""
        if not paths or not self.masks:
            return None
        plan = recognise(paths, on_file=lambda _, __, path: ctx.checkpoint(0, None, path.name))
        if plan.labelled:
            return plan
        failed += (failure for failure in plan.failures if Path(failure.path).suffix.lower() in DOCUMENTS)
        return None


def _add_all(project: Project, candidates: list[Candidate], failed: list[OpenFailure],
             ctx: JobContext) -> tuple[list[Mapping[str, Any]], int]:
    """Add candidates, name in `failed` those that cannot be; also how many were there already."""
    done: list[Mapping[str, Any]] = []
    known = 0
    for index, candidate in enumerate(candidates):
        ctx.checkpoint(index, len(candidates), Path(candidate.name).name)
        try:
            done.append(sample_record(candidate.add(project).sample))
        except MedSynthError as error:
            if error.message.id == "sample-known":
                known += 1
            else:
                failed.append(OpenFailure(candidate.name, error.message))
    return done, known


@dataclass(frozen=True)
class SplitProject:
    """Place every sample in a part again, by group; one group in `validation_parts` validates (0: none)."""

    project: Path
    validation_parts: int = 10
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-project-split")

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """Counts by class, kind and part."""
        with Project.open(self.project) as project:
            return {"project": str(project.folder),
                    **_counts(project.split(validation_parts=self.validation_parts))}


class Checked(dict[str, Any]):
    """What a check found, JSON-ready."""

    @property
    def exit_code(self) -> int:
        """1 where something is wrong."""
        return 1 if self.get("failed") else 0


@dataclass(frozen=True)
class CheckProject:
    """Read every file of a project and compare it with its digest.

    Attributes:
        clean: also remove the files that no sample names (a killed program leaves them).
    """

    project: Path
    clean: bool = False
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-project-check")

    def run(self, ctx: JobContext) -> Checked:
        """Counts, problems (`failed`) and files that no sample names."""
        with Project.open(self.project, writable=self.clean) as project:
            found = project.check()
            removed = project.clean() if self.clean else ()
            return Checked({
                "project": str(project.folder), "name": project.name, "samples": found.samples, "sound": found.sound,
                "labels": {str(label.value): label.name for label in project.labels},
                **_counts(project.samples()),
                "failed": [{"path": str(problem.params.get("sample", problem.params.get("path", ""))),
                            "id": problem.id, "message": problem.english()} for problem in found.problems],
                "unnamed_files": [str(path) for path in found.orphans], "removed": [str(path) for path in removed]})


def _counts(samples: Iterable[Sample]) -> dict[str, Any]:
    counted = balance(samples)
    return {"groups": dict(counted.groups), "balance": counted.record()}
