"""Fills of a project that were interrupted: found, gone on with, or given up."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.atomic import write_json
from medsynth_gui.io.json_lines import read_lines
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.fill_folder import MANIFEST, REJECTED, REPORT, read_request
from medsynth_gui.jobs.fill_plan import FILLS, FillPlan
from medsynth_gui.jobs.gates import GateResult
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.synthesize import SyntheticImage

ENDED = ("done", "cancelled")


@dataclass(frozen=True)
class OpenFill:
    """A fill that has not ended: the job that goes on with it, and how many images it has accepted of those asked."""

    root: Path
    job: FillPlan
    accepted: int
    asked: int


@dataclass(frozen=True)
class FindFills:
    """The fills of a project that were stopped, by a person or by a crash; the newest first."""

    project: Path
    compute: Compute = field(default_factory=Compute)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-find-fills")

    def run(self, ctx: JobContext) -> tuple[OpenFill, ...]:
        """Damaged ones are left out."""
        roots = [path for path in (self.project / FILLS).glob("*") if path.is_dir()]
        roots.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        return tuple(found for root in roots if (found := self._open(root)))

    def _open(self, root: Path) -> OpenFill | None:
        if _state(root) in ENDED:
            return None
        with suppress(InputError, KeyError, TypeError, ValueError, AttributeError):
            request = read_request(root)
            if request is not None:
                job = FillPlan.again(request, project=self.project, compute=self.compute)
                asked = job.plan.missing if job.limit is None else min(job.limit, job.plan.missing)
                return OpenFill(root, job, _count(root / MANIFEST), asked)
        return None


@dataclass(frozen=True)
class GiveUpFill:
    """Say that nobody will go on with a fill; what it made stays."""

    root: Path
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-find-fills")

    def run(self, ctx: JobContext) -> None:
        """Raises StorageError where the disk refuses."""
        write_json(self.root / REPORT, {**_report(self.root), "state": "cancelled"})


@dataclass(frozen=True)
class ReadRejected:
    """The images that the gates of a fill stopped, with what they said; at most `most` of them, the last made."""

    root: Path
    most: int = 200
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-read-rejected")

    def run(self, ctx: JobContext) -> tuple[tuple[SyntheticImage, tuple[GateResult, ...]], ...]:
        """Those that cannot be read any more are left out."""
        below = self.root / REJECTED
        found: list[tuple[SyntheticImage, tuple[GateResult, ...]]] = []
        for record in list(read_lines(below / MANIFEST))[-self.most:]:
            ctx.checkpoint(len(found), None)
            with suppress(MedSynthError, KeyError, TypeError, ValueError):
                made = SyntheticImage(read_gray(below / record["image"]), read_labels(below / record["mask"]),
                                      Provenance.from_record(record["provenance"]), int(record["attempt"]),
                                      record["class"] or None,
                                      {int(value): name for value, name in record.get("labels", {}).items()})
                found.append((made, tuple(map(_verdict, record["gates"]))))
        return tuple(found)


def _verdict(record: dict[str, Any]) -> GateResult:
    """The inverse of `GateResult.record`."""
    judged = record["passed"] is not None
    return GateResult(record["gate"], record["passed"] is not False, record["value"] or 0.0, record["limit"] or 0.0,
                      record["judge"], record.get("neighbour", ""), record.get("detail", ""), judged)


def _state(root: Path) -> str:
    return str(_report(root).get("state", ""))


def _report(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _count(path: Path) -> int:
    try:
        return path.read_bytes().count(b"\n")
    except OSError:
        return 0
