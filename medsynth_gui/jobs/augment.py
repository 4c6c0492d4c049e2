"""Augmentation of files, and a look at it on own images before a training."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.augmentation import Geometry, Intensity
from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import TrainingRow, TrainingSet, read_training_set
from medsynth_gui.io.atomic import write_text
from medsynth_gui.jobs.batch import BatchReport, each
from medsynth_gui.jobs.job import JobContext, Lane

Gray = npt.NDArray[np.uint8]
_MOST = 1_000_000


@dataclass(frozen=True)
class AugmentFiles:
    """Write changed copies of a training set's pairs: images/, masks/, index.csv, manifest.jsonl.

    A copy keeps the group, class and part of its parent, so that no split parts the two. Its scale differs, so it has
    no pixel size.

    Attributes:
        count: how many; one of each image if None. More than there are images go round again.
        seed: image i depends on the seed and i alone.
    """

    data: Path
    out: Path
    count: int | None = None
    seed: int = 0
    geometry: Geometry = field(default_factory=Geometry)
    intensity: Intensity = field(default_factory=Intensity)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-augment", {"count": self.count or "all", "path": self.data.name})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record per copy, as in manifest.jsonl; images that cannot be read are named and left out."""
        training_set = read_training_set(self.data)
        count = self.count or len(training_set.rows)
        if not 1 <= count <= _MOST:
            raise UsageError("number-out-of-range", name="count", value=count, low=1, high=_MOST)
        if self.out.resolve() == training_set.folder:
            raise UsageError("folder-in-use", path=self.out, names="index.csv")
        parts = {row.id: part for part in Part for row in training_set.part(part)}
        started = time.monotonic()

        def work(number: int) -> Any:
            ctx.checkpoint(number, count)
            row = training_set.rows[number % len(training_set.rows)]
            yield self._write(training_set, row, number, parts[row.id])

        rows = training_set.rows
        done, failed = each(range(count), work, lambda number: str(rows[number % len(rows)].image))
        _write_index(self.out, done)
        return BatchReport(done, failed, {"seed": self.seed, "out": str(self.out),
                                          "seconds": round(time.monotonic() - started, 3)})

    def _write(self, training_set: TrainingSet, row: TrainingRow, number: int, part: Part) -> dict[str, Any]:
        from medsynth_gui.engine.training.data import Item, read_pair
        from medsynth_gui.io.raster_files import write_gray_png, write_label_png

        image, mask = read_pair(Item(training_set.name, row.id, row.group, row.image, row.mask))
        image, mask = augmented(image, mask, self.geometry, self.intensity, (self.seed, number))
        name = f"{row.id.replace('/', '-')}-{self.seed}-{number:05d}"
        write_gray_png(self.out / "images" / f"{name}.png", image, {"Description": f"augmented from {row.id}"})
        if row.mask is not None:
            write_label_png(self.out / "masks" / f"{name}.png", mask)
        return {"id": name, "image": f"images/{name}.png", "mask": f"masks/{name}.png" if row.mask else None,
                "parents": [row.id], "group": row.group, "class": row.class_name, "split": str(part),
                "synthetic": row.synthetic, "augmented": True, "seed": self.seed, "index": number,
                "set": training_set.name, "sha256": hashlib.sha256(image.tobytes()).hexdigest(),
                "mask_sha256": hashlib.sha256(mask.tobytes()).hexdigest()}


def augmented(image: Gray, mask: Gray, geometry: Geometry, intensity: Intensity,
              seed: Sequence[int]) -> tuple[Gray, Gray]:
    """One changed pair (y, x); the same seed, the same bytes."""
    from medsynth_gui.engine.training.augment import change_intensity, warp

    rng = np.random.default_rng(tuple(seed))
    image, mask = warp(image, mask, geometry, rng)
    return change_intensity(image, rng, most=intensity.most, strength=intensity.strength), mask


def _write_index(out: Path, records: Sequence[Mapping[str, Any]]) -> None:
    columns = ("id", "group", "class", "split", "synthetic", "parent")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([record["id"], record["group"], record["class"], record["split"], int(record["synthetic"]),
                      record["parents"][0]] for record in records)
    write_text(out / "index.csv", table.getvalue())
    write_text(out / "manifest.jsonl", "".join(json.dumps(record) + "\n" for record in records))


@dataclass(frozen=True)
class OwnPair:
    """An image as training sees it: in a square, with its label values, both (y, x)."""

    image: Gray
    mask: Gray


@dataclass(frozen=True)
class ReadOwnPairs:
    """A few pairs of the training part, spread over the sets, in squares of `side`."""

    data: tuple[Path, ...]
    side: int = 160
    count: int = 12
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-augment-preview")

    def run(self, ctx: JobContext) -> tuple[OwnPair, ...]:
        from medsynth_gui.engine.training.data import Item, Pair, letterboxed, read_pair

        items = [Item(found.name, row.id, row.group, row.image, row.mask)
                 for found in map(read_training_set, self.data) for row in found.part(Part.TRAIN) if row.mask]
        chosen = [items[place] for place in np.linspace(0, len(items) - 1, min(self.count, len(items)), dtype=int)]
        pairs = []
        for number, item in enumerate(chosen):
            ctx.checkpoint(number, len(chosen))
            pairs.append(OwnPair(*letterboxed(Pair(item, *read_pair(item)), self.side)[:2]))
        return tuple(pairs)


@dataclass(frozen=True)
class PreviewAugmentation:
    """Changed pairs for a grid, as many as asked for, from few own pairs."""

    pairs: tuple[OwnPair, ...]
    geometry: Geometry
    intensity: Intensity
    seed: int = 0
    count: int = 12
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-augment-preview")

    def run(self, ctx: JobContext) -> tuple[OwnPair, ...]:
        made = []
        for number in range(self.count if self.pairs else 0):
            ctx.checkpoint(number, self.count)
            pair = self.pairs[number % len(self.pairs)]
            made.append(OwnPair(*augmented(pair.image, pair.mask, self.geometry, self.intensity,
                                           (self.seed, number))))
        return tuple(made)
