"""Figures of a generator: does it follow its masks, does it look like real images, does it copy any?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.shapes.warp import limits_for, warp_mask
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.gate_reference import drawn_size
from medsynth_gui.engine.marks_finder import marks_judge
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.engine.synthesizer import Synthesizer
from medsynth_gui.engine.training.data import Item, Pair, TrainingData, load_pairs
from medsynth_gui.engine.training.domains import domain_of, with_predicted_masks
from medsynth_gui.engine.training.gate_calibration import calibrate_gates
from medsynth_gui.engine.training.judge_synthesis import judge
from medsynth_gui.engine.training.pictures import headed_sheet
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.raster_files import provenance_text, read_gray, write_gray_png
from medsynth_gui.metrics.bootstrap import bootstrap, wilson
from medsynth_gui.metrics.distribution import LEAST_HELD_OUT

Gray = npt.NDArray[np.uint8]
Checkpoint = Callable[[float, float, str], None]
_SHOWN = 36


@dataclass(frozen=True)
class Made:
    """A synthetic image and the mask that it was drawn for, (y, x) of one size; the real pair that the mask is from."""

    image: Gray
    mask: Gray
    pair: Pair
    seconds: float


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw images for held-out masks; a test group was seen neither by the generator nor by the segmenter."""
    if not recipe.evaluation:
        return {"headline": "not measured: the recipe does not say how"}, {}
    held_out = _real(recipe, data.test, runtime, checkpoint)
    synthesizer = Synthesizer(card, runtime)
    made = _draw(recipe, synthesizer, held_out, checkpoint)
    # So few masks, used again and again, are no set of images that any real one could be like.
    few, every = len(held_out) < LEAST_HELD_OUT, (*data.train, *data.validation, *data.test)
    spread = _draw(recipe, synthesizer, _real(recipe, every, runtime, checkpoint), checkpoint,
                   warped=True) if few else []
    write_gray_png(folder / "previews" / "contact_sheet.png", _sheet(made, int(recipe.input["size"])),
                   provenance_text(Provenance(synthetic=True, producer=card.id, model_sha256=card.weights_sha256)))
    results: dict[str, Any] = {"images": len(made), "held_out_images": len(held_out),
                               "seconds_per_image": round(float(np.median([one.seconds for one in made])), 3)}
    if "segmenter" in recipe.evaluation:
        results["faithfulness"] = _faithfulness(recipe, made, runtime, checkpoint)
    results["marks"] = _marks(made, held_out, runtime)
    results |= judge(card, data, held_out, [one.image for one in made], runtime, checkpoint,
                     spread=[one.image for one in spread])
    results["gates"] = _gates(recipe, card, data, runtime, checkpoint)
    return {"headline": _headline(results), **results}, {}


def _real(recipe: Recipe, items: Sequence[Item], runtime: Runtime, checkpoint: Checkpoint) -> list[Pair]:
    """Pairs as the generator would have learned from them, in an order that mixes their classes."""
    def reading(done: int, total: int) -> None:
        checkpoint(done, total, f"reading {done + 1} of {total}")

    pairs = load_pairs(items, inpaint=recipe.data.get("furniture") == "inpaint", progress=reading)
    pairs = with_predicted_masks(pairs, recipe, runtime, reading)
    return [pairs[index] for index in np.random.default_rng(recipe.seed).permutation(len(pairs))]


def _draw(recipe: Recipe, synthesizer: Synthesizer, pairs: Sequence[Pair], checkpoint: Checkpoint, *,
          warped: bool = False) -> list[Made]:
    """One image for each mask in turn, mirrored from the second round on; `warped` as anatomy allows."""
    wanted, made = int(recipe.evaluation.get("images", 200)), []
    limits = limits_for(recipe.modalities)
    for number in range(wanted):
        checkpoint(number, wanted, f"drawing {number + 1} of {wanted}")
        pair = pairs[number % len(pairs)]
        mask = pair.mask if number // len(pairs) % 2 == 0 else pair.mask[:, ::-1]
        if warped:
            mask = warp_mask(mask, np.random.default_rng((recipe.seed, number)), limits)
        mask = synthesizer.native_mask(mask)
        name = pair.item.class_name if pair.item.class_name in synthesizer.card.classes else None
        started = time.monotonic()
        image = synthesizer.synthesize(mask, class_name=name, seed=recipe.seed, index=number)
        made.append(Made(image, mask, pair, time.monotonic() - started))
    return made


def _faithfulness(recipe: Recipe, made: Sequence[Made], runtime: Runtime, checkpoint: Checkpoint) -> dict[str, Any]:
    """Dice of the masks that a segmenter finds, beside what it finds on the real images of those masks."""
    try:
        segmenter = Segmenter(read_card(models() / str(recipe.evaluation["segmenter"])), runtime)
    except ModelError as error:
        return {"note": error.message.english()}
    size = max(made[0].image.shape)
    seen: dict[str, tuple[float, float]] = {}
    found: list[tuple[float, float]] = []
    for number, one in enumerate(made):
        checkpoint(number, len(made), f"segmenting {number + 1} of {len(made)}")
        found.append(_agreement(segmenter.segment(one.image).labels, one.mask))
        if one.pair.item.id not in seen:
            real = drawn_size(one.pair.image, size)
            seen[one.pair.item.id] = _agreement(segmenter.segment(real).labels, _resized(one.pair.mask, real.shape))
    filled = [number for number, one in enumerate(made) if one.mask.any()]
    empty = [share for number, (_, share) in enumerate(found) if number not in set(filled)]
    record = {"segmenter": segmenter.card.id, "segmenter_sha256": segmenter.card.weights_sha256,
              "empty_masks": len(empty), "found_in_empty": sum(share > 0 for share in empty)}
    if not filled:
        return record
    dice = np.array([found[number][0] for number in filled])
    real_dice = float(np.mean([seen[made[number].pair.item.id][0] for number in filled]))
    interval = bootstrap(dice, [made[number].pair.item.group for number in filled])
    if domain_of(recipe, made[0].pair.item.set_name).masks == segmenter.card.id:
        record["note"] = "not independent: the same model made the masks"
    return record | {
        "dice": round(interval.estimate, 4), "dice_interval": [round(interval.low, 4), round(interval.high, 4)],
        "dice_median": round(float(np.median(dice)), 4), "missed": int((dice < 0.01).sum()),
        "real_dice_same_masks": round(real_dice, 4), "real_held_out_dice": _known_dice(segmenter.card),
        "share_of_real": round(interval.estimate / real_dice, 4) if real_dice else 0.0}


def _known_dice(card: ModelCard) -> float | None:
    """What the segmenter's own results say."""
    try:
        return float(json.loads((card.folder / "results.json").read_text(encoding="utf-8"))["dice"])
    except (OSError, ValueError, KeyError):
        return None


def _agreement(found: Gray, wanted: Gray) -> tuple[float, float]:
    """Dice over all labels together as in a segmenter's results, and the share of pixels that got a label."""
    total = int((found > 0).sum() + (wanted > 0).sum())
    return 2 * int(((found == wanted) & (wanted > 0)).sum()) / max(1, total), float((found > 0).mean())


def _resized(mask: Gray, shape: tuple[int, ...]) -> Gray:
    import cv2

    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def _marks(made: Sequence[Made], held_out: Sequence[Pair], runtime: Runtime) -> dict[str, Any]:
    """Shares of images with letters or calipers, all looked at in one size; real ones as stored and as learned from."""
    size = max(made[0].image.shape)
    sets = {"synthetic": [one.image for one in made],
            "real_as_stored": [drawn_size(read_gray(pair.item.image), size) for pair in held_out],
            "real_as_learned": [drawn_size(pair.image, size) for pair in held_out]}
    judged_by, has_marks = marks_judge(runtime)
    report: dict[str, Any] = {"judged_by": judged_by}
    for name, images in sets.items():
        count = sum(has_marks(image) for image in images)
        low, high = wilson(count, len(images))
        report[name] = {"marked": count, "images": len(images), "share": round(count / len(images), 4),
                        "interval": [round(low, 4), round(high, 4)]}
    return report


def _gates(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime,
           checkpoint: Checkpoint) -> dict[str, Any]:
    try:
        return calibrate_gates(recipe, card, data, runtime, checkpoint)
    except ModelError as error:
        return {"note": error.message.english()}


def _headline(results: dict[str, Any]) -> str:
    parts = []
    faithful = results.get("faithfulness", {})
    if "dice" in faithful:
        low, high = faithful["dice_interval"]
        parts.append(f"{faithful['segmenter']} finds its masks again with Dice {faithful['dice']:.2f} "
                     f"[{low:.2f}, {high:.2f}] on {results['images']} images "
                     f"(real {faithful['real_dice_same_masks']:.2f})")
    copies = results["memorisation"].get("synthetic")
    if copies:
        parts.append(f"{copies['confirmed_in_pixels']} copies of training images")
    return "; ".join(parts) or f"{results['images']} images drawn"


def _sheet(made: Sequence[Made], size: int) -> Gray:
    """Real image, its mask and the synthetic image of that mask side by side, four a row."""
    rows = []
    for one in made[:_SHOWN]:
        tiles = np.zeros((3, size, size), np.uint8)
        real = _fitted(one.pair.image, one.image.shape)
        for tile, image in zip(tiles, (real, (one.mask > 0) * np.uint8(255), one.image), strict=True):
            tile[:image.shape[0], :image.shape[1]] = image
        rows.append(list(tiles))
    return headed_sheet(rows, ("real", "mask", "generator"), synthetic=(2,), columns=4)


def _fitted(image: Gray, shape: tuple[int, ...]) -> Gray:
    import cv2

    return np.asarray(cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
