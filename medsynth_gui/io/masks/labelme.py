"""labelme: one JSON file an image, with polygons, boxes, circles and small masks."""

from __future__ import annotations

import base64
import binascii
import io
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.limits import check_size, quoted
from medsynth_gui.io.masks.documents import records, size_of
from medsynth_gui.io.masks.imported import Drawing, Mask, MaskSource, Wanted
from medsynth_gui.io.masks.sketch import Sketch


def find(document: Any, path: Path) -> list[MaskSource] | None:
    """The image of a labelme file; None if it is none."""
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        return None
    if not {"imagePath", "imageHeight", "version"} & document.keys():
        return None
    named = str(document.get("imagePath") or "")
    name = PureWindowsPath(named).as_posix() if "\\" in named else str(PurePosixPath(named)) if named else path.stem
    size, shapes = size_of(document, "imageHeight", "imageWidth"), records(document["shapes"])
    return [MaskSource("labelme", path, name, partial(_read, path, tuple(map(_slim, shapes)), size))]


def _slim(shape: dict[str, Any]) -> dict[str, Any]:
    return {key: shape.get(key) for key in ("label", "shape_type", "points", "mask")}


def _read(path: Path, shapes: tuple[dict[str, Any], ...], size: tuple[int, int] | None, wanted: Wanted) -> Drawing:
    sketch = Sketch(path, wanted, size)
    for shape in shapes:
        label, kind, points = str(shape["label"] or "label"), shape["shape_type"] or "polygon", shape["points"]
        if kind == "polygon":
            sketch.polygon(label, points)
        elif kind == "rectangle":
            sketch.rectangle(label, points)
        elif kind == "circle":
            _circle(sketch, label, points)
        elif kind == "mask":
            _mask(sketch, path, label, shape)
        else:
            sketch.skip(str(kind))
    return sketch.drawing()


def _circle(sketch: Sketch, label: str, points: Any) -> None:
    """Centre, and a point of the circle."""
    try:
        (cx, cy), (x, y) = np.asarray(points, np.float64)
    except (TypeError, ValueError, OverflowError):
        sketch.refuse(label, "a circle has two points")
        return
    radius = float(np.hypot(x - cx, y - cy))
    sketch.ellipse(label, (cx, cy), (radius, radius))


def _mask(sketch: Sketch, path: Path, label: str, shape: dict[str, Any]) -> None:
    """A PNG in base64 that fills the box from the first point on."""
    try:
        left, top = (round(float(value)) for value in shape["points"][0])
        sketch.bitmap(label, _embedded(path, shape["mask"]), left, top)
    except InputError as error:
        sketch.refuse(label, quoted(error.message.english()))
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        sketch.refuse(label, "its mask has no place")


def _embedded(path: Path, text: Any) -> Mask:
    """Raises InputError if the text is no PNG."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=("PNG",)) as image:
            check_size(path, image.height, image.width)
            return np.array(image.convert("L"), np.uint8) > 0
    except InputError:
        raise
    # The parser raises anything for a damaged file.
    except (binascii.Error, Exception) as error:
        raise InputError("annotations-damaged", path=path, detail=quoted(error)) from error
