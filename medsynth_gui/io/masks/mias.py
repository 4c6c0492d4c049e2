"""mini-MIAS: the list of films with the circle of each abnormality, counted from the bottom left."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from medsynth_gui.io.masks.imported import Drawing, MaskSource, Wanted
from medsynth_gui.io.masks.sketch import Sketch

_LINE = re.compile(r"^(mdb\d{3}) [FGD] (CALC|CIRC|SPIC|MISC|ARCH|ASYM|NORM)(?: ([BM])(?: (\d+) (\d+) (\d+))?)?",
                   re.MULTILINE)
_SIZE = (1024, 1024)
Circle = tuple[int, int, int]


def find(text: str, path: Path) -> list[MaskSource] | None:
    """The films of the list; None if it is another text.

    A normal film has an empty mask; one whose abnormality has no circle has none, for nobody said where it is.
    """
    films: dict[str, list[Circle]] = {}
    classes: dict[str, str] = {}
    for name, kind, _, x, y, radius in _LINE.findall(text):
        classes[name] = kind
        if radius:
            films.setdefault(name, []).append((int(x), int(y), int(radius)))
        elif kind == "NORM":
            films.setdefault(name, [])
    if not classes:
        return None
    return [MaskSource("mias", path, name, partial(_read, path, tuple(circles)), class_name=classes[name])
            for name, circles in films.items()]


def _read(path: Path, circles: tuple[Circle, ...], wanted: Wanted) -> Drawing:
    sketch = Sketch(path, wanted, _SIZE)
    for x, y, radius in circles:
        sketch.ellipse("abnormality", (x + 0.5, _SIZE[0] - y - 0.5), (radius, radius))
    return sketch.drawing()
