"""VGG Image Annotator 2: regions of many images in one JSON file or CSV table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from medsynth_gui.io.masks.documents import records
from medsynth_gui.io.masks.imported import Drawing, MaskSource, Wanted
from medsynth_gui.io.masks.sketch import Sketch

_COLUMNS = {"filename", "region_shape_attributes", "region_attributes"}
_NAMES = ("label", "class", "name", "type", "category")


def find(document: Any, path: Path) -> list[MaskSource] | None:
    """The images of a VIA project or its exported annotations; None if it is neither."""
    if not isinstance(document, dict):
        return None
    entries = document.get("_via_img_metadata", document)
    images = list(entries.values()) if isinstance(entries, dict) else []
    if not images or not all(isinstance(image, dict) and "filename" in image and "regions" in image
                             for image in images):
        return None
    return [_source(path, str(image["filename"]), _regions(image["regions"])) for image in images]


def find_table(text: str, path: Path) -> list[MaskSource] | None:
    """The images of a VIA table; None if it is none."""
    try:
        reader = csv.DictReader(io.StringIO(text))
        if not _COLUMNS.issubset(reader.fieldnames or ()):
            return None
        images: dict[str, list[dict[str, Any]]] = {}
        for row in reader:
            region = {"shape_attributes": _record(row["region_shape_attributes"]),
                      "region_attributes": _record(row["region_attributes"])}
            regions = images.setdefault(row["filename"] or "", [])
            if region["shape_attributes"]:
                regions.append(region)
    except csv.Error:
        return None
    return [_source(path, name, regions) for name, regions in images.items() if name]


def _source(path: Path, name: str, regions: list[dict[str, Any]]) -> MaskSource:
    return MaskSource("via", path, name, partial(_read, path, tuple(regions)))


def _regions(value: Any) -> list[dict[str, Any]]:
    """A list; version 1 has a record by number."""
    return records(list(value.values()) if isinstance(value, dict) else value)


def _record(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {"name": "unreadable region"}
    return found if isinstance(found, dict) else {}


def _label(attributes: Any) -> str:
    """The first attribute that says something, those that are called like a label first."""
    given = attributes if isinstance(attributes, dict) else {}
    for key in (*(name for name in given if str(name).casefold() in _NAMES), *given):
        value = given[key]
        if isinstance(value, dict):
            value = ", ".join(str(name) for name, ticked in value.items() if ticked)
        if isinstance(value, (str, int, float)) and str(value).strip():
            return str(value).strip()
    return "region"


def _read(path: Path, regions: tuple[dict[str, Any], ...], wanted: Wanted) -> Drawing:
    sketch = Sketch(path, wanted)
    for region in regions:
        shape = region.get("shape_attributes")
        shape = shape if isinstance(shape, dict) else {}
        kind = str(shape.get("name", "region"))
        draw = _SHAPES.get(kind)
        if draw is None:
            sketch.skip(kind)
        else:
            draw(sketch, _label(region.get("region_attributes")), shape)
    return sketch.drawing()


def _polygon(sketch: Sketch, label: str, shape: dict[str, Any]) -> None:
    x, y = shape.get("all_points_x"), shape.get("all_points_y")
    if not isinstance(x, list) or not isinstance(y, list) or len(x) != len(y):
        sketch.refuse(label, "it has not as many x as y")
        return
    sketch.polygon(label, list(zip(x, y, strict=True)))


def _rectangle(sketch: Sketch, label: str, shape: dict[str, Any]) -> None:
    try:
        left, top = float(shape["x"]), float(shape["y"])
        sketch.rectangle(label, ((left, top), (left + float(shape["width"]), top + float(shape["height"]))))
    except (KeyError, TypeError, ValueError, OverflowError):
        sketch.refuse(label, "its box has no place")


def _ellipse(sketch: Sketch, label: str, shape: dict[str, Any]) -> None:
    try:
        turn = float(shape.get("theta") or 0.0)
    except (TypeError, ValueError, OverflowError):
        turn = float("nan")
    radii = (shape.get("rx", shape.get("r")), shape.get("ry", shape.get("r")))
    sketch.ellipse(label, (shape.get("cx"), shape.get("cy")), radii, turn)


_SHAPES: dict[str, Callable[[Sketch, str, dict[str, Any]], None]] = {
    "polygon": _polygon, "rect": _rectangle, "ellipse": _ellipse, "circle": _ellipse}
