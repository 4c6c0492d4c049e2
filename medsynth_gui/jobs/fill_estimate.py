"""What a fill will take: seconds, measured on this machine, and room on the disk."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsynth_gui.core.errors import Message, ProjectError, StorageError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.jobs.catalogue import model_name
from medsynth_gui.jobs.fill_images import ImageMaker
from medsynth_gui.jobs.fill_report import CellProgress, acceptance
from medsynth_gui.jobs.fill_run import rows_to_fill
from medsynth_gui.jobs.gates import accepted
from medsynth_gui.jobs.job import JobContext, Lane, Progress

if TYPE_CHECKING:
    from medsynth_gui.jobs.fill_plan import FillPlan

_PROBES = 3
# On the disk: of a pixel of image and mask, and of what an image says of its origin.
_BYTES_PER_PIXEL, _BYTES_PER_IMAGE = 1.2, 8000


@dataclass(frozen=True)
class Estimate:
    """What a fill will take.

    Attributes:
        seconds_per_image: measured, gates included.
        probed, passed: images that were made for it, and how many the gates accepted.
        acceptance: expected share of images that are accepted.
        unreachable: rows that no mask can be had for, with the reason.
    """

    images: int
    seconds_per_image: float
    seconds: float
    probed: int
    passed: int
    acceptance: float
    needed_bytes: int
    unreachable: tuple[CellProgress, ...] = ()

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"images": self.images, "seconds_per_image": round(self.seconds_per_image, 3),
                "seconds": round(self.seconds, 1), "probed": self.probed, "passed": self.passed,
                "acceptance": round(self.acceptance, 3), "needed_bytes": self.needed_bytes,
                "failed": [{"path": row.stratum.key, "id": row.problem.id, "message": row.problem.english()}
                           for row in self.unreachable if row.problem]}


@dataclass(frozen=True)
class EstimateFill:
    """Make a few images of the rows that lack most, keep none of them, and say how long the whole will take."""

    fill: FillPlan
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-estimate-fill", {"model": model_name(self.fill.model)})

    def run(self, ctx: JobContext) -> Estimate:
        """The estimate.

        Raises:
            UsageError, ModelError, StorageError: the fill could not begin, see `FillPlan.run`.
        """
        ctx.checkpoint(0, _PROBES + 1)
        card = self.fill.checked()
        rows = rows_to_fill(self.fill.plan, card)
        needed = need_room(self.fill, card)
        samples: tuple[Sample, ...] = ()
        labels: LabelSet | None = None
        if self.fill.project:
            with Project.open(self.fill.project, writable=False) as opened:
                samples, labels = opened.samples(), opened.labels
        maker = ImageMaker(self.fill, card, samples, labels)
        order = sorted((row for row in rows if row.open), key=lambda row: row.accepted - row.wanted)
        took: list[float] = []
        tried: list[CellProgress] = []
        # The first image also warms the models up: its time does not count.
        for number in range(_PROBES + 1):
            row = order[number % len(order)]
            started = time.monotonic()
            try:
                _, verdicts = maker.make(row.stratum, number, JobContext(report=partial(_passed_on, ctx, number)))
            except ProjectError as error:
                tried.append(CellProgress(row.stratum, row.wanted, problem=error.message))
                continue
            took.append(time.monotonic() - started)
            passed = self.fill.gates != "reject" or accepted(verdicts)
            tried.append(CellProgress(row.stratum, row.wanted, accepted=int(passed), made=1))
        seconds = min(took[1:] or took or [0.0])
        limit = self.fill.limit
        wanted = sum(row.wanted for row in rows if row.open)
        images = wanted if limit is None else min(wanted, limit)
        share = acceptance(tuple(tried))
        return Estimate(images, seconds, seconds * images / share, len(took), sum(row.accepted for row in tried),
                        share, needed, tuple({row.stratum: row for row in tried if row.problem}.values()))


def need_room(fill: FillPlan, card: ModelCard) -> int:
    """Bytes that a fill needs at most.

    Raises:
        StorageError: the disk has less.
    """
    side = fill.size or int(card.input.get("size", 128))
    images = fill.plan.missing if fill.limit is None else min(fill.plan.missing, fill.limit)
    needed = round(images * (side * side * _BYTES_PER_PIXEL + _BYTES_PER_IMAGE) * 1.5)
    place = fill.project or fill.out or Path()
    existing = next(path for path in (place.absolute(), *place.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise StorageError("plan-no-room", images=f"{images:,}", needed=f"{needed / 1e9:,.1f} GB",
                           free=f"{free / 1e9:,.1f} GB", path=existing)
    return needed


def _passed_on(ctx: JobContext, number: int, at: Progress) -> None:
    ctx.checkpoint(number + at.done / (at.total or 1), _PROBES + 1)
