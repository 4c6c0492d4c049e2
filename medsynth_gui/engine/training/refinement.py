"""The refinement task: structures of any set, a scripted hand, and corrections of the network's own mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsynth_gui.core.prompts import Prompts
from medsynth_gui.engine.prompt_input import network_input, whole_window
from medsynth_gui.engine.training.augment import change_intensity
from medsynth_gui.engine.training.data import Item, TrainingData, load_pairs
from medsynth_gui.engine.training.losses import dice_cross_entropy
from medsynth_gui.engine.training.prompting import (
    around,
    jittered_box,
    largest_error,
    middle,
    ring,
    scribble,
    somewhere,
    spoilt,
)
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.segmentation import contact_sheet, simulate_pairs, to_network

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Generator = np.random.Generator

_ROUNDS = (0.4, 0.3, 0.2, 0.1)  # how often the network's own answer is corrected 0, 1, 2, 3 times before it learns
_LEAST_PX = 12


@dataclass(frozen=True)
class _Drawn:
    """One example on the network's grid: image, the structure that is meant, and what the hand has told so far."""

    image: Gray
    target: Mask
    prompts: Prompts


class RefinementTask:
    """Holds the images of one training; every example draws its own structure, view and hand."""

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device = device
        self.size = int(recipe.input["size"])
        self.batch = recipe.optimisation.batch
        self.regions_share = float(recipe.data.get("regions_share", 0.15))
        self.sets = _by_set(data.train, recipe.data.get("sets_shares", {}), progress)
        simulated = simulate_pairs(recipe.simulator, 256, recipe.seed, progress)
        if simulated:
            self.sets.append((float(recipe.simulator.get("share", 0.1)), simulated))
        self.validation = _validation(data.validation, self.size, progress)

    def loss(self, network: nn.Module, rng: Generator, progress: float) -> Tensor:
        """One batch: the hand corrects the network's own answers for a few rounds, then the last answer counts."""
        drawn = [self._draw(rng) for _ in range(self.batch)]
        for _ in range(int(rng.choice(len(_ROUNDS), p=_ROUNDS))):
            drawn = self._corrected(network, drawn, rng)
        target = torch.from_numpy(np.stack([d.target for d in drawn])).long().to(self.device)
        output = network(self._planes(drawn))
        small = F.interpolate(target[:, None].float(), size=output.coarse.shape[-2:], mode="nearest")[:, 0].long()
        return dice_cross_entropy(output.logits, target) + 0.3 * dice_cross_entropy(output.coarse, small)

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Mean Dice after the first click and after two corrections, on the whole images."""
        rng = np.random.default_rng(0)
        first, third, rows = [], [], []
        for image, target in self.validation:
            drawn = _Drawn(image, target, _with_click(Prompts.empty(self.size, self.size), middle(target), True))
            answers = []
            for _ in range(3):
                answer = self._answers(network, [drawn])[0]
                answers.append(answer)
                drawn = _corrected_by_hand(drawn, answer, rng, exact=True)
            first.append(_dice(answers[0], target))
            third.append(_dice(answers[2], target))
            rows.append(np.hstack([image, *(np.asarray(m * 255, np.uint8) for m in (target, answers[0], answers[2]))]))
        figures = {"dice": float(np.mean(third)), "dice_one_click": float(np.mean(first))} if third else {}
        return figures, contact_sheet(rows[:: max(1, len(rows) // 12)][:12], columns=2)

    def _draw(self, rng: Generator) -> _Drawn:
        shares = np.array([share for share, _ in self.sets])
        while True:
            pairs = self.sets[rng.choice(len(self.sets), p=shares / shares.sum())][1]
            image, labels = pairs[rng.integers(len(pairs))]
            target = _region(image, rng) if rng.random() < self.regions_share else _structure(labels, rng)
            if target is None:
                continue
            image, target = _view(image, target, self.size, rng)
            if target.sum() >= _LEAST_PX:
                return _Drawn(change_intensity(image, rng, most=2), target, _first_prompts(target, rng))

    def _planes(self, drawn: list[_Drawn]) -> Tensor:
        window = whole_window(self.size, self.size, self.size)
        planes = np.stack([network_input(d.image, d.prompts, window) for d in drawn])
        planes[:, 0] = to_network(np.stack([d.image for d in drawn]))
        return torch.from_numpy(planes).to(self.device)

    @torch.no_grad()
    def _answers(self, network: nn.Module, drawn: list[_Drawn]) -> list[Mask]:
        training = network.training
        network.eval()
        found = network(self._planes(drawn)).logits.argmax(1).cpu().numpy().astype(np.bool_)
        network.train(training)
        return list(found)

    def _corrected(self, network: nn.Module, drawn: list[_Drawn], rng: Generator) -> list[_Drawn]:
        answers = self._answers(network, drawn)
        return [_corrected_by_hand(d, answer, rng) for d, answer in zip(drawn, answers, strict=True)]


def _by_set(items: tuple[Item, ...], shares: Mapping[str, float],
            progress: Callable[[int, int], None]) -> list[tuple[float, list[tuple[Gray, Gray]]]]:
    """Image and labels of the items that have any, by set, with the set's share of a batch."""
    found: dict[str, list[tuple[Gray, Gray]]] = {}
    for pair in load_pairs(items, inpaint=False, progress=progress):
        if pair.mask.any():
            found.setdefault(pair.item.set_name, []).append((pair.image, pair.mask))
    return [(float(shares.get(name, 1.0)), pairs) for name, pairs in found.items()]


def _validation(items: tuple[Item, ...], size: int, progress: Callable[[int, int], None],
                most: int = 40) -> list[tuple[Gray, Mask]]:
    """Whole images and one structure each, on the grid; evenly taken from all sets."""
    import cv2

    with_label = [pair for pair in load_pairs(items, inpaint=False, progress=progress) if pair.mask.any()]
    chosen = []
    for pair in with_label[:: max(1, len(with_label) // most)][:most]:
        target = pair.mask == int(np.unique(pair.mask)[-1])
        matrix = whole_window(pair.image.shape[0], pair.image.shape[1], size).matrix
        chosen.append((np.asarray(cv2.warpAffine(pair.image, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8),
                       cv2.warpAffine(target.astype(np.uint8), matrix, (size, size),
                                      flags=cv2.INTER_NEAREST).astype(np.bool_)))
    return [(image, target) for image, target in chosen if target.any()]


def _structure(labels: Gray, rng: Generator) -> Mask | None:
    """A label, whole or one connected part of it."""
    import cv2

    values = np.unique(labels)[1:] if labels.min() == 0 else np.unique(labels)
    if len(values) == 0:
        return None
    mask = labels == int(rng.choice(values))
    if rng.random() < 0.5:
        count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
        mask = parts == int(rng.integers(1, count))
    return np.asarray(mask, np.bool_)


def _region(image: Gray, rng: Generator) -> Mask | None:
    """A region of like gray: what a person may mean that no set has labelled."""
    import cv2

    smooth = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.008, 0.03) * max(image.shape))
    cuts = np.quantile(smooth, np.sort(rng.uniform(0.05, 0.95, int(rng.integers(1, 4)))))
    level = np.digitize(smooth, cuts)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(
        (level == int(rng.integers(level.max() + 1))).astype(np.uint8), connectivity=4)
    share = stats[1:, cv2.CC_STAT_AREA] / image.size
    fit = np.flatnonzero((share > 0.004) & (share < 0.3)) + 1
    return np.asarray(parts == int(rng.choice(fit)), np.bool_) if len(fit) else None


def _view(image: Gray, target: Mask, size: int, rng: Generator) -> tuple[Gray, Mask]:
    """The whole image or a window around the structure, turned, mirrored and stretched a little, on the grid."""
    import cv2

    rows, columns = image.shape
    whole = max(rows, columns)
    y, x = np.nonzero(target)
    if rng.random() < 0.4:
        side, center = whole * rng.uniform(0.85, 1.15), np.array([columns, rows]) / 2
    else:
        extent = max(np.ptp(y), np.ptp(x)) + 1
        side = min(max(extent * rng.uniform(1.15, 2.4), 0.2 * whole), 1.1 * whole)
        center = np.array([(x.min() + x.max()) / 2, (y.min() + y.max()) / 2]) + rng.uniform(-0.12, 0.12, 2) * side
    angle, stretch = np.deg2rad(rng.uniform(-15, 15)), np.exp(rng.uniform(-0.15, 0.15))
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    scale = size / side
    matrix = scale * np.array([[np.cos(angle) * mirror * stretch, -np.sin(angle) / stretch],
                               [np.sin(angle) * mirror * stretch, np.cos(angle) / stretch]])
    affine = np.column_stack([matrix, size / 2 - matrix @ center])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    blurred = cv2.GaussianBlur(image, (0, 0), 0.4 / scale) if scale < 1 else image
    return (np.asarray(cv2.warpAffine(blurred, affine, (size, size), flags=how & 3), np.uint8),
            cv2.warpAffine(target.astype(np.uint8), affine, (size, size), flags=cv2.INTER_NEAREST).astype(np.bool_))


def _first_prompts(target: Mask, rng: Generator) -> Prompts:
    """What a hand does first: click, scribble, draw a box, or correct a mask that is there."""
    prompts = Prompts.empty(*target.shape)
    how = rng.choice(4, p=(0.35, 0.25, 0.15, 0.25))
    if how == 3:
        before = spoilt(target, rng)
        return _corrected_by_hand(_Drawn(np.zeros(0, np.uint8), target, prompts), before, rng).prompts
    if how == 2:
        prompts = Prompts(prompts.positive, prompts.negative, jittered_box(target, rng))
    if how == 1:
        negative = around(target, rng) if rng.random() < 0.6 else prompts.negative
        return Prompts(scribble(target, rng, corners=int(rng.integers(2, 5))), negative & ~target)
    for _ in range(int(rng.integers(1, 4)) if how == 0 else int(rng.integers(0, 2))):
        prompts = _with_click(prompts, somewhere(target, rng), True)
    outside = ring(target, near=0.08, far=0.5)
    for _ in range(int(rng.integers(0, 3)) if outside.any() else 0):
        prompts = _with_click(prompts, somewhere(outside, rng, inner=0.0), False)
    return prompts


def _corrected_by_hand(drawn: _Drawn, answer: Mask, rng: Generator, *, exact: bool = False) -> _Drawn:
    """The answer becomes the mask to be corrected, and its largest error gets a click or a scribble."""
    prompts = Prompts(drawn.prompts.positive, drawn.prompts.negative, drawn.prompts.box, answer)
    error = largest_error(answer, drawn.target)
    if error is None:
        return _Drawn(drawn.image, drawn.target, prompts)
    wrong, missing = error
    if not exact and rng.random() < 0.25:
        stroke = scribble(wrong, rng, corners=2)
        pair = (prompts.positive | stroke, prompts.negative) if missing else (prompts.positive,
                                                                               prompts.negative | stroke)
        return _Drawn(drawn.image, drawn.target, Prompts(*pair, prompts.box, answer))
    point = middle(wrong) if exact else somewhere(wrong, rng)
    return _Drawn(drawn.image, drawn.target, _with_click(prompts, point, missing))


def _with_click(prompts: Prompts, point: tuple[int, int], positive: bool) -> Prompts:
    planes = [prompts.positive.copy(), prompts.negative.copy()]
    planes[0 if positive else 1][point] = True
    return Prompts(planes[0], planes[1], prompts.box, prompts.previous)


def _dice(found: Mask, truth: Mask) -> float:
    return 2 * float((found & truth).sum()) / max(1.0, float(found.sum() + truth.sum()))
