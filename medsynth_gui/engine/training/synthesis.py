"""The synthesis task: flow matching from noise to image under a mask and a class."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import Letterbox
from medsynth_gui.engine.condition import condition_channels
from medsynth_gui.engine.preconditioning import residual_scale
from medsynth_gui.engine.samplers import sample_heun
from medsynth_gui.engine.training.augment import Geometry, warp
from medsynth_gui.engine.training.data import TrainingData, letterboxed, load_pairs, sampling_weights
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.segmentation import contact_sheet

Gray = npt.NDArray[np.uint8]
Batch = tuple[Tensor, Tensor, Tensor]


class SynthesisTask:
    """Holds the letterboxed pairs of one training; padding is told to the network and not judged."""

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device, self.size = device, int(recipe.input["size"])
        self.batch, self.labels = recipe.optimisation.batch, len(recipe.labels)
        self.dropout = float(recipe.data.get("condition_dropout", 0.15))
        self.classes = recipe.classes
        _check_classes(recipe, data)
        self.geometry = Geometry(**recipe.data.get("geometry", {}))
        inpaint = recipe.data.get("furniture") == "inpaint"
        self.train = [(*letterboxed(pair, self.size), pair.item.class_name)
                      for pair in load_pairs(data.train, inpaint=inpaint, progress=progress, known=recipe)]
        self.weights = sampling_weights(data.train, recipe.data.get("shares", {}))
        self.validation = [(*letterboxed(pair, self.size), pair.item.class_name)
                           for pair in load_pairs(data.validation, inpaint=inpaint, progress=progress, known=recipe)]

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """Squared error of the velocity inside the image, at logit-normal times."""
        images, conditions, classes = self._batch(rng)
        time = torch.sigmoid(0.3 + 1.2 * torch.randn(len(images), device=self.device))
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
            image, mask, box, class_name = self.train[index]
            inside = np.zeros_like(image)
            inside[box.top:box.top + box.height, box.left:box.left + box.width] = 1
            seed = int(rng.integers(1 << 31))
            moved, mask = warp(image, mask, self.geometry, np.random.default_rng(seed))
            _, inside = warp(image, inside, self.geometry, np.random.default_rng(seed))
            unconditional = rng.random() < self.dropout
            condition = condition_channels(mask, inside > 0, labels=self.labels)
            if unconditional:
                condition[:-1] = 0
            images.append(scaled(moved, inside > 0))
            conditions.append(condition)
            classes.append(len(self.classes) if unconditional else self._class_index(class_name))
        return self._tensors(images, conditions, classes)

    def _class_index(self, name: str) -> int:
        """An image without a class teaches the network what it draws when none is asked for."""
        return self.classes.index(name) if name in self.classes else len(self.classes)

    def _tensors(self, images: list[npt.NDArray[np.float32]], conditions: list[npt.NDArray[np.float32]],
                 classes: list[int]) -> Batch:
        return (torch.from_numpy(np.stack(images))[:, None].to(self.device),
                torch.from_numpy(np.stack(conditions)).to(self.device), torch.tensor(classes, device=self.device))

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Loss on validation pairs at fixed noise and times, and images for their masks beside the real ones."""
        fixed = [self._fixed(*entry) for entry in self.validation[:48]]
        images, conditions, classes = self._tensors([one[0] for one in fixed], [one[1] for one in fixed],
                                                    [one[2] for one in fixed])
        generator = torch.Generator().manual_seed(1)
        noise = torch.randn(images.shape, generator=generator).to(self.device)
        time = torch.linspace(0.05, 0.95, len(images)).to(self.device)
        error = torch.stack([self._error(network, images[s], conditions[s], classes[s], time[s], noise[s])
                             for s in torch.arange(len(images)).split(8)]).mean()
        few = slice(0, len(images), max(1, len(images) // 8))

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            return network(x, t, conditions[few], classes[few]).float()

        made = sample_heun(velocity, noise[few] * conditions[few, -1:], steps=10)
        rows = [np.hstack([to_gray(image[0]), (condition[0].cpu().numpy() * 255).astype(np.uint8), to_gray(fake[0])])
                for image, condition, fake in zip(images[few], conditions[few], made, strict=True)]
        return {"validation_loss": float(error)}, contact_sheet(rows[:8], columns=2)

    def _fixed(self, image: Gray, mask: Gray, box: Letterbox,
               class_name: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], int]:
        inside = np.zeros(image.shape, bool)
        inside[box.top:box.top + box.height, box.left:box.left + box.width] = True
        condition = condition_channels(mask, inside, labels=self.labels)
        return scaled(image, inside), condition, self._class_index(class_name)


def _check_classes(recipe: Recipe, data: TrainingData) -> None:
    for item in (*data.train, *data.validation):
        if recipe.classes and item.class_name not in ("", *recipe.classes):
            raise InputError("training-class-unknown", image=item.id, name=item.class_name,
                             known=", ".join(recipe.classes))


_MEAN, _GAIN = 0.34, 2.5


def scaled(image: Gray, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """8-bit gray to values around 0 with a deviation near `preconditioning.DATA_DEVIATION`; 0 in the padding."""
    return ((image.astype(np.float32) / 255 - _MEAN) * _GAIN * inside).astype(np.float32)


def to_gray(image: Tensor) -> Gray:
    """The inverse of `scaled`, (y, x)."""
    return ((image.float() / _GAIN + _MEAN).clamp(0, 1) * 255).round().byte().cpu().numpy()
