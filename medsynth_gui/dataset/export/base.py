"""Exporter: plan first, then write beside the target, read everything back, and only then put it in place."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from medsynth_gui.core.errors import Message, ProjectError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.review import ReviewState
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.check import file_problems
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part

SYNTHETIC_SUFFIX = "_synthetic"
_TEXT_BYTES_PER_SAMPLE = 2048


class Checkpoint(Protocol):
    """What a running export reports to; a job's context is one."""

    def checkpoint(self, done: float, total: float | None = None, message: str = "") -> None: ...


@dataclass(frozen=True)
class ExportSource:
    """A snapshot of what may be exported.

    Attributes:
        key: secret of the project, from which pseudonyms are made.
    """

    name: str
    labels: LabelSet
    key: bytes
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class ExportItem:
    """A sample and what it is called outside: `name` (no suffix), the pseudonym of its group, its part."""

    sample: Sample
    name: str
    group: str
    part: str


@dataclass(frozen=True)
class ExportPlan:
    """A dry run.

    Attributes:
        items: what would be written, in the order of names.
        left_out: samples that would not, each with the reason.
        refused: those of `left_out` that are a failure (the others a person rejected).
        conflicts: why it cannot be written as it stands.
        size_bytes: upper estimate.
    """

    format: str
    source: ExportSource
    target: Path
    items: tuple[ExportItem, ...]
    left_out: tuple[OpenFailure, ...]
    refused: int
    conflicts: tuple[Message, ...]
    size_bytes: int

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"format": self.format, "out": str(self.target), "images": len(self.items),
                "synthetic": sum(item.sample.synthetic for item in self.items), "parts": parts_of(self.items),
                "names": [item.name for item in self.items], "size_bytes": self.size_bytes,
                "conflicts": [message.english() for message in self.conflicts], "failed": failures(self.left_out)}


@dataclass(frozen=True)
class ExportReport:
    """What was written and read back.

    Attributes:
        names: id of a sample in the project -> its name outside; this table stays on this machine.
    """

    format: str
    target: Path
    images: int
    masks: int
    synthetic: int
    parts: Mapping[str, int]
    size_bytes: int
    left_out: tuple[OpenFailure, ...] = ()
    refused: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """1 where a sample had to be refused."""
        return 1 if self.refused else 0

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"format": self.format, "out": str(self.target), "images": self.images, "masks": self.masks,
                "synthetic": self.synthetic, "parts": dict(self.parts), "size_bytes": self.size_bytes,
                "verified": True, "failed": failures(self.left_out)}


class Exporter(Protocol):
    """A row of the table of exporters."""

    name: str
    title: str

    def plan(self, source: ExportSource, target: Path) -> ExportPlan: ...

    def write(self, plan: ExportPlan, ctx: Checkpoint) -> ExportReport: ...


def plan_export(format: str, source: ExportSource, target: Path) -> ExportPlan:
    """Names, reasons, conflicts and size; writes nothing.

    Names are `<pseudonym>_<number>`: neither a patient nor the name of a file leaves the machine.
    """
    kept: list[Sample] = []
    left_out: list[OpenFailure] = []
    refused = 0
    for sample in source.samples:
        reason = _reason_against(sample)
        if reason is None:
            kept.append(sample)
            continue
        left_out.append(OpenFailure(sample.id, reason))
        refused += reason.id != "sample-rejected"
    items = tuple(_named(kept, source.key))
    conflicts: list[Message] = []
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        conflicts.append(Message("export-target-used", {"path": target}))
    if not items:
        conflicts.append(Message("export-nothing", {"path": source.name}))
    return ExportPlan(format, source, target, items, tuple(left_out), refused, tuple(conflicts),
                      sum(map(_size_bytes, kept)))


def refuse_conflicts(plan: ExportPlan) -> None:
    """Raise the first conflict of a plan, and refuse an item without provenance whoever made the plan."""
    for message in plan.conflicts:
        raise ProjectError(message.id, **message.params)
    for item in plan.items:
        if item.sample.provenance is None:
            raise ProjectError("sample-no-provenance", sample=item.sample.id)


def pseudonym(key: bytes, *names: str) -> str:
    """A name that only the holder of the key can trace; the same in every export of a project."""
    return hmac.new(key, "\0".join(names).encode("utf-8"), hashlib.sha256).hexdigest()[:10]


def parts_of(items: Iterable[ExportItem]) -> dict[str, int]:
    """How many images each part gets; every part is named."""
    rows = tuple(items)
    return {part.value: sum(item.part == part for item in rows) for part in Part}


def failures(left_out: Iterable[OpenFailure]) -> list[dict[str, str]]:
    """JSON-ready sentences."""
    return [{"path": one.path, "id": one.message.id, "message": one.message.english()} for one in left_out]


def _reason_against(sample: Sample) -> Message | None:
    """Why a sample is not exported; None where it may be."""
    reasons = {"sample-no-provenance": sample.provenance is None,
               "sample-rejected": sample.review.state is ReviewState.REJECTED,
               "sample-in-no-part": not sample.split}
    first = next((reason for reason, holds in reasons.items() if holds), None)
    return Message(first, {"sample": sample.id}) if first else next(iter(file_problems(sample)), None)


def _named(samples: Iterable[Sample], key: bytes) -> list[ExportItem]:
    count: dict[str, int] = {}
    items: list[ExportItem] = []
    for sample in samples:
        group = "g" + pseudonym(key, sample.source_set, sample.group)
        number = count[group] = count.get(group, 0) + 1
        suffix = SYNTHETIC_SUFFIX if sample.synthetic else ""
        items.append(ExportItem(sample, f"{group}_{number:04d}{suffix}", group, sample.split))
    return sorted(items, key=lambda item: item.name)


def _size_bytes(sample: Sample) -> int:
    return sum(path.stat().st_size for path in (sample.image, sample.mask)
               if path and path.is_file()) + _TEXT_BYTES_PER_SAMPLE
