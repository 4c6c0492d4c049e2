"""Jobs that plan and write an export of a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.export.base import ExportPlan, ExportReport, ExportSource
from medsynth_gui.dataset.export.table import find_exporter
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.query import Query
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class PlanExport:
    """A dry run: names, reasons, conflicts and size."""

    project: Path
    format: str
    out: Path
    query: Query = field(default_factory=Query)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-export-plan")

    def run(self, ctx: JobContext) -> ExportPlan:
        """The plan, which `ExportProject` makes again and carries out."""
        exporter = find_exporter(self.format)
        ctx.checkpoint(0)
        return exporter.plan(_source(self.project, self.query), self.out)


@dataclass(frozen=True)
class ExportProject:
    """Write the samples of a project that a query asks for; read back before it is put in place."""

    project: Path
    format: str
    out: Path
    query: Query = field(default_factory=Query)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-export", {"format": self.format})

    def run(self, ctx: JobContext) -> ExportReport:
        """What was written.

        Raises:
            ProjectError: nothing may be exported, the target holds files, or what was read back differs.
            StorageError: there is no room or the disk refuses. Nothing is left half-written.
        """
        exporter = find_exporter(self.format)
        return exporter.write(exporter.plan(_source(self.project, self.query), self.out), ctx)


def _source(folder: Path, query: Query) -> ExportSource:
    """A snapshot, read without the lock: the project may be open in the window."""
    with Project.open(folder, writable=False) as project:
        return ExportSource(project.name, project.labels, project.key, project.samples(query))
