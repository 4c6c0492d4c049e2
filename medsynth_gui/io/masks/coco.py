"""COCO: instances as polygons or run lengths in one JSON file for many images."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.limits import check_size, quoted
from medsynth_gui.io.masks.documents import records, size_of, whole
from medsynth_gui.io.masks.imported import Drawing, Mask, MaskSource, Wanted
from medsynth_gui.io.masks.sketch import Sketch


def find(document: Any, path: Path) -> list[MaskSource] | None:
    """The images of a COCO file; None if it is none. Crowds (`iscrowd`) are regions like the others."""
    if not isinstance(document, dict) or not {"images", "annotations"} <= document.keys():
        return None
    names = {entry.get("id"): str(entry.get("name") or entry.get("id"))
             for entry in records(document.get("categories")) if isinstance(entry.get("id"), (int, str))}
    drawn: dict[Any, list[dict[str, Any]]] = {}
    for entry in records(document["annotations"]):
        if isinstance(entry.get("image_id"), (int, str)):
            drawn.setdefault(entry["image_id"], []).append(entry)
    # Our own exports say which images nobody looked at: no annotation is not an empty mask there.
    return [MaskSource("coco", path, str(image["file_name"]),
                       partial(_read, path, image, tuple(drawn.get(image.get("id"), ())), names),
                       class_name=str(image.get("class") or ""))
            for image in records(document["images"]) if image.get("file_name") and image.get("labelled", True)
            and isinstance(image.get("id"), (int, str))]


def _read(path: Path, image: dict[str, Any], drawn: tuple[dict[str, Any], ...], names: dict[Any, str],
          wanted: Wanted) -> Drawing:
    size = size_of(image, "height", "width")
    sketch = Sketch(path, wanted, size)
    for entry in drawn:
        category = entry.get("category_id")
        label = names.get(category, f"label {category}") if isinstance(category, (int, str)) else "label"
        outline = entry.get("segmentation")
        if isinstance(outline, dict):
            try:
                sketch.bitmap(label, decode_runs(path, outline, size or (wanted.rows, wanted.columns)))
            except InputError as error:
                sketch.refuse(label, quoted(error.message.params.get("detail", "its run lengths are damaged")))
        elif isinstance(outline, list) and outline:
            # Flat in some exports; a list of outlines by the format.
            for points in outline if isinstance(outline[0], list) else [outline]:
                sketch.polygon(label, points)
        else:
            sketch.skip("bounding box")
    return sketch.drawing()


def decode_runs(path: Path, runs: dict[str, Any], size: tuple[int, int]) -> Mask:
    """Run lengths, compressed or not, as pixels (y, x).

    Raises:
        InputError: they do not describe an image of `size` (rows, columns).
    """
    from pycocotools import mask as coco

    given, counts = runs.get("size"), runs.get("counts")
    if not isinstance(given, list) or [whole(value, -1) for value in given] != list(size):
        raise InputError("annotations-damaged", path=path, detail=f"run lengths for an image of {quoted(given, 40)}")
    check_size(path, *size)
    try:
        if isinstance(counts, list):
            lengths = np.asarray(counts, np.int64)
            if (lengths < 0).any() or int(lengths.sum()) != size[0] * size[1]:
                raise ValueError("the run lengths do not add up to the image")
            values = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
            return values.reshape(size[::-1]).T
        if not isinstance(counts, str):
            raise ValueError("no run lengths")
        return np.asarray(coco.decode({"size": list(size), "counts": counts.encode("ascii")}), np.bool_)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError("annotations-damaged", path=path, detail=quoted(error)) from error
