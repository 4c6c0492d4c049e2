"""The super-resolution task: crops, averaged over blocks, are to be restored."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsynth_gui.core.errors import InputError
from medsynth_gui.engine.training.data import TrainingData, load_pairs
from medsynth_gui.engine.training.losses import charbonnier
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.segmentation import contact_sheet
from medsynth_gui.io.field_of_view import find_field_of_view

Gray = npt.NDArray[np.uint8]


class SuperResolutionTask:
    """Holds whole images; a batch is random crops of `input.crop` large pixels."""

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device, self.crop = device, int(recipe.input["crop"])
        self.factor, self.batch = int(recipe.network["factor"]), recipe.optimisation.batch
        inpaint = recipe.data.get("furniture") == "inpaint"
        train = [pair for pair in load_pairs(data.train, inpaint=inpaint, progress=progress)
                 if min(pair.image.shape) >= self.crop]
        if not train:
            raise InputError("training-images-small", size=self.crop)
        self.train = [pair.image for pair in train]
        # A set with many images must not drown the others.
        names = [pair.item.set_name for pair in train]
        self.weights = np.array([1 / names.count(name) for name in names])
        self.weights /= self.weights.sum()
        self.validation = [pair.image for pair in load_pairs(data.validation, inpaint=False, progress=progress)
                           if min(pair.image.shape) >= self.crop][:40]

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """Charbonnier distance of a batch of crops."""
        large = np.stack([self._draw(rng) for _ in range(self.batch)]).astype(np.float32) / 255
        target = torch.from_numpy(large)[:, None].to(self.device)
        small = F.avg_pool2d(target, self.factor)
        predicted = network(small)
        return charbonnier(predicted.float(), target)

    def _draw(self, rng: np.random.Generator) -> Gray:
        for _ in range(4):
            image = self.train[rng.choice(len(self.train), p=self.weights)]
            y, x = (rng.integers(0, side - self.crop + 1) for side in image.shape)
            crop = image[y:y + self.crop, x:x + self.crop]
            if crop.std() > 6:
                break
        return crop[:, ::-1] if rng.random() < 0.5 else crop

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Mean gain over bicubic in dB inside the field of view of center crops, and crops side by side."""
        gains, rows = [], []
        for image in self.validation:
            crop = _center(image, min(256, *(side // 8 * 8 for side in image.shape)))
            target = torch.from_numpy(crop.astype(np.float32) / 255)[None, None].to(self.device)
            small = F.avg_pool2d(target, self.factor)
            ours = network(small).clamp(0, 1)
            cubic = F.interpolate(small, scale_factor=float(self.factor), mode="bicubic").clamp(0, 1)
            seen = torch.from_numpy(_center(find_field_of_view(image), crop.shape[0]))[None, None].to(self.device)
            if seen.any():
                gains.append(float(_psnr(ours, target, seen) - _psnr(cubic, target, seen)))
            rows.append(np.hstack([(_center((view[0, 0].cpu().numpy() * 255).astype(np.uint8), 96))
                                   for view in (cubic, ours, target)]))
        return {"gain_db": float(np.mean(gains))}, contact_sheet(rows[:12], columns=2)


def _psnr(image: Tensor, target: Tensor, seen: Tensor) -> Tensor:
    return -10 * torch.log10(((image - target)[seen] ** 2).mean() + 1e-10)


def _center(image: npt.NDArray[np.generic], side: int) -> Gray:
    top, left = ((length - side) // 2 for length in image.shape)
    return image[top:top + side, left:left + side]  # type: ignore[return-value]
