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
from medsynth_gui.dataset.importing import Candidate, from_pairs, from_studies, has_pairs
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.jobs.batch import BatchReport, need_paths
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
    """Add files, folders, training sets, and what `simulate` and `synthesize` wrote.

    Attributes:
        class_name: of every image that has none of its own.
        every: one frame in so many of a cine.
    """

    project: Path
    paths: tuple[Path, ...]
    class_name: str = ""
    every: int = 1
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-project-import")

    def run(self, ctx: JobContext) -> BatchReport:
        """A record per image; `known` counts those that were there already, `failed` names what was left out."""
        need_paths(self.paths)
        with Project.open(self.project) as project:
            candidates, failed = self._candidates(ctx)
            done: list[Mapping[str, Any]] = []
            known = 0
            for index, candidate in enumerate(candidates):
                ctx.checkpoint(index, len(candidates), Path(candidate.name).name)
                try:
                    done.append(_record(candidate.add(project)))
                except MedSynthError as error:
                    if error.message.id == "sample-known":
                        known += 1
                    else:
                        failed.append(OpenFailure(candidate.name, error.message))
            return BatchReport(tuple(done), tuple(failed), {"project": str(project.folder), "known": known,
                                                            "samples": len(project.samples())})

    def _candidates(self, ctx: JobContext) -> tuple[list[Candidate], list[OpenFailure]]:
        from medsynth_gui.io.readers import open_paths

        found: list[Candidate] = []
        failed: list[OpenFailure] = []
        plain: list[Path] = []
        for path in self.paths:
            if not has_pairs(path):
                plain.append(path)
                continue
            try:
                pairs = from_pairs(path, class_name=self.class_name)
                if not pairs:
                    raise InputError("import-nothing", path=path)
                found += pairs
            except MedSynthError as error:
                failed.append(OpenFailure(str(path), error.message))
        if plain:
            studies, failures = open_paths(plain, on_file=lambda done, total, path: ctx.checkpoint(0, None, path.name))
            found += from_studies(studies, class_name=self.class_name, every=self.every)
            failed += failures
        return found, failed


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


def _record(sample: Sample) -> dict[str, Any]:
    return {"id": sample.id, "group": sample.group, "class": sample.class_name, "split": sample.split,
            "synthetic": sample.synthetic, "labels": list(sample.label_values)}
