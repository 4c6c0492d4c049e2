"""Figures of a generator: does a segmenter find the masks again, and are its images copies?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.engine.synthesizer import Synthesizer
from medsynth_gui.engine.training.data import Item, TrainingData, load_pairs
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.segmentation import contact_sheet
from medsynth_gui.io.raster_files import write_gray_png
from medsynth_gui.metrics.bootstrap import bootstrap

Gray = npt.NDArray[np.uint8]
Checkpoint = Callable[[float, float, str], None]


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw images for held-out masks; a test group was seen neither by the generator nor by the segmenter."""
    if "segmenter" not in recipe.evaluation:
        return {"headline": "not measured: the recipe names no segmenter"}, {}
    wanted = int(recipe.evaluation.get("images", 200))
    lesions = [pair for pair in load_pairs(data.test, inpaint=False, progress=lambda *_: None) if pair.mask.any()]
    if not lesions:
        return {"headline": "not measured: no held-out mask"}, {}
    synthesizer = Synthesizer(card, runtime)
    made: list[tuple[Gray, Gray, Item]] = []
    for number in range(wanted):
        checkpoint(number, wanted, f"drawing {number + 1} of {wanted}")
        pair = lesions[number % len(lesions)]
        mask = synthesizer.native_mask(pair.mask if number < len(lesions) else pair.mask[:, ::-1])
        image = synthesizer.synthesize(mask, class_name=pair.item.class_name or None, seed=recipe.seed, index=number)
        made.append((image, mask, pair.item))
    write_gray_png(folder / "previews" / "contact_sheet.png", _sheet(made, synthesizer.size), None)
    faithful = _faithfulness(recipe, made, runtime)
    copies = _copies([image for image, _, _ in made], data, [pair.image for pair in lesions])
    low, high = faithful["dice_interval"]
    headline = (f"{faithful['segmenter']} finds its masks again with Dice {faithful['dice']:.2f} "
                f"[{low:.2f}, {high:.2f}] on {wanted} images")
    return {"headline": headline, "images": wanted, "faithfulness": faithful, "nearest_training_image": copies}, {}


def _faithfulness(recipe: Recipe, made: Sequence[tuple[Gray, Gray, Item]], runtime: Runtime) -> dict[str, Any]:
    card = read_card(models() / str(recipe.evaluation["segmenter"]))
    segmenter = Segmenter(card, runtime)
    dice = []
    for image, mask, _ in made:
        found = segmenter.segment(image).labels
        dice.append(2 * float(((found > 0) & (mask > 0)).sum()) / max(1, int((found > 0).sum() + (mask > 0).sum())))
    interval = bootstrap(np.array(dice), [item.group for _, _, item in made])
    real = json.loads((card.folder / "results.json").read_text(encoding="utf-8"))["dice"]
    return {"segmenter": card.id, "segmenter_sha256": card.weights_sha256, "dice": round(float(np.mean(dice)), 4),
            "dice_interval": [round(interval.low, 4), round(interval.high, 4)],
            "dice_median": round(float(np.median(dice)), 4), "missed": sum(value < 0.01 for value in dice),
            "real_held_out_dice": real, "share_of_real": round(float(np.mean(dice)) / real, 4) if real else 0.0}


def _copies(made: Sequence[Gray], data: TrainingData, held_out: Sequence[Gray]) -> dict[str, Any]:
    """Correlation at 64 x 64 with the nearest training image, beside that of held-out real images."""
    training = _normalised([pair.image for pair in load_pairs(data.train, inpaint=True, progress=lambda *_: None)])
    report = {}
    for name, images in (("synthetic", made), ("held_out_real", held_out)):
        nearest = (_normalised(images) @ training.T).max(1)
        report[name] = {"median": round(float(np.median(nearest)), 4),
                        "percentile_95": round(float(np.percentile(nearest, 95)), 4),
                        "largest": round(float(nearest.max()), 4)}
    return report


def _normalised(images: Sequence[Gray]) -> npt.NDArray[np.float32]:
    import cv2

    rows = np.stack([cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA).ravel() for image in images])
    centred = rows.astype(np.float32) - rows.mean(1, keepdims=True)
    return np.asarray(centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-6), np.float32)


def _sheet(made: Sequence[tuple[Gray, Gray, Item]], size: int) -> Gray:
    """The first images with their masks, eight pairs a row."""
    tiles = []
    for image, mask, _ in made[:48]:
        tile = np.zeros((size, 2 * size), np.uint8)
        tile[:image.shape[0], :image.shape[1]] = image
        tile[:mask.shape[0], size:size + mask.shape[1]] = (mask > 0) * np.uint8(255)
        tiles.append(tile)
    return contact_sheet(tiles, columns=6)
