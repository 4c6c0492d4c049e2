"""Simulation: image and mask pairs from physics, as a folder that is a training set."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message, UsageError, need_folder
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.atomic import write_text
from medsynth_gui.io.raster_files import provenance_text, read_gray, write_gray_png, write_label_png
from medsynth_gui.jobs.batch import BatchReport
from medsynth_gui.jobs.job import JobContext, Lane

if TYPE_CHECKING:
    from medsynth_gui.engine.simulator import Likeness, SimulatedCase

_IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm"})
_MOST_MEASURED = 200


@dataclass(frozen=True)
class Simulate:
    """Write images/, masks/, index.csv and manifest.jsonl; a cine's frames are images/NAME/<frame>.png.

    Attributes:
        phantom: a name of the simulator's table.
        size: rows and columns in pixels.
        like: folder of images whose gray values are met.
    """

    phantom: str
    count: int
    size: int
    seed: int
    out: Path
    probe: str = "linear"
    severity: int = 1
    frames: int = 1
    like: Path | None = None
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-simulate", {"count": self.count, "phantom": self.phantom})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record per image, or per cine, as in manifest.jsonl; image i depends on seed and i alone."""
        from medsynth_gui.engine.simulator import image_seed, simulate

        if not 1 <= self.count <= 1_000_000:
            raise UsageError("number-out-of-range", name="count", value=self.count, low=1, high=1_000_000)
        likenesses = _measured(self.like, ctx) if self.like else ()
        started, records, rows = time.monotonic(), [], []
        for index in range(self.count):
            seed = image_seed(self.seed, index)

            def on_frame(frame: int, done: int = index) -> None:
                ctx.checkpoint(done + frame / self.frames, self.count, f"image {done + 1} of {self.count}")

            case = simulate(self.phantom, seed=seed, size=self.size, probe=self.probe, severity=self.severity,
                            frames=self.frames, on_frame=on_frame,
                            like=likenesses[seed % len(likenesses)] if likenesses else None)
            name = f"{self.phantom}-{self.seed}-{index:05d}"
            record = self._write(name, index, case)
            records.append(record)
            rows += [(image, name, case.class_name, f"{case.spacing.x_mm:.6g}", 1) for image in record["ids"]]
        _write_index(self.out, records, rows)
        return BatchReport(tuple(records), (), {"phantom": self.phantom, "seed": self.seed, "out": str(self.out),
                                                "seconds": round(time.monotonic() - started, 3)})

    def _write(self, name: str, index: int, case: SimulatedCase) -> dict[str, Any]:
        """Write all frames of a case and give its record."""
        from medsynth_gui.engine.simulator import PHANTOMS

        provenance = Provenance(synthetic=True, producer="simulator", seed=self.seed,
                                parameters={"index": index, **case.parameters})
        text, labels = provenance_text(provenance), LabelSet.named(*PHANTOMS[self.phantom].labels)
        ids = [name] if self.frames == 1 else [f"{name}/{frame:04d}" for frame in range(self.frames)]
        for identity, image, mask in zip(ids, case.images, case.masks, strict=True):
            write_gray_png(self.out / "images" / f"{identity}.png", image, text)
            write_label_png(self.out / "masks" / f"{identity}.png", mask, labels, text)
        suffix = ".png" if self.frames == 1 else ""
        return {"id": name, "image": f"images/{name}{suffix}", "mask": f"masks/{name}{suffix}", "ids": ids,
                "class": case.class_name, "synthetic": True,
                "pixel_size_mm": [case.spacing.y_mm, case.spacing.x_mm],
                "sha256": hashlib.sha256(case.images.tobytes()).hexdigest(),
                "mask_sha256": hashlib.sha256(case.masks.tobytes()).hexdigest(), "provenance": provenance.record()}


def _measured(folder: Path, ctx: JobContext) -> tuple[Likeness, ...]:
    """Gray statistics of the images below a folder (of its images/ where it is a training set).

    Raises:
        InputError: there is no such folder, or no readable image in it.
    """
    from medsynth_gui.engine.simulator import measure
    from medsynth_gui.io.field_of_view import find_field_of_view

    need_folder(folder)
    root = folder / "images" if (folder / "images").is_dir() else folder
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in _IMAGE_SUFFIXES)
    found = []
    for path in paths[::max(1, len(paths) // _MOST_MEASURED)]:
        ctx.checkpoint(0, None, f"measuring {path.name}")
        try:
            gray = read_gray(path)
        except MedSynthError:
            continue
        found.append(measure(gray, find_field_of_view(gray)))
    if not found:
        raise InputError("no-images-like", path=folder)
    return tuple(found)


def _write_index(out: Path, records: Sequence[dict[str, Any]], rows: Sequence[tuple[object, ...]]) -> None:
    """index.csv makes the folder a training set; the frames of one case are one group."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["id", "group", "class", "pixel_size_mm", "synthetic"])
    writer.writerows(rows)
    write_text(out / "index.csv", table.getvalue())
    write_text(out / "manifest.jsonl", "".join(json.dumps(record) + "\n" for record in records))
