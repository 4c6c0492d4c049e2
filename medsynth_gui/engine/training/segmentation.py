"""The segmentation task: batches of real and simulated pairs, and Dice on the validation part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.augmentation import augmentation_of
from medsynth_gui.core.errors import InputError
from medsynth_gui.engine.networks.unshuffle_unet import SegmentationOutput
from medsynth_gui.engine.training.augment import FINER, change_intensity, warp
from medsynth_gui.engine.training.data import Item, Pair, TrainingData, letterboxed, load_pairs, sampling_weights
from medsynth_gui.engine.training.losses import segmentation_loss
from medsynth_gui.engine.training.recipe import Recipe

Gray = npt.NDArray[np.uint8]


def to_network(image: Gray) -> npt.NDArray[np.float32]:
    """8-bit gray to the range that segmenters are trained on, about -1..3."""
    return np.asarray((image.astype(np.float32) / 255 - 0.25) * 4, np.float32)


class SegmentationTask:
    """Holds the letterboxed pairs of one training, those to learn from finer than the network sees them."""

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device = device
        self.size = int(recipe.input["size"])
        self.batch = recipe.optimisation.batch
        self.geometry, self.intensity = augmentation_of(recipe.data)
        self.labels = {int(value): name for value, name in recipe.labels.items()}
        inpaint = recipe.data.get("furniture") == "inpaint"
        train = load_pairs(data.train, inpaint=inpaint, progress=progress, known=recipe)
        self.train = [fitted(pair, FINER * self.size, least=FINER) for pair in train]
        if not any(mask.any() for _, mask in self.train):
            raise InputError("training-no-labels", path=", ".join(sorted({item.set_name for item in data.train})))
        self.weights = sampling_weights(data.train, recipe.data.get("shares", {}))
        validation = load_pairs(data.validation, inpaint=inpaint, progress=progress, known=recipe)
        self.validation = [fitted(pair, self.size) for pair in validation]
        self.simulated = simulate_pairs(recipe.simulator, FINER * self.size, recipe.seed, progress)
        self.simulated_share = float(recipe.simulator.get("share", 0.0))

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """One augmented batch; `progress` fades the simulated share to half."""
        images, masks = zip(*(self._draw(rng, progress) for _ in range(self.batch)), strict=True)
        x = torch.from_numpy(to_network(np.stack(images)))[:, None].to(self.device)
        target = torch.from_numpy(np.stack(masks)).long().to(self.device)
        output: SegmentationOutput = network(x)
        return segmentation_loss(output.logits, output.coarse, output.presence, target)

    def _draw(self, rng: np.random.Generator, progress: float) -> tuple[Gray, Gray]:
        if self.simulated and rng.random() < self.simulated_share * (1 - 0.5 * progress):
            image, mask = self.simulated[rng.integers(len(self.simulated))]
        else:
            image, mask = self.train[rng.choice(len(self.train), p=self.weights)]
        image, mask = warp(image, mask, self.geometry, rng, size=self.size)
        return change_intensity(image, rng, most=self.intensity.most, strength=self.intensity.strength), mask

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Mean Dice over images with a label, of all labels and of each, missed ones, and false hits on the others."""
        dice, false_hits, rows = [], [], []
        each: dict[str, list[float]] = {name: [] for name in self.labels.values()}
        for image, mask in self.validation:
            x = torch.from_numpy(to_network(image))[None, None].to(self.device)
            predicted = network(x).logits.argmax(1)[0].cpu().numpy().astype(np.uint8)
            for value, name in self.labels.items():
                if (mask == value).any():
                    each[name].append(_dice(predicted == value, mask == value))
            if mask.any():
                agreed = ((predicted == mask) & (mask > 0)).sum()
                dice.append(float(2 * agreed / ((predicted > 0).sum() + (mask > 0).sum())))
            else:
                false_hits.append(float(predicted.any()))
            rows.append(np.hstack([image, shades(mask), shades(predicted)]))
        figures = {"dice": _mean(dice), "median_dice": float(np.median(dice)) if dice else 0.0,
                   "missed": _mean([float(value < 0.01) for value in dice]), "false_positives": _mean(false_hits)}
        figures |= {f"dice.{name}": _mean(values) for name, values in each.items() if values}
        # What is fitted afterwards weighs false hits alike: a proposal is rejected with one key.
        figures["score"] = figures["dice"] - 0.05 * figures["false_positives"]
        return figures, contact_sheet(rows[:: max(1, len(rows) // 12)][:12], columns=2)


def fitted(pair: Pair, size: int, *, least: int = 1) -> tuple[Gray, Gray]:
    """Image and mask in a square; a label of a few pixels keeps `least` by `least`: no lesion becomes a normal."""
    image, mask, box = letterboxed(pair, size)
    for value in np.unique(pair.mask[pair.mask > 0]):
        if not (mask == value).any():
            y, x = np.argwhere(pair.mask == value).mean(0) / pair.mask.shape
            top, left = box.top + int(y * box.height), box.left + int(x * box.width)
            mask[top:top + least, left:left + least] = value
    return image, mask


def _dice(predicted: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    return float(2 * (predicted & truth).sum() / (predicted.sum() + truth.sum()))


def simulate_pairs(settings: Mapping[str, Any], size: int, seed: int,
                   progress: Callable[[int, int], None]) -> list[tuple[Gray, Gray]]:
    """Pairs from the simulator, (size, size) each; none if the recipe names no phantom."""
    if not settings:
        return []
    from medsynth_gui.engine.simulator import simulate

    pairs = []
    item = Item("simulator", "", "", image=None)  # type: ignore[arg-type]
    for number in range(int(settings["count"])):
        progress(number, int(settings["count"]))
        case = simulate(settings["phantom"], seed=seed * 100_003 + number, size=size, severity=number % 3)
        pairs.append(letterboxed(Pair(item, case.images[0], case.masks[0]), size)[:2])
    return pairs


def contact_sheet(images: list[Gray], *, columns: int) -> Gray:
    """Images of one size side by side, row after row."""
    blank = np.zeros_like(images[0])
    rows = [images[start:start + columns] for start in range(0, len(images), columns)]
    return np.vstack([np.hstack(row + [blank] * (columns - len(row))) for row in rows])


def shades(mask: Gray) -> Gray:
    """Label values as grays that an eye tells apart."""
    return (mask.astype(np.uint16) * 255 // max(1, int(mask.max()))).astype(np.uint8)


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0
