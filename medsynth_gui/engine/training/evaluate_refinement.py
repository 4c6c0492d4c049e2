"""Figures of an interactive segmenter on held-out structures, beside GrabCut with the same scribbles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.prompts import Prompts
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.refiner import Refiner
from medsynth_gui.engine.training.data import TrainingData, read_pair
from medsynth_gui.engine.training.prompting import around, jittered_box, largest_error, middle, scribble
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.metrics.bootstrap import bootstrap

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Checkpoint = Callable[[float, float, str], None]

MOST_CLICKS = 10
WANTED_DICE = 0.85
_MOST_PER_SET = 60


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Results on at most 60 structures of each set of `data.test`, evenly taken; a label is one structure."""
    refiner = Refiner(card, runtime)
    structures = _structures(data)
    rows = []
    for number, (name, identity, group, value, gray, truth) in enumerate(structures):
        checkpoint(number, len(structures), f"measuring {number + 1} of {len(structures)}")
        rows.append({"set": name, "id": identity, "group": group, "label": value,
                     **_measured(refiner, gray, truth, np.random.default_rng((number, 1)))})
    sets = {name: _summary([row for row in rows if row["set"] == name]) for name in sorted({r["set"] for r in rows})}
    total = _summary(rows)
    headline = (f"{total['clicks']:.1f} clicks to Dice {WANTED_DICE} on {len(rows)} held-out structures; scribbles "
                f"{total['scribble']['dice']:.2f}, GrabCut {total['grabcut_scribble']['dice']:.2f}")
    return {"headline": headline, "dice": total["scribble"]["dice"], "clicks_to": WANTED_DICE,
            "most_clicks": MOST_CLICKS, **total, "sets": sets, "structures": rows}, {}


def _structures(data: TrainingData) -> list[tuple[str, str, str, int, Gray, Mask]]:
    found: dict[str, list[tuple[str, str, str, int, Gray, Mask]]] = {}
    for item in data.test:
        gray, labels = read_pair(item)
        for value in (int(v) for v in np.unique(labels) if v):
            found.setdefault(item.set_name, []).append((item.set_name, item.id, item.group, value, gray,
                                                        labels == value))
    chosen = []
    for of_set in found.values():
        picks = np.unique(np.linspace(0, len(of_set) - 1, min(_MOST_PER_SET, len(of_set))).round().astype(int))
        chosen += [of_set[index] for index in picks]
    return chosen


def _measured(refiner: Refiner, gray: Gray, truth: Mask, rng: np.random.Generator) -> dict[str, Any]:
    after_clicks = _clicked(refiner, gray, truth)
    enough = next((number for number, value in enumerate(after_clicks, 1) if value >= WANTED_DICE), None)
    empty = Prompts.empty(*gray.shape)
    strokes = Prompts(_thick(scribble(truth, rng), truth), _thick(around(truth, rng) & ~truth, ~truth))
    box = Prompts(empty.positive, empty.negative, jittered_box(truth, rng, most=0.05))
    return {"after_clicks": after_clicks, "clicks": enough or MOST_CLICKS, "reached": enough is not None,
            "scribble": _dice(refiner.refine(gray, strokes).mask, truth),
            "grabcut_scribble": _dice(_grabcut(gray, strokes), truth),
            "box": _dice(refiner.refine(gray, box).mask, truth), "grabcut_box": _dice(_grabcut(gray, box), truth),
            "ellipse_in_box": _dice(_ellipse_in(box), truth)}


def _clicked(refiner: Refiner, gray: Gray, truth: Mask) -> list[float]:
    """Dice after each click into the middle of the largest error; it ends once the wanted Dice is reached twice."""
    prompts, mask, values = Prompts.empty(*gray.shape), np.zeros(gray.shape, np.bool_), list[float]()
    for _ in range(MOST_CLICKS):
        error = largest_error(mask, truth)
        if error is None:
            break
        wrong, missing = error
        planes = [prompts.positive.copy(), prompts.negative.copy()]
        planes[0 if missing else 1][middle(wrong)] = True
        prompts = Prompts(planes[0], planes[1], previous=mask if mask.any() else None)
        mask = refiner.refine(gray, prompts).mask
        values.append(_dice(mask, truth))
        if len(values) >= 3 and values[-1] >= WANTED_DICE and values[-2] >= WANTED_DICE:
            break
    return values


def _thick(line: Mask, within: Mask) -> Mask:
    """A stroke as a hand draws it, about a hundredth of the image wide."""
    import cv2

    width = max(3, round(0.008 * max(line.shape)) | 1)
    return np.asarray(cv2.dilate(line.astype(np.uint8), np.ones((width, width), np.uint8)) > 0, np.bool_) & within


def _grabcut(gray: Gray, prompts: Prompts) -> Mask:
    """The baseline, told the same."""
    import cv2

    if prompts.box is not None:
        mask = np.full(gray.shape, cv2.GC_BGD, np.uint8)
        y0, x0, y1, x1 = (round(v) for v in prompts.box)
        mask[y0:y1, x0:x1] = cv2.GC_PR_FGD
    else:
        mask = np.full(gray.shape, cv2.GC_PR_BGD, np.uint8)
        mask[prompts.positive], mask[prompts.negative] = cv2.GC_FGD, cv2.GC_BGD
    color = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)
    cv2.setRNGSeed(0)
    try:
        cv2.grabCut(color, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # one of the two kinds of pixels is missing
        return prompts.positive
    return np.asarray((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), np.bool_)


def _ellipse_in(prompts: Prompts) -> Mask:
    """The plainest answer to a box; GrabCut without a scribble often finds nothing in a dark one."""
    import cv2

    assert prompts.box is not None
    y0, x0, y1, x1 = (round(v) for v in prompts.box)
    drawn = np.zeros(prompts.positive.shape, np.uint8)
    half = max(1, (x1 - x0) // 2), max(1, (y1 - y0) // 2)
    cv2.ellipse(drawn, ((x0 + x1) // 2, (y0 + y1) // 2), half, 0, 0, 360, 1, -1)
    return np.asarray(drawn > 0, np.bool_)


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    groups = [f"{row['set']}/{row['group']}" for row in rows]
    figures: dict[str, Any] = {"structures": len(rows), "clicks": round(float(np.mean([r["clicks"] for r in rows])), 3),
                               "never_reached": sum(not row["reached"] for row in rows)}
    for number in (1, 3, 5):
        figures[f"dice_after_{number}"] = round(float(np.mean(
            [row["after_clicks"][min(number, len(row["after_clicks"])) - 1] for row in rows])), 4)
    for name in ("scribble", "grabcut_scribble", "box", "grabcut_box", "ellipse_in_box"):
        interval = bootstrap(np.array([row[name] for row in rows]), groups)
        figures[name] = {"dice": round(interval.estimate, 4), "low": round(interval.low, 4),
                         "high": round(interval.high, 4)}
    return figures


def _dice(found: Mask, truth: Mask) -> float:
    return round(2 * float((found & truth).sum()) / max(1.0, float(found.sum() + truth.sum())), 4)
