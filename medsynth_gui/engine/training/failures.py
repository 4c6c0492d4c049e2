"""Where a segmenter fails: figures by class, scanner and size, and pictures of the worst images of each.

The pictures show patients: they stay in the folder of the training and go into no model that is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.training.data import Item, Pair, letterboxed
from medsynth_gui.engine.training.segmentation import contact_sheet, shades
from medsynth_gui.io.atomic import storing
from medsynth_gui.io.raster_files import write_gray_png

Gray = npt.NDArray[np.uint8]
Row = Mapping[str, Any]
FOLDER = "failures"
# Columns of index.csv that name where an image was taken.
_ORIGINS = ("scanner", "site")
_SIZES = ("small", "medium", "large")
_MOST, _SIDE, _COLUMNS = 12, 160, 2


def strata(rows: Sequence[Row], items: Sequence[Item], labels: Mapping[int, str]) -> dict[str, dict[str, list[int]]]:
    """Kind of stratum -> name -> places of its images; kinds that tell nothing apart are left out.

    Args:
        rows: per image `class`, `share` of its labelled pixels, and per label `labels` where there are several.
        items: the same images, with the columns of their index.
    """
    found: dict[str, dict[str, list[int]]] = {
        "class": _by([str(row["class"]) for row in rows]),
        "scanner": _by([next((item.facts[name] for name in _ORIGINS if item.facts.get(name)), "") for item in items]),
        "size": _by(_sizes([float(row["share"]) for row in rows]))}
    if len(labels) > 1:
        found["label"] = {name: [place for place, row in enumerate(rows) if row["labels"][str(value)]["present"]]
                          for value, name in labels.items()}
    return {kind: names for kind, names in found.items() if names}


def _by(names: Sequence[str]) -> dict[str, list[int]]:
    return {name: [place for place, other in enumerate(names) if other == name] for name in sorted({*names} - {""})}


def _sizes(shares: Sequence[float]) -> list[str]:
    """The third of the labelled images that each belongs to; empty for an image without a label."""
    there = [share for share in shares if share]
    cuts = np.quantile(there, (1 / 3, 2 / 3)) if there else np.zeros(2)
    return [_SIZES[int(np.searchsorted(cuts, share, side="left"))] if share else "" for share in shares]


def write_failures(folder: Path, groups: Mapping[str, Mapping[str, Sequence[int]]], rows: Sequence[Row],
                   picture: Callable[[int], tuple[Gray, Gray, Gray]],
                   labels: Mapping[int, str]) -> dict[str, list[str]]:
    """Write `folder/failures/<kind>-<name>.png`, worst first: image, gold, predicted.

    Args:
        picture: image, truth and prediction (y, x) of a place.

    Returns:
        Name of each sheet -> ids in its order.
    """
    values = {name: str(value) for value, name in labels.items()}
    sheets = {"all": _worst(range(len(rows)), [float(row["dice"]) for row in rows])}
    for kind, names in groups.items():
        for name, places in names.items():
            dice = [float(row["labels"][values[name]]["dice"] if kind == "label" else row["dice"]) for row in rows]
            sheets[f"{kind}-{_plain(name)}"] = _worst(places, dice)
    sheets = {name: places for name, places in sheets.items() if places}
    with storing(folder / FOLDER):
        for old in (folder / FOLDER).glob("*.png"):
            old.unlink()
    tiles = {place: _tile(*picture(place)) for place in sorted(set().union(*sheets.values(), ()))}
    for name, places in sheets.items():
        write_gray_png(folder / FOLDER / f"{name}.png",
                       contact_sheet([tiles[place] for place in places], columns=min(_COLUMNS, len(places))),
                       {"Description": "held-out images that went worst: image, gold, predicted"})
    return {name: [str(rows[place]["id"]) for place in places] for name, places in sheets.items()}


def _worst(places: Sequence[int], dice: Sequence[float]) -> list[int]:
    return sorted((place for place in places if dice[place] < 1), key=lambda place: dice[place])[:_MOST]


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _tile(image: Gray, truth: Gray, predicted: Gray) -> Gray:
    nothing = Item("", "", "", Path())
    gray, gold, _ = letterboxed(Pair(nothing, image, truth), _SIDE)
    _, found, _ = letterboxed(Pair(nothing, image, predicted), _SIDE)
    return np.hstack([gray, shades(gold), shades(found)])
