"""One arm of a trial: a small network, a fixed number of passes, and its scores on the held-out images."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.augmentation import Geometry, Intensity
from medsynth_gui.core.errors import InputError, ModelError
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.unshuffle_unet import SegmentationOutput, UnshuffleUNet
from medsynth_gui.engine.training.augment import change_intensity, warp
from medsynth_gui.engine.training.data import Item, load_pairs, sampling_weights
from medsynth_gui.engine.training.loop import LoopReport, train_network
from medsynth_gui.engine.training.losses import segmentation_loss
from medsynth_gui.engine.training.recipe import Optimisation, Recipe
from medsynth_gui.engine.training.run_folder import RunFolder
from medsynth_gui.engine.training.segmentation import fitted, simulate_pairs, to_network
from medsynth_gui.engine.weights import load_weights, save_weights
from medsynth_gui.metrics.overlap import count_labels, dice

Gray = npt.NDArray[np.uint8]
SIZE = 128
# A quarter of the grid in the stem: 0.1 s a step of 8 on one core, so that an arm is a minute and not an hour.
NETWORK: dict[str, Any] = {"widths": (16, 32, 64, 96, 128), "blocks": (1, 1, 1, 1, 1), "unshuffle": 4}
SIMULATED = 400
_AT_ONCE = 16


@dataclass(frozen=True)
class Pool:
    """Images and label values of (SIZE, SIZE) with what they are; `weights` is the chance of each in a batch."""

    items: tuple[Item, ...]
    pairs: tuple[tuple[Gray, Gray], ...]
    weights: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pairs)

    def part(self, chosen: Sequence[int], recipe: Recipe) -> Pool:
        """Some of the images, the shares of their classes anew."""
        items = tuple(self.items[index] for index in chosen)
        return _pool(items, [self.pairs[index] for index in chosen], recipe)


def read_pool(items: Sequence[Item], recipe: Recipe, progress: Callable[[int, int], None]) -> Pool:
    """Read images and masks as the recipe's training does.

    Raises:
        InputError: a file cannot be read, or a mask has another size or label values than it should.
    """
    pairs = load_pairs(items, inpaint=recipe.data.get("furniture") == "inpaint", progress=progress, known=recipe)
    return _pool(tuple(items), [fitted(pair, SIZE) for pair in pairs], recipe)


def simulated_pool(recipe: Recipe, progress: Callable[[int, int], None]) -> Pool:
    """Pairs from the phantom of the recipe."""
    settings = {"phantom": recipe.simulator["phantom"], "count": SIMULATED}
    pairs = simulate_pairs(settings, SIZE, recipe.seed, progress)
    return Pool((), tuple(pairs), np.full(len(pairs), 1 / len(pairs)))


def _pool(items: tuple[Item, ...], pairs: Sequence[tuple[Gray, Gray]], recipe: Recipe) -> Pool:
    return Pool(items, tuple(pairs), sampling_weights(items, recipe.data.get("shares", {})))


class ArmTask:
    """Batches that take every pool alike often, however large it is.

    Args:
        augmentation: None leaves the images as they are.

    Raises:
        InputError: no image has a labelled pixel.
    """

    validation: Sequence[object] = ()

    def __init__(self, pools: Sequence[Pool], *, batch: int, augmentation: tuple[Geometry, Intensity] | None,
                 device: torch.device) -> None:
        self.pools, self.batch, self.augmentation, self.device = pools, batch, augmentation, device
        if not any(mask.any() for pool in pools for _, mask in pool.pairs):
            names = {item.set_name for pool in pools for item in pool.items}
            raise InputError("training-no-labels", path=", ".join(sorted(names)))

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """The recipe's segmentation loss of one batch."""
        images, masks = zip(*(self._draw(rng) for _ in range(self.batch)), strict=True)
        x = torch.from_numpy(to_network(np.stack(images)))[:, None].to(self.device)
        output: SegmentationOutput = network(x)
        target = torch.from_numpy(np.stack(masks)).long().to(self.device)
        return segmentation_loss(output.logits, output.coarse, output.presence, target)

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Nothing: the arms of a trial end after the same number of passes, not at their best."""
        return {}, np.zeros((1, 1), np.uint8)

    def _draw(self, rng: np.random.Generator) -> tuple[Gray, Gray]:
        pool = self.pools[int(rng.integers(len(self.pools)))]
        image, mask = pool.pairs[rng.choice(len(pool), p=pool.weights)]
        if self.augmentation is None:
            return image, mask
        geometry, intensity = self.augmentation
        image, mask = warp(image, mask, geometry, rng)
        return change_intensity(image, rng, most=intensity.most, strength=intensity.strength), mask


def train_arm(task: ArmTask, folder: Path, recipe: Recipe, *, optimisation: Optimisation, seed: int, runtime: Runtime,
              start: Path | None, checkpoint: Callable[[float, float, str], None]) -> tuple[nn.Module, LoopReport]:
    """Train in `folder`, going on from its checkpoint if there is one; its weights stay there, the checkpoint goes.

    Args:
        start: weights to begin with; None for fresh ones, the same in every arm of a seed.

    Returns:
        The averaged network, in evaluation mode, and how the training ended.

    Raises:
        ModelError: the loss is not a number.
    """
    run = RunFolder(folder)
    if not run.resumable:
        run.begin(recipe.path)
    run.clear_stop()
    torch.manual_seed(seed)
    network = small_network(recipe)
    if start is not None:
        load_weights(network, start, model=start.parent.name)
    network.to(runtime.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    state, report = train_network(network, task, optimisation=optimisation, run=run, runtime=runtime, seed=seed,
                                  minutes=None, resume=True, checkpoint=checkpoint)
    if report.problem is not None:
        raise ModelError(report.problem.id, **report.problem.params)
    if report.steps >= optimisation.steps:
        save_weights(state, folder / "weights.safetensors")
        shutil.rmtree(folder / "checkpoint", ignore_errors=True)
    network.load_state_dict(state)
    return network.eval(), report


def small_network(recipe: Recipe) -> UnshuffleUNet:
    """The network of every arm, with fresh weights."""
    return UnshuffleUNet(classes=len(recipe.labels) + 1, **NETWORK)


@torch.inference_mode()
def score(network: nn.Module, pool: Pool, runtime: Runtime) -> list[dict[str, Any]]:
    """A row per image: Dice (mean of the labels in its truth, None without one) and whether an empty one was hit."""
    rows: list[dict[str, Any]] = []
    for first in range(0, len(pool), _AT_ONCE):
        batch = slice(first, first + _AT_ONCE)
        images = np.stack([image for image, _ in pool.pairs[batch]])
        with runtime.autocast():
            logits = network(torch.from_numpy(to_network(images))[:, None].to(runtime.device)).logits
        found = logits.argmax(1).byte().cpu().numpy()
        rows += [_row(item, predicted, truth) for item, predicted, (_, truth)
                 in zip(pool.items[batch], found, pool.pairs[batch], strict=True)]
    return rows


def _row(item: Item, predicted: Gray, truth: Gray) -> dict[str, Any]:
    counts = count_labels(predicted, truth)
    there = [value for label in counts.values() if label.in_truth and (value := dice(label)) is not None]
    return {"id": item.id, "group": f"{item.set_name}/{item.group}", "class": item.class_name,
            "dice": round(float(np.mean(there)), 5) if there else None,
            "false_hit": not there and bool(predicted.any())}
