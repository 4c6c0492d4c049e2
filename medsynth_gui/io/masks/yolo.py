"""YOLO segmentation: a text file an image, a class and the corners of an outline in parts of the image a line."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.io.masks.documents import read_text
from medsynth_gui.io.masks.imported import Drawing, MaskSource, Wanted
from medsynth_gui.io.masks.sketch import Sketch

_LINE = re.compile(r"\s*\d+(\s+[-+.\deEnainf]+)+\s*")
_BOX_WORDS = 5
_FILES = ("data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names")
_FOLDERS_UP = 4
_MOST_BYTES = 64 << 20


def find(text: str, path: Path) -> list[MaskSource] | None:
    """The image of a label file (an empty one has no object); None if it is another text."""
    lines = tuple(line for line in text.splitlines() if line.strip())
    if path.name in _FILES or len(text) > _MOST_BYTES or not all(_LINE.fullmatch(line) for line in lines):
        return None
    return [MaskSource("yolo", path, path.stem, partial(_read, path, lines))]


def _read(path: Path, lines: tuple[str, ...], wanted: Wanted) -> Drawing:
    sketch, names = Sketch(path, wanted), class_names(path)
    for line in lines:
        number, *words = line.split()
        label = names.get(int(number), f"class {number}") if len(number) < 8 else f"class {number[:8]}"
        if len(words) + 1 == _BOX_WORDS:
            sketch.skip("bounding box")
            continue
        try:
            values: npt.NDArray[np.float64] = np.array(words, np.float64)
        except ValueError:
            sketch.refuse(label, "its points are not numbers")
            continue
        if len(values) % 2:
            sketch.refuse(label, "it has not as many x as y")
            continue
        sketch.polygon(label, values.reshape(-1, 2) * (wanted.columns, wanted.rows))
    return sketch.drawing()


def class_names(path: Path) -> dict[int, str]:
    """Names by number from data.yaml or classes.txt beside a label file or above it; nothing where there is none."""
    for folder in list(path.parents)[:_FOLDERS_UP]:
        for name in _FILES:
            if (folder / name).is_file():
                try:
                    text = read_text(folder / name, most_bytes=1 << 20)
                except MedSynthError:
                    continue
                return _yaml_names(text) if name.endswith(("yaml", "yml")) else dict(
                    enumerate(line.strip() for line in text.splitlines() if line.strip()))
    return {}


def _yaml_names(text: str) -> dict[int, str]:
    """The entry `names` of a data.yaml: a list or a record, inline or one a line."""
    match = re.search(r"^names\s*:[ \t]*(.*(?:\n(?:[ \t]+.*|-.*|[ \t]*))*)", text, re.MULTILINE)
    if match is None:
        return {}
    body = re.sub(r"(^|\s)#.*", "", match[1]).strip()
    if body[:1] in "[{":
        entries = body.strip("[]{} \n\r").split(",")
    else:
        entries = [line.strip().removeprefix("- ") for line in body.splitlines()]
    names: dict[int, str] = {}
    for number, entry in enumerate(entry.strip() for entry in entries if entry.strip()):
        key, colon, name = entry.partition(":")
        numbered = bool(colon) and key.strip().isdecimal()
        names[int(key) if numbered else number] = (name if numbered else entry).strip().strip("'\"")
    return names
