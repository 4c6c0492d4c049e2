"""Figures of an encoder: planted copies that its codes must catch, and spoilt images that its features must see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.features import Encoder
from medsynth_gui.engine.training.copies import CHANGES, Copy, Square, combined, copied, planted, squared
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.encoding import group_numbers
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.world import World
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.metrics.feature_distances import kernel_distance
from medsynth_gui.metrics.memorisation import copy_threshold, largest_similarity
from medsynth_gui.metrics.same_scene import SAME_SCENE, matching_points

Float = npt.NDArray[np.float32]
Checkpoint = Callable[[float, float, str], None]
# Copies of up to so many training images of a set, under each change.
_PLANTED = 30
_WORTH_LOOKING = 0.85
_SPOILT: Mapping[str, Copy] = {"blurred": Copy(blur=1.5), "slightly blurred": Copy(blur=0.7),
                               "noisy": Copy(noise=0.1), "speckled": Copy(speckle=0.3)}


class _Set:
    """The images of one set by part, described."""

    def __init__(self, encoder: Encoder, data: TrainingData, name: str) -> None:
        self.name = name
        self.trained, self.held_out = ([item for item in part if item.set_name == name]
                                       for part in ((*data.train, *data.validation), data.test))
        self.squares, self.unseen = (_squares(part, encoder.size) for part in (self.trained, self.held_out))
        (self.features, self.codes), (self.other_features, self.other_codes) = (
            encoder.describe([_content(square.image, square) for square in part])
            for part in (self.squares, self.unseen))
        # Some sets hold one scene under two patients: such an image is what must be caught, not a false alarm.
        self.known = np.array([self._known(item, code) for item, code in
                               zip(self.held_out, self.other_codes, strict=True)], np.bool_)

    def _known(self, item: Item, code: Float) -> bool:
        """Whether one of the three training images most alike shows the same scene."""
        alike = self.codes @ code
        image = remove_furniture(read_gray(item.image))
        return any(matching_points(image, remove_furniture(read_gray(self.trained[index].image))) >= SAME_SCENE
                   for index in np.argsort(-alike)[:3] if alike[index] > _WORTH_LOOKING)


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """Copies of training images and of none: held-out images of other patients set the threshold of their set."""
    encoder = Encoder(card, runtime)
    names = sorted({item.set_name for item in data.train} & {item.set_name for item in data.test})
    sets = []
    for number, name in enumerate(names):
        checkpoint(number, 2 * len(names), f"describing {name}")
        sets.append(_Set(encoder, data, name))
    _world(sets).save(folder)
    caught: dict[str, Any] = {}
    distances: dict[str, Any] = {}
    for number, one in enumerate(sets):
        checkpoint(len(names) + number, 2 * len(names), f"planting copies of {one.name}")
        one.other_codes = encoder.put_back([_content(square.image, square) for square in one.unseen], one.other_codes,
                                           one.codes)
        caught[one.name] = _caught(encoder, one)
        distances[one.name] = _distances(encoder, one)
    overall = {change: round(float(np.average([caught[one.name]["caught"][change] for one in sets],
                                              weights=[min(_PLANTED, len(one.codes)) for one in sets])), 4)
               for change in (*CHANGES, "combined")}
    least = min(CHANGES, key=overall.__getitem__)
    return {"headline": f"copies caught at 1 % false alarms: {overall[least]:.0%} or more of each of {len(CHANGES)} "
                        f"kinds (least: {least}), on {sum(int((~one.known).sum()) for one in sets)} held-out images",
            "copies_caught": overall, "sets": caught,
            "distances": distances, "grid_px": encoder.size,
            "note": "copies are made at the encoder's grid: shifts up to 10 and bends up to 3 of its pixels"}, {}


def _world(sets: Sequence[_Set]) -> World:
    """What is remembered of all images, so that a model can tell its own kind from others without their pixels."""
    parts = [(features, items, held_out) for one in sets for features, items, held_out in (
        (one.features, one.trained, False), (one.other_features, one.held_out, True))]
    return World(np.concatenate([features for features, _, _ in parts]),
                 np.array([item.set_name for _, items, _ in parts for item in items], np.str_),
                 np.array([item.group for _, items, _ in parts for item in items], np.str_),
                 np.array([held_out for _, items, held_out in parts for _ in items], np.bool_))


def _caught(encoder: Encoder, one: _Set) -> dict[str, Any]:
    """Shares of planted copies above the threshold of their set: a generator is asked for copies of its own kind."""
    rng = np.random.default_rng(7)
    # Of each image, mirrored or not, the code is one: what is caught as it is, is caught mirrored.
    threshold = copy_threshold(one.other_codes, one.codes, known=one.known)
    picked = rng.choice(len(one.squares), size=min(_PLANTED, len(one.squares)), replace=False)
    shares: dict[str, float] = {}
    for change in (*CHANGES, "combined"):
        copies = [_content(copied(square, combined(rng, 0.5) if change == "combined" else planted(change, rng)), square)
                  for square in (one.squares[index] for index in picked)]
        best, _ = largest_similarity(encoder.put_back(copies, encoder.codes(copies), one.codes), one.codes)
        shares[change] = round(float((best > threshold).mean()), 4)
    false_alarms = largest_similarity(one.other_codes[~one.known], one.codes)[0] > threshold
    return {"threshold": round(threshold, 4), "caught": shares, "false_alarms": round(float(false_alarms.mean()), 4),
            "planted": len(picked), "held_out": len(one.held_out),
            "held_out_scenes_known_from_training": int(one.known.sum())}


def _content(image: npt.NDArray[np.uint8], square: Square) -> npt.NDArray[np.uint8]:
    """An image in a square without the black beside it: looks at its corners must see what is there."""
    return image[square.inside]


def _distances(encoder: Encoder, one: _Set) -> dict[str, Any]:
    """Kernel distance of held-out images, as they are and spoilt, to training images, in units of real against real.

    The unit is what 19 of 20 pairs of halves of the training images that share no patient stay below.
    """
    rng = np.random.default_rng(8)
    center = one.features.mean(0)
    scale = float(np.sqrt(((one.features - center) ** 2).mean()))

    def measured(features: Float, others: Float) -> float:
        return kernel_distance((features - center) / scale, (others - center) / scale)

    groups, count = group_numbers(one.trained).numpy(), len(one.unseen)
    real = float(np.quantile([measured(one.features[first][:count], one.features[second][:count])
                              for first, second in (_halves(groups, rng) for _ in range(40))], 0.95))
    found = {"held out": measured(one.features, one.other_features)}
    for name, copy in _SPOILT.items():
        found[name] = measured(one.features, encoder.embed([copied(square, copy) for square in one.unseen]))
    return {"real_against_real_95": round(real, 5), **{name: round(value / real, 2) for name, value in found.items()}}


def _halves(groups: npt.NDArray[np.int64], rng: np.random.Generator) -> tuple[npt.NDArray[np.intp],
                                                                             npt.NDArray[np.intp]]:
    """Two halves of the images that share no patient, each in random order."""
    patients = rng.permutation(np.unique(groups))
    first = np.isin(groups, patients[:len(patients) // 2])
    return rng.permutation(np.flatnonzero(first)), rng.permutation(np.flatnonzero(~first))


def _squares(items: Sequence[Item], size: int) -> list[Square]:
    return [squared(read_gray(item.image), size) for item in items]
