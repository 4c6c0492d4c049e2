"""What goes with a folder of synthetic images: a datasheet, and a sheet that shows masks beside images."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui import __version__
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import provenance_text, read_gray, read_labels, write_gray_png

Gray = npt.NDArray[np.uint8]
SHEET, DATASHEET = "contact_sheet.png", "datasheet.md"
_TILE, _GAP, _HEADER = 128, 6, 24
_COLUMNS, _ROWS = 4, 6


def datasheet(generator: Mapping[str, Any], request: Mapping[str, Any], accepted: Iterable[Mapping[str, Any]],
              rejected: Mapping[str, int], rejected_count: int, warnings: Sequence[str]) -> str:
    """Markdown; the same folder always gives the same text.

    Args:
        generator: what generator.json says; request: what request.json says.
        accepted: lines of the manifest.
        rejected: gate -> how many images it turned down.
    """
    classes: Counter[str] = Counter()
    figures: dict[str, list[float]] = defaultdict(list)
    silent: Counter[str] = Counter()
    for line in accepted:
        classes[line["class"] or "not given"] += 1
        for gate in line.get("gates", ()):
            if gate["passed"] is None:
                silent[gate["gate"]] += 1
            else:
                figures[gate["gate"]].append(gate["value"])
    lines = [
        f"# {sum(classes.values())} synthetic images by {generator['id']}", "",
        f"Every image here was drawn by a model ({generator['title']}, weights SHA-256 {generator['sha256'][:16]}...); "
        "none shows a patient, and none proves anything about one. For research and for training models. Not for "
        f"diagnosis. Written by MedSynth Studio {__version__}.", "",
        "| class | images |", "|---|---:|", *(f"| {name} | {count} |" for name, count in sorted(classes.items())), "",
        "## Warnings", "", *([f"- {text}" for text in warnings] or ["None."]), "",
        "## Gates", "", _gates(figures, silent, rejected, rejected_count, generator), "",
        "## How they were made", "",
        *(f"- {name}: {value}" for name, value in request.items() if value not in (None, "")), "",
        "The same request on the same device and precision gives the same bytes. Image i depends on seed, i, mask and "
        "class alone.", "",
        "## The generator", "", f"- Licence: {generator['licence'] or 'none named'}"
        + (" (accepted by the user)" if generator.get("licence_accepted") else ""),
        f"- Credit: {generator['credit'] or '-'}", f"- Limits: {generator['limits'] or '-'}",
        *(f"- Was {part} on {len(groups)} patients or groups of {name}"
          for part, sets in generator["groups"].items() for name, groups in sets.items()),
        "", "Their images must not be tested on with a model that was trained on these: split by the generator's "
        "groups (generator.json).", "",
        "## Files", "",
        "- images/, masks/ (label values), index.csv: a training set; every image is a group of its own",
        "- manifest.jsonl: a line per image, with seed, model, mask, gates and origin; generator.json: the model",
        f"- {SHEET}: masks beside images", "- rejected/: what the gates turned down, and why (reasons.csv)"]
    return "\n".join(lines) + "\n"


def _gates(figures: Mapping[str, list[float]], silent: Mapping[str, int], rejected: Mapping[str, int],
           rejected_count: int, generator: Mapping[str, Any]) -> str:
    if not figures and not silent and not rejected:
        return "They were off: nobody looked at these images."
    limits = generator.get("gates", {}).get("limits", {})
    rows = ["| gate | limit | median | least | largest | turned down | not judged |",
            "|---|---:|---:|---:|---:|---:|---:|"]
    for gate in sorted({*figures, *silent, *rejected}):
        values = figures.get(gate) or []
        told = [f"{value:.3f}" for value in (np.median(values), min(values), max(values))] if values else ["-"] * 3
        rows.append(f"| {gate} | {limits.get(gate.replace('-', '_'), '-')} | {' | '.join(told)} "
                    f"| {rejected.get(gate, 0)} | {silent.get(gate, 0)} |")
    return "\n".join([*rows, "", f"{rejected_count} image(s) lie in rejected/; one may fail several gates."])


def write_contact_sheet(root: Path, lines: Iterable[Mapping[str, Any]], provenance: Provenance, title: str) -> None:
    """The first images, each to the right of the mask that it was drawn for, under a line that says what they are."""
    import cv2

    tiles = [np.hstack([_tile(_shades(read_labels(root / line["mask"]))), _tile(read_gray(root / line["image"]))])
             for line in islice(lines, _COLUMNS * _ROWS)]
    if not tiles:
        return
    rows = -(-len(tiles) // _COLUMNS)
    high, wide = tiles[0].shape[0] + _GAP, tiles[0].shape[1] + _GAP
    sheet = np.full((_HEADER + rows * high + _GAP, _COLUMNS * wide + _GAP), 40, np.uint8)
    for number, tile in enumerate(tiles):
        y, x = _HEADER + number // _COLUMNS * high, _GAP + number % _COLUMNS * wide
        sheet[y:y + tile.shape[0], x:x + tile.shape[1]] = tile
    cv2.putText(sheet, f"SYNTHETIC - {title} - left the mask, right the image", (_GAP, 17),
                cv2.FONT_HERSHEY_SIMPLEX, 0.45, (235,), 1, cv2.LINE_AA)
    write_gray_png(root / SHEET, sheet, provenance_text(provenance))


def _tile(image: Gray) -> Gray:
    import cv2

    scale = _TILE / max(image.shape)
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    tile = np.zeros((_TILE, _TILE), np.uint8)
    small = cv2.resize(image, size, interpolation=how)
    top, left = (_TILE - size[1]) // 2, (_TILE - size[0]) // 2
    tile[top:top + size[1], left:left + size[0]] = small
    return tile


def _shades(mask: Gray) -> Gray:
    return np.asarray(mask.astype(np.uint16) * 220 // max(1, int(mask.max())), np.uint8)
