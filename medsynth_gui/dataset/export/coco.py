"""COCO: instances as run-length encoded masks, one file of annotations per part of the split."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ProjectError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.dataset.export.base import Checkpoint, ExportPlan, ExportReport, ExportSource, plan_export
from medsynth_gui.dataset.export.writing import Written, write_export
from medsynth_gui.io.atomic import atomic_write

Labels = npt.NDArray[np.uint8]


class Coco:
    """`annotations/instances_{train,val,test}.json`: one annotation per connected component of a label."""

    name = "coco"
    title = "COCO (instances as RLE)"

    def plan(self, source: ExportSource, target: Path) -> ExportPlan:
        """Names, conflicts and size; writes nothing."""
        return plan_export(self.name, source, target)

    def write(self, plan: ExportPlan, ctx: Checkpoint) -> ExportReport:
        """Write the plan; every mask is decoded again and compared before a file of annotations is closed."""
        def finish(folder: Path, written: Iterable[Written]) -> None:
            _write_annotations(folder, written, plan.source)

        return write_export(plan, ctx, finish)


def _write_annotations(folder: Path, written: Iterable[Written], source: ExportSource) -> None:
    files: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(written, 1):
        file = files.setdefault(one.item.part, {"images": [], "annotations": []})
        sample = one.item.sample
        file["images"].append({
            "id": number, "file_name": one.image.name, "width": sample.columns, "height": sample.rows,
            "group": one.item.group, "class": sample.class_name, "synthetic": sample.synthetic,
            "pixel_spacing_mm": one.row["pixel_spacing_mm"], "labelled": one.mask is not None})
        if one.mask is not None:
            encoded = list(encode(one.mask))
            if not np.array_equal(decode(encoded, one.mask.shape), one.mask):
                raise ProjectError("export-differs", path=one.image.name, detail="its mask decodes to another one")
            first = len(file["annotations"]) + 1
            file["annotations"] += [{"id": first + index, "image_id": number, **annotation}
                                    for index, annotation in enumerate(encoded)]
    for part, file in files.items():
        _write(folder / "annotations" / f"instances_{part}.json",
               {"info": {"description": source.name, "version": "1"}, "licenses": [], **file,
                "categories": _categories(source.labels, file["annotations"])})


def _categories(labels: LabelSet, annotations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Labels of the project, and any further value that a mask holds."""
    names = {label.value: label.name for label in labels}
    used = {annotation["category_id"] for annotation in annotations}
    return [{"id": value, "name": names.get(value, f"label {value}"), "supercategory": "label"}
            for value in sorted(names.keys() | used)]


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a file, and read every mask in it again before it takes its name."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")
        if json.loads(temporary.read_text(encoding="utf-8")) != content:
            raise ProjectError("export-differs", path=path, detail="its annotations differ")


def encode(labels: Labels) -> Iterator[dict[str, Any]]:
    """Annotations (without ids) of a label image (y, x): components touch by side or corner."""
    from pycocotools import mask as coco
    from scipy.ndimage import find_objects, label

    for value in np.unique(labels[labels > 0]):
        components, _ = label(labels == value, structure=np.ones((3, 3), np.int8))
        for number, box in enumerate(find_objects(components), 1):
            mask = np.zeros(labels.shape, np.uint8, order="F")
            mask[box] = components[box] == number
            code = coco.encode(mask)
            rows, columns = box
            yield {"category_id": int(value), "iscrowd": 0, "area": int(np.count_nonzero(mask)),
                   "bbox": [columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start],
                   "segmentation": {"size": list(labels.shape), "counts": code["counts"].decode("ascii")}}


def decode(annotations: Iterable[dict[str, Any]], shape: tuple[int, ...]) -> Labels:
    """The label image (y, x) that annotations of one image describe; the inverse of `encode`."""
    from pycocotools import mask as coco

    labels = np.zeros(shape, np.uint8)
    for annotation in annotations:
        labels[coco.decode(annotation["segmentation"]).astype(bool)] = annotation["category_id"]
    return labels
