"""Writing an export: beside the target, read back, then put in place as a whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError, ProjectError, StorageError
from medsynth_gui.dataset.datasheet import datasheet
from medsynth_gui.dataset.export.base import (
    Checkpoint,
    ExportItem,
    ExportPlan,
    ExportReport,
    parts_of,
    refuse_conflicts,
)
from medsynth_gui.dataset.export.outside import manifest_row, outside_provenance
from medsynth_gui.dataset.files import sha256_of
from medsynth_gui.io.atomic import write_text

Gray = npt.NDArray[np.uint8]
_SPARE_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Written:
    """An item on disk. `mask` holds the label values that its file must give back; None where it has none."""

    item: ExportItem
    image: Path
    mask: Gray | None
    row: Mapping[str, Any]


def write_export(plan: ExportPlan, ctx: Checkpoint,
                 finish: Callable[[Path, Iterable[Written]], None]) -> ExportReport:
    """Write images/, masks/, manifest.jsonl and README.md, and what the format adds.

    Args:
        finish: writes the files of the format into the folder while it goes through all items, in order.

    Raises:
        ProjectError: the plan has conflicts, or what was read back differs.
        StorageError: there is no room or the disk refuses. Nothing of the export remains.
    """
    refuse_conflicts(plan)
    _need_room(plan)
    with _beside(plan.target) as folder:
        rows: list[Mapping[str, Any]] = []
        finish(folder, _written(plan, folder, ctx, rows))
        write_text(folder / "manifest.jsonl", "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows))
        write_text(folder / "README.md", datasheet(plan.source.name, plan.format, plan.source.labels, rows))
        _compare_digests(folder, rows)
        size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return ExportReport(plan.format, plan.target, len(rows), sum(row["mask"] is not None for row in rows),
                        sum(row["synthetic"] for row in rows), parts_of(plan.items), size_bytes, plan.left_out,
                        plan.refused, {item.sample.id: item.name for item in plan.items})


def _written(plan: ExportPlan, folder: Path, ctx: Checkpoint, rows: list[Mapping[str, Any]]) -> Iterator[Written]:
    """Write image and mask of each item, read them back, append its row of the manifest, and hand it on."""
    from medsynth_gui.io.raster_files import provenance_text, read_gray, read_labels, write_gray_png, write_label_png

    names = {item.sample.id: item.name for item in plan.items}
    key = plan.source.key
    for index, item in enumerate(plan.items):
        ctx.checkpoint(index, len(plan.items), item.name)
        sample = item.sample
        if sample.provenance is None:
            raise ProjectError("sample-no-provenance", sample=sample.id)
        provenance = outside_provenance(sample.provenance, names, key)
        image, mask = folder / "images" / f"{item.name}.png", folder / "masks" / f"{item.name}.png"
        pixels, labels = read_gray(sample.image), read_labels(sample.mask) if sample.mask else None
        write_gray_png(image, pixels, provenance_text(provenance) if provenance.synthetic else None)
        _compare_pixels(image, read_gray, pixels)
        if labels is not None:
            write_label_png(mask, labels, plan.source.labels)
            _compare_pixels(mask, read_labels, labels)
        drawn = outside_provenance(sample.mask_provenance, names, key) if sample.mask_provenance else None
        row = manifest_row(item, image=f"images/{image.name}", mask=f"masks/{mask.name}" if sample.mask else "",
                           image_sha256=sha256_of(image), mask_sha256=sha256_of(mask) if sample.mask else "",
                           provenance=provenance, mask_provenance=drawn)
        rows.append(row)
        yield Written(item, image, labels, row)


def _compare_pixels(path: Path, read: Callable[[Path], Gray], pixels: Gray) -> None:
    """Read a file back and compare it pixel by pixel."""
    if not np.array_equal(read(path), pixels):
        raise ProjectError("export-differs", path=path, detail="its pixels differ")


def _compare_digests(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Compare digests with the manifest as it lies on the disk."""
    text = (folder / "manifest.jsonl").read_text(encoding="utf-8")
    if [json.loads(line) for line in text.splitlines()] != json.loads(json.dumps(list(rows))):
        raise ProjectError("export-differs", path=folder / "manifest.jsonl", detail="its lines differ")
    for row in rows:
        for name in ("image", "mask"):
            if row[name] and sha256_of(folder / row[name]) != row[f"{name}_sha256"]:
                raise ProjectError("export-differs", path=folder / row[name], detail="its SHA-256 differs")


def _need_room(plan: ExportPlan) -> None:
    existing = next(path for path in (plan.target.absolute(), *plan.target.absolute().parents) if path.exists())
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        raise StorageError("not-writable", path=plan.target, detail=error.strerror or error) from error
    needed = plan.size_bytes + _SPARE_BYTES
    if free < needed:
        raise StorageError("export-no-room", path=plan.target, needed=_megabytes(needed), free=_megabytes(free))


def _megabytes(number: int) -> str:
    return f"{number / 1e6:.0f} MB"


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside the target that replaces it at the end; whatever goes wrong, nothing of it remains."""
    folder = target.absolute().with_name(f".{target.name}.part")
    try:
        shutil.rmtree(folder, ignore_errors=True)  # What a killed export left.
        folder.mkdir(parents=True)
        yield folder
        if target.exists():
            target.rmdir()
        os.replace(folder, target)
    except MedSynthError:
        raise
    except OSError as error:
        raise StorageError("not-writable", path=target, detail=error.strerror or error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
