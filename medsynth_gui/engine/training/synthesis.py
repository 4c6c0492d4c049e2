"""The synthesis task: flow matching from noise to image under a mask and a class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.engine.condition import condition_channels, label_count
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.field_bank import drawn_field
from medsynth_gui.engine.gate_reference import drawn_size
from medsynth_gui.engine.preconditioning import residual_scale
from medsynth_gui.engine.samplers import sample_exponential
from medsynth_gui.engine.training.augment import FINER, warp
from medsynth_gui.engine.training.data import Item, Pair, TrainingData, letterboxed, load_pairs, sampling_weights
from medsynth_gui.engine.training.domains import Domain, domain_of, with_predicted_masks
from medsynth_gui.engine.training.generator_watch import GeneratorWatch, watch_if_possible
from medsynth_gui.engine.training.pictures import headed_sheet
from medsynth_gui.engine.training.recipe import Recipe

Gray = npt.NDArray[np.uint8]
Batch = tuple[Tensor, Tensor, Tensor]
_DRAWN, _DRAWN_STEPS = 24, 8


@dataclass(frozen=True)
class Example:
    """One letterboxed pair (y, x), and what it shows; `inside` is 1 in its field of view, 0 beside it."""

    image: Gray
    mask: Gray
    inside: Gray
    domain: Domain
    class_name: str


class SynthesisTask:
    """Holds the letterboxed pairs of one training, finer than they are drawn; padding is told and not judged.

    Attributes:
        origin: of the synthetic images that `validate` shows.
    """

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device, self.size = device, int(recipe.input["size"])
        self.origin = Provenance(synthetic=True, producer=recipe.id)
        self.batch, self.labels = recipe.optimisation.batch, label_count(recipe.network)
        self.dropout = float(recipe.data.get("condition_dropout", 0.15))
        self.class_dropout = float(recipe.data.get("class_dropout", 0.0))
        _check_classes(recipe, data)
        self.train = self._load(recipe, data.train, FINER * self.size, progress)
        self.weights = _weights(recipe, data)
        self.validation = self._load(recipe, data.validation, self.size, progress)

    def _load(self, recipe: Recipe, items: Sequence[Item], size: int,
              progress: Callable[[int, int], None]) -> list[Example]:
        inpaint = recipe.data.get("furniture") == "inpaint"
        pairs = load_pairs(items, inpaint=inpaint, progress=progress, known=recipe)
        pairs = with_predicted_masks(pairs, recipe, Runtime(self.device, "fp32", 1), progress)
        return [_example(pair, domain_of(recipe, pair.item.set_name), size) for pair in pairs]

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """Squared error of the velocity inside the image, at `flow_times`."""
        images, conditions, classes = self._batch(rng)
        time = flow_times(len(images)).to(self.device)
        return self._error(network, images, conditions, classes, time, torch.randn_like(images))

    def _error(self, network: nn.Module, images: Tensor, conditions: Tensor, classes: Tensor, time: Tensor,
               noise: Tensor) -> Tensor:
        inside = conditions[:, -1:]
        noise = noise * inside
        at = time[:, None, None, None]
        predicted = network((1 - at) * noise + at * images, time, conditions, classes)
        wrong = ((predicted.float() - (images - noise)) / residual_scale(time)) ** 2 * inside
        return wrong.sum() / inside.sum()

    def _batch(self, rng: np.random.Generator) -> Batch:
        images, conditions, classes = [], [], []
        for index in rng.choice(len(self.train), size=self.batch, p=self.weights):
            example = self.train[index]
            seed = int(rng.integers(1 << 31))
            geometry = example.domain.geometry
            moved, mask = warp(example.image, example.mask, geometry, np.random.default_rng(seed), size=self.size)
            _, inside = warp(example.image, example.inside, geometry, np.random.default_rng(seed), size=self.size)
            condition = condition_channels(mask, inside > 0, labels=self.labels)
            unconditional = rng.random() < self.dropout
            if unconditional:
                condition[:-1] = 0
            nameless = unconditional or rng.random() < self.class_dropout
            images.append(scaled(moved, inside > 0))
            conditions.append(condition)
            classes.append(example.domain.class_index(None if nameless else example.class_name))
        return self._tensors(images, conditions, classes)

    def _tensors(self, images: list[npt.NDArray[np.float32]], conditions: list[npt.NDArray[np.float32]],
                 classes: list[int]) -> Batch:
        return (torch.from_numpy(np.stack(images))[:, None].to(self.device),
                torch.from_numpy(np.stack(conditions)).to(self.device), torch.tensor(classes, device=self.device))

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Loss on validation pairs at fixed noise and times; images of the same seeds each time, judged and shown.

        Where the encoder is installed: distance to held-out images and copy rate, which decide what is kept.
        """
        fixed = [self._fixed(example) for example in _spread(self.validation, 48)]
        images, conditions, classes = self._tensors(*(list(column) for column in zip(*fixed, strict=True)))
        noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(1)).to(self.device)
        time = torch.linspace(0.05, 0.95, len(images)).to(self.device)
        error = torch.stack([self._error(network, images[s], conditions[s], classes[s], time[s], noise[s])
                             for s in torch.arange(len(images)).split(8)]).mean()
        few = torch.arange(0, len(images), max(1, len(images) // _DRAWN))[:_DRAWN]
        made = torch.cat([self._drawn(network, noise[s], conditions[s], classes[s]) for s in few.split(8)])
        shown = [conditions[index, -1].byte().cpu().numpy() for index in few.tolist()]
        rows = [(to_gray(images[index, 0]) * inside, _shades(conditions[index]), to_gray(fake[0]) * inside)
                for index, fake, inside in zip(few.tolist(), made, shown, strict=True)]
        figures = {"validation_loss": float(error)}
        if self.watch:
            figures |= self.watch.figures([_cut(to_gray(fake[0]), conditions[index, -1] > 0)
                                           for index, fake in zip(few.tolist(), made, strict=True)])
        return figures, headed_sheet(rows[:: max(1, len(rows) // 12)][:12], ("real", "mask", "generator"),
                                     synthetic=(2,), columns=2)

    @cached_property
    def watch(self) -> GeneratorWatch | None:
        """What judges the drawn images."""
        return watch_if_possible([drawn_size(_cut(example.image, example.inside > 0), self.size)
                                  for example in self.train],
                                 [_cut(example.image, example.inside > 0) for example in self.validation],
                                 Runtime(self.device, "fp32", 1))

    def _drawn(self, network: nn.Module, noise: Tensor, conditions: Tensor, classes: Tensor) -> Tensor:
        def velocity(x: Tensor, t: Tensor) -> Tensor:
            return network(x, t, conditions, classes).float()

        return sample_exponential(velocity, noise, steps=_DRAWN_STEPS, inside=conditions[:, -1:])

    def _fixed(self, example: Example) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], int]:
        inside = example.inside > 0
        return (scaled(example.image, inside), condition_channels(example.mask, inside, labels=self.labels),
                example.domain.class_index(example.class_name))


def _example(pair: Pair, domain: Domain, size: int) -> Example:
    image, mask, _ = letterboxed(pair, size)
    field = drawn_field(pair.image, domain.field) | (pair.mask > 0)
    _, inside, _ = letterboxed(replace(pair, mask=field.astype(np.uint8)), size)
    return Example(image * inside, mask * inside, inside, domain, pair.item.class_name)


def flow_times(count: int) -> Tensor:
    """Times (count,) to learn at, in 0 (noise) .. 1 (image): half logit-normal, half even in the logit.

    A wave of power P comes out of the noise near logit(t) = -ln(P) / 2: brightness, the largest wave, before t = 0.02.
    Logit-normal times alone hardly ever go there, and images came out 20 gray levels too bright.
    """
    even = -4.5 + 7.0 * (torch.arange(count // 2) + torch.rand(count // 2)) / max(count // 2, 1)
    return torch.sigmoid(torch.cat([0.3 + 1.2 * torch.randn(count - count // 2), even]))


def _spread(examples: Sequence[Example], most: int) -> Sequence[Example]:
    """At most so many, from all over."""
    return examples[::max(1, -(-len(examples) // most))]


def _cut(image: Gray, inside: npt.NDArray[np.bool_] | Tensor) -> Gray:
    """The image (y, x) black beside its field of view, cut to the rows and columns that this spans."""
    there = np.asarray(inside.cpu() if isinstance(inside, Tensor) else inside)
    rows, columns = there.any(1), there.any(0)
    return np.ascontiguousarray((image * there)[rows][:, columns])


def _weights(recipe: Recipe, data: TrainingData) -> npt.NDArray[np.float64]:
    """Probability of each training item: domains by their shares, classes within them by theirs."""
    weights = sampling_weights(data.train, recipe.data.get("shares", {}))
    sets = np.array([item.set_name for item in data.train])
    for name in set(sets.tolist()):
        weights[sets == name] *= domain_of(recipe, name).share / weights[sets == name].sum()
    return weights / weights.sum()


def _check_classes(recipe: Recipe, data: TrainingData) -> None:
    for item in (*data.train, *data.validation):
        known = domain_of(recipe, item.set_name).classes
        if known and item.class_name not in ("", *known):
            raise InputError("training-class-unknown", image=item.id, name=item.class_name, known=", ".join(known))


def _shades(condition: Tensor) -> Gray:
    """The label maps of a condition (channels, y, x) as one picture."""
    regions = condition[:-1:2].cpu().numpy()
    shades = np.linspace(255, 120, len(regions))[:, None, None]
    return np.asarray((regions * shades).max(0), np.uint8)


_MEAN, _GAIN = 0.34, 2.5


def scaled(image: Gray, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """8-bit gray to values around 0 with a deviation near `preconditioning.DATA_DEVIATION`; 0 in the padding."""
    return ((image.astype(np.float32) / 255 - _MEAN) * _GAIN * inside).astype(np.float32)


def to_gray(image: Tensor) -> Gray:
    """The inverse of `scaled`, (y, x)."""
    return ((image.float() / _GAIN + _MEAN).clamp(0, 1) * 255).round().byte().cpu().numpy()
