"""Figures of a segmenter on held-out images; what can be fitted is fitted on the validation part first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.engine.training.data import Item, TrainingData, read_pair
from medsynth_gui.engine.training.failures import strata, write_failures
from medsynth_gui.engine.training.likeness import learn_likeness
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.furniture import find_furniture
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.metrics.bootstrap import bootstrap

Labels = npt.NDArray[np.uint8]
Probability = npt.NDArray[np.float32]
Checkpoint = Callable[[float, float, str], None]


# The maker's sign in the top left corner (rows, columns) tells nothing of a lesion; calipers, arrows and text may.
_CORNER, _LEAST_MARKS_PX = (22, 60), 60


class _Looked:
    """One image with what the network says of it, before any threshold."""

    def __init__(self, item: Item, segmenter: Segmenter, *, inpaint: bool = True) -> None:
        self.item = item
        gray, truth = read_pair(item)
        self.truth: Labels = truth
        marks = find_furniture(gray).copy()
        marks[:_CORNER[0], :_CORNER[1]] = False
        self.marked = int(marks.sum()) >= _LEAST_MARKS_PX
        started = time.perf_counter()
        self.probability, self.presence = segmenter.probability(gray, inpaint=inpaint)
        self.seconds = time.perf_counter() - started


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Results on `data.test`, and the card's fitted input values."""
    segmenter = Segmenter(card, runtime)
    segmenter.temperature = 1.0
    validation = _look(data.validation, segmenter, checkpoint, "fitting")
    fitted = _fit(segmenter, validation)
    for name, value in fitted.items():
        setattr(segmenter, name, value)
    test = _look(data.test, segmenter, checkpoint, "measuring")
    rows = [_row(looked, segmenter) for looked in test]
    grabcut = _grabcut(data.test, checkpoint)
    lesions = [row for row in rows if row["present"]]
    summary = _summary(rows)
    labels = _by_label(card, rows)
    simulated = all(item.set_name.startswith("simulator-") for item in data.test)
    headline = _headline(card, summary, labels, f"{len(lesions)} held-out {'simulated ' * simulated}images")
    parts = {"with_marks": _summary([row for row in rows if row["marked"]]),
             "without_marks": _summary([row for row in rows if not row["marked"]]),
             "with_marks_left_in": _left_in([looked.item for looked in test if looked.marked], segmenter, checkpoint)}
    calibration = {"before": _calibration_error(test, fitted["temperature"]), "after": _calibration_error(test, 1.0)}
    return {"headline": headline, **summary, "labels": labels, **_circumference(card, rows), **parts,
            **_where_it_fails(card, test, rows, segmenter, folder), "calibration_error": calibration,
            "thorough": _thorough(card, fitted, test, rows, runtime, checkpoint),
            "baseline_grabcut_box_and_scribble": grabcut,
            "validation": _summary([_row(v, segmenter) for v in validation]), "library": segmenter.ran()["library"],
            **learn_likeness(recipe, data, runtime, folder, checkpoint), "images": rows}, fitted


def _look(items: Sequence[Item], segmenter: Segmenter, checkpoint: Checkpoint, what: str) -> list[_Looked]:
    looked = []
    for number, item in enumerate(items):
        checkpoint(number, len(items), f"{what} {number + 1} of {len(items)}")
        looked.append(_Looked(item, segmenter))
    return looked


def _left_in(items: Sequence[Item], segmenter: Segmenter, checkpoint: Checkpoint) -> dict[str, Any]:
    """The marked images again, as they are: what calipers and text give away, or cost."""
    rows = []
    for number, item in enumerate(items):
        checkpoint(number, len(items), f"marks left in {number + 1} of {len(items)}")
        rows.append(_row(_Looked(item, segmenter, inpaint=False), segmenter))
    return _summary(rows)


def _thorough(card: ModelCard, fitted: dict[str, Any], default: Sequence[_Looked],
              default_rows: Sequence[dict[str, Any]], runtime: Runtime, checkpoint: Checkpoint) -> dict[str, Any]:
    """The same images looked at mirrored and at three scales, beside the default: figures and seconds an image."""
    segmenter = Segmenter(card, runtime, thorough=True)
    for name, value in fitted.items():
        setattr(segmenter, name, value)
    rows, seconds = [], []
    for number, before in enumerate(default):
        checkpoint(number, len(default), f"thoroughly {number + 1} of {len(default)}")
        looked = _Looked(before.item, segmenter)
        rows.append(_row(looked, segmenter))
        seconds.append(looked.seconds)
    pairs = [(row, before) for row, before in zip(rows, default_rows, strict=True) if row["present"]]
    gain = bootstrap([row["dice"] - before["dice"] for row, before in pairs],
                     [row["group"] for row, _ in pairs]) if pairs else None
    return {**_summary(rows), "labels": _by_label(card, rows), **_circumference(card, rows),
            "dice_difference": [round(value, 4) for value in (gain.estimate, gain.low, gain.high)] if gain else [],
            "seconds_per_image": round(float(np.median(seconds)), 4),
            "default_seconds_per_image": round(float(np.median([looked.seconds for looked in default])), 4)}


def _where_it_fails(card: ModelCard, test: Sequence[_Looked], rows: Sequence[dict[str, Any]], segmenter: Segmenter,
                    folder: Path) -> dict[str, Any]:
    """Figures by class, scanner and size, and the ids on the sheets of pictures that `folder` keeps."""
    def picture(place: int) -> tuple[Labels, Labels, Labels]:
        one = test[place]
        return read_gray(one.item.image), one.truth, segmenter.decide(one.probability, one.presence).labels

    shares = [{**row, "share": float((looked.truth > 0).mean())} for row, looked in zip(rows, test, strict=True)]
    groups = strata(shares, [looked.item for looked in test], card.labels)
    figures = {kind: {name: _summary([rows[place] for place in places])
                      for name, places in groups.get(kind, {}).items()} for kind in ("class", "scanner", "size")}
    return {"classes": figures["class"], "scanners": figures["scanner"], "sizes": figures["size"],
            "failures": write_failures(folder, groups, rows, picture, card.labels)}


def _fit(segmenter: Segmenter, validation: Sequence[_Looked]) -> dict[str, Any]:
    """Temperature by likelihood, then thresholds by Dice less the cost of false hits."""
    if not validation:
        return {"temperature": 1.0, "threshold": 0.5, "presence_threshold": 0.0, "smallest_share": 0.001}
    truth = np.concatenate([v.truth.ravel()[::7] for v in validation])
    logs = np.concatenate([np.log(v.probability.reshape(len(v.probability), -1)[:, ::7] + 1e-7) for v in validation], 1)

    def unlikeliness(temperature: float) -> float:
        scaled = logs / temperature
        scaled -= np.log(np.exp(scaled - scaled.max(0)).sum(0)) + scaled.max(0)
        return -float(np.take_along_axis(scaled, truth[None].astype(np.intp), 0).mean())

    temperature = float(minimize_scalar(unlikeliness, bounds=(0.5, 5), method="bounded").x)
    for looked in validation:
        looked.probability = _tempered(looked.probability, temperature)
    best: tuple[float, dict[str, Any]] = (-1.0, {})
    names = ("threshold", "presence_threshold", "smallest_share")
    for values in product((0.3, 0.4, 0.5), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), (0.001, 0.003)):
        for name, value in zip(names, values, strict=True):
            setattr(segmenter, name, value)
        score = _score([_row(looked, segmenter) for looked in validation])
        if score > best[0] + 1e-4:
            best = score, dict(zip(names, values, strict=True))
    return {"temperature": round(temperature, 3), **best[1]}


def _score(rows: list[dict[str, Any]]) -> float:
    summary = _summary(rows)
    # A missed lesion is drawn by hand; a false proposal is rejected with one key.
    return float(summary["dice"] - 0.05 * summary["false_positive_rate"])


def _tempered(probability: Probability, temperature: float) -> Probability:
    raised = np.power(probability, 1 / temperature)
    return raised / raised.sum(0, keepdims=True)


def _row(looked: _Looked, segmenter: Segmenter) -> dict[str, Any]:
    predicted = segmenter.decide(looked.probability, looked.presence).labels
    row = {"id": looked.item.id, "group": looked.item.group, "class": looked.item.class_name,
           "marked": looked.marked, **_overlap(predicted, looked.truth)}
    if len(segmenter.card.labels) > 1:
        row["labels"] = {str(value): _overlap(np.where(predicted == value, value, 0).astype(np.uint8),
                                              np.where(looked.truth == value, value, 0).astype(np.uint8))
                         for value in segmenter.card.labels}
    if segmenter.card.input.get("shape") == "ellipse" and looked.item.pixel_size_mm:
        told = looked.item.facts.get("head_circumference_mm", "")
        row["circumference_mm"] = round(_perimeter(predicted) * looked.item.pixel_size_mm, 2)
        row["true_circumference_mm"] = float(told) if told else round(
            _perimeter(looked.truth) * looked.item.pixel_size_mm, 2)
    return row


def _perimeter(labels: Labels) -> float:
    """Circumference in pixels of the ellipse around what is labelled; 0 where nothing is."""
    import cv2
    from scipy.special import ellipe

    outlines, _ = cv2.findContours((labels > 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(outlines, key=cv2.contourArea)[:, 0] if outlines else np.zeros((0, 2))
    inside = ((points > 0) & (points < np.array(labels.shape[::-1]) - 1)).all(1)
    if inside.sum() < 20:
        return 0.0
    axes = cv2.fitEllipseDirect(points[inside].astype(np.float32))[1]
    # The outline runs through the middles of the outer pixels: half a pixel inside on every side.
    long, short = (max(axes) + 1) / 2, (min(axes) + 1) / 2
    return float(4 * long * ellipe(1 - (short / long) ** 2))


def _circumference(card: ModelCard, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean absolute error in mm with its interval, where a circumference was measured."""
    measured = [row for row in rows if row.get("circumference_mm")]
    if not measured:
        return {}
    errors = np.array([row["circumference_mm"] - row["true_circumference_mm"] for row in measured])
    interval = bootstrap(np.abs(errors), [row["group"] for row in measured])
    return {"circumference_error_mm": {"mean_absolute": round(interval.estimate, 3), "low": round(interval.low, 3),
                                       "high": round(interval.high, 3), "bias": round(float(errors.mean()), 3),
                                       "median_absolute": round(float(np.median(np.abs(errors))), 3),
                                       "images": len(measured)}}


def _by_label(card: ModelCard, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The summary of each label alone; nothing for a model of one label."""
    return {name: _summary([{**row["labels"][str(value)], "group": row["group"]} for row in rows])
            for value, name in card.labels.items()} if len(card.labels) > 1 else {}


def _headline(card: ModelCard, summary: dict[str, Any], labels: dict[str, Any], images: str) -> str:
    low, high = summary["dice_interval"]
    if labels:
        parts = ", ".join(f"{name} {figures['dice']:.2f}" for name, figures in labels.items())
        return f"Dice {parts} on {images}"
    digits = 3 if summary["dice"] >= 0.9 else 2
    return (f"Dice {summary['dice']:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}] on {images} "
            f"with {next(iter(card.labels.values()), 'label')}")


def _overlap(predicted: Labels, truth: Labels) -> dict[str, Any]:
    """Dice over all labels together; an image without labels only counts as clean or hit."""
    agreed = int(((predicted == truth) & (truth > 0)).sum())
    total = int((predicted > 0).sum() + (truth > 0).sum())
    return {"present": bool(truth.any()), "found": agreed > 0, "hit": bool(predicted.any()),
            "dice": round(2 * agreed / total, 4) if total else 1.0}


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean and median Dice over images with a label; missed ones; false hits on images without."""
    there = [row for row in rows if row["present"]]
    empty = [row for row in rows if not row["present"]]
    dice = np.array([row["dice"] for row in there]) if there else np.zeros(0)
    interval = bootstrap(dice, [row["group"] for row in there]) if there else None
    return {"dice": round(float(dice.mean()), 4) if there else 0.0,
            "dice_interval": [round(interval.low, 4), round(interval.high, 4)] if interval else [0.0, 0.0],
            "dice_median": round(float(np.median(dice)), 4) if there else 0.0,
            "with_label": len(there), "missed": sum(not row["found"] for row in there),
            "without_label": len(empty), "false_positives": sum(row["hit"] for row in empty),
            "false_positive_rate": round(sum(row["hit"] for row in empty) / len(empty), 4) if empty else 0.0}


def _calibration_error(looked: Sequence[_Looked], sharpen: float) -> float:
    """Expected calibration error of pixels in ten bins; `sharpen` undoes a temperature."""
    wrong, count = np.zeros(10), np.zeros(10)
    for one in looked:
        probability = _tempered(one.probability, 1 / sharpen)
        top = probability.max(0).ravel()[::5]
        right = (probability.argmax(0) == one.truth).ravel()[::5]
        bins = np.minimum((top * 10).astype(int), 9)
        np.add.at(wrong, bins, top - right)
        np.add.at(count, bins, 1)
    return round(float(np.abs(wrong).sum() / max(1, count.sum())), 4)


def _grabcut(items: Sequence[Item], checkpoint: Checkpoint) -> dict[str, Any]:
    """The baseline: GrabCut, told the true box (grown by a fifth) and an ellipse of half the box as a scribble."""
    import cv2

    dice = []
    for number, item in enumerate(items):
        checkpoint(number, len(items), f"GrabCut {number + 1} of {len(items)}")
        truth = read_labels(item.mask) if item.mask else None
        if truth is None or not truth.any():
            continue
        color = cv2.cvtColor(read_gray(item.image), cv2.COLOR_GRAY2BGR)
        x, y, width, height = cv2.boundingRect((truth > 0).astype(np.uint8))
        dx, dy = width // 5, height // 5
        mask = np.full(truth.shape, cv2.GC_BGD, np.uint8)
        mask[max(0, y - dy):y + height + dy, max(0, x - dx):x + width + dx] = cv2.GC_PR_FGD
        cv2.ellipse(mask, (x + width // 2, y + height // 2), (max(1, width // 4), max(1, height // 4)), 0, 0, 360,
                    int(cv2.GC_FGD), -1)
        cv2.setRNGSeed(0)
        # A box as large as the image leaves no background to learn from: then the box is the answer.
        with suppress(cv2.error):
            cv2.grabCut(color, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
        predicted = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
        dice.append(_overlap(predicted, (truth > 0).astype(np.uint8))["dice"])
    return {"dice": round(float(np.mean(dice)), 4) if dice else 0.0, "images": len(dice),
            "note": "told the true box and a scribble inside it, which the model is not"}
