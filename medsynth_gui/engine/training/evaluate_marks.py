"""Figures of a finder of marks: planted ones that it must find at the size that generators draw, beside the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.gate_reference import drawn_size
from medsynth_gui.engine.marks_finder import MarksFinder
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.marks import read_clean
from medsynth_gui.engine.training.planted_marks import MARKS, plant
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.furniture import has_marks
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.metrics.bootstrap import wilson

Gray = npt.NDArray[np.uint8]
Checkpoint = Callable[[float, float, str], None]
_SIDES = {"as drawn": 128, "as stored": 512}
_KEPT, _MOST_IMAGES = 0.99, 500


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every held-out image without marks and with one of each kind; images that are not held out set the limit."""
    finder = MarksFinder(card, runtime)
    finder.limit = _limit(finder, (*data.train, *data.validation), checkpoint)
    report = {name: {seen: _looked(finder, [item for item in data.test if item.set_name == name], side, recipe.seed,
                                   checkpoint) for seen, side in _SIDES.items()}
              for name in sorted({item.set_name for item in data.test})}
    drawn = [parts["as drawn"] for parts in report.values()]
    images = sum(part["images"] for part in drawn)
    found = {kind: sum(part["found"][kind] for part in drawn) / images for kind in MARKS}
    false = sum(part["false"] for part in drawn)
    low, high = wilson(false, images)
    least = min(found, key=found.__getitem__)
    headline = (f"at 128 pixels: letters {found['letters']:.0%}, calipers {found['calipers']:.0%}, {least} "
                f"{found[least]:.0%} found; {false / images:.1%} of {images} held-out images without marks taken for "
                f"marked")
    return ({"headline": headline, "limit": finder.limit, "found": {k: round(v, 4) for k, v in found.items()},
             "false": {"count": false, "images": images, "interval": [round(low, 4), round(high, 4)]},
             "sets": report}, {"limit": finder.limit})


def _limit(finder: MarksFinder, items: Sequence[Item], checkpoint: Checkpoint) -> float:
    """What 99 of 100 images without marks stay below at the size that they are drawn, and at the one stored."""
    scores = []
    chosen = items[::-(-len(items) // _MOST_IMAGES) or 1]
    for number, item in enumerate(chosen):
        checkpoint(number, len(chosen), f"setting the limit: {item.id}")
        clean = read_clean([item])[0]
        scores += [finder.score(drawn_size(clean, side)) for side in _SIDES.values()]
    return round(float(np.quantile(scores, _KEPT)), 2)


def _looked(finder: MarksFinder, items: Sequence[Item], side: int, seed: int, checkpoint: Checkpoint) -> dict[str, Any]:
    """Counts of one set at one size, of the finder and of the rules; real marks are those that the rules find at full
    size."""
    judges: dict[str, Callable[[Gray], bool]] = {"": finder.marked, "_by_rules": has_marks}
    counts: dict[str, Any] = {"images": len(items), "really_marked": 0}
    for suffix in judges:
        counts |= {f"false{suffix}": 0, f"found{suffix}": dict.fromkeys(MARKS, 0), f"really_found{suffix}": 0}
    for number, item in enumerate(items):
        checkpoint(number, len(items), f"looking for marks in {item.set_name} {number + 1} of {len(items)}")
        stored, image = read_gray(item.image), read_clean([item])[0]
        really = has_marks(stored)
        counts["really_marked"] += really
        for suffix, judge in judges.items():
            counts[f"false{suffix}"] += judge(drawn_size(image, side))
            counts[f"really_found{suffix}"] += really and judge(drawn_size(stored, side))
        for place, kind in enumerate(MARKS):
            rng = np.random.default_rng((seed, number, place))
            planted = drawn_size(plant(image, rng, (kind,)), side)
            for suffix, judge in judges.items():
                counts[f"found{suffix}"][kind] += judge(planted)
    return {name: {kind: int(value) for kind, value in count.items()} if isinstance(count, dict) else int(count)
            for name, count in counts.items()}
