"""The task of finding burned-in marks: images without any, marks planted on most of them, and where they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.augmentation import augmentation_of
from medsynth_gui.core.geometry import Letterbox
from medsynth_gui.engine.gate_reference import drawn_size
from medsynth_gui.engine.networks.unshuffle_unet import SegmentationOutput
from medsynth_gui.engine.training.augment import change_intensity, warp
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.losses import segmentation_loss
from medsynth_gui.engine.training.planted_marks import plant
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.segmentation import contact_sheet, to_network
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.io.raster_files import read_gray

Gray = npt.NDArray[np.uint8]
_LEAST_SIDE, _MOST_SIDE = 128, 512
_SEEN = 20  # gray levels


class MarksTask:
    """Holds the images of one training as they are stored, without the marks that rules find in them."""

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device, self.size, self.batch = device, int(recipe.input["size"]), recipe.optimisation.batch
        self.geometry, self.intensity = augmentation_of(recipe.data)
        self.marked = float(recipe.data.get("marked", 0.6))
        self.train = read_clean(data.train, progress)
        self.weights = _even_weights(data.train)
        rng = np.random.default_rng(recipe.seed)
        self.validation = [self._fitted(shown, image, side) for image in read_clean(data.validation, progress)
                           for side in (_LEAST_SIDE, _MOST_SIDE) for shown in (plant(image, rng), image)]

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """One batch of images of all sizes, each brought to that of the network."""
        images, masks = zip(*(self._draw(rng) for _ in range(self.batch)), strict=True)
        x = torch.from_numpy(to_network(np.stack(images)))[:, None].to(self.device)
        output: SegmentationOutput = network(x)
        return segmentation_loss(output.logits, output.coarse, output.presence,
                                 torch.from_numpy(np.stack(masks)).long().to(self.device))

    def _draw(self, rng: np.random.Generator) -> tuple[Gray, Gray]:
        image = self.train[rng.choice(len(self.train), p=self.weights)]
        clean, _ = warp(image, image, self.geometry, rng)
        shown = plant(clean, rng) if rng.random() < self.marked else clean
        side = _LEAST_SIDE if rng.random() < 0.5 else int(rng.uniform(_LEAST_SIDE, _MOST_SIDE))
        image, mask = self._fitted(shown, clean, side)
        return change_intensity(image, rng, most=self.intensity.most, strength=self.intensity.strength), mask

    def _fitted(self, image: Gray, clean: Gray, side: int) -> tuple[Gray, Gray]:
        """Image (y, x) as it is seen when its long side has `side` pixels, and its marks, in the network's square.

        What cannot be seen there (white on white, a dot too fine) is no mark to be found.
        """
        shown, without = (self._square(drawn_size(one, side)).astype(np.int16) for one in (image, clean))
        return shown.astype(np.uint8), (np.abs(shown - without) >= _SEEN).astype(np.uint8)

    def _square(self, image: Gray) -> Gray:
        import cv2

        box = Letterbox.fit(image.shape[0], image.shape[1], self.size)
        how = cv2.INTER_AREA if box.height < image.shape[0] else cv2.INTER_LINEAR
        square = np.zeros((self.size, self.size), np.uint8)
        square[box.top:box.top + box.height, box.left:box.left + box.width] = cv2.resize(
            image, (box.width, box.height), interpolation=how)
        return square

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Mean Dice of planted marks, shares of images missed and hit by mistake."""
        dice, missed, false_hits, rows = [], [], [], []
        for image, mask in self.validation:
            x = torch.from_numpy(to_network(image))[None, None].to(self.device)
            found = network(x).logits.argmax(1)[0].cpu().numpy().astype(np.uint8)
            if mask.any():
                dice.append(2 * int((found & mask).sum()) / int(found.sum() + mask.sum()))
                missed.append(float(not (found & mask).any()))
            else:
                false_hits.append(float(found.any()))
            rows.append(np.hstack([image, mask * 255, found * 255]))
        figures = {"dice": float(np.mean(dice or [0])), "missed": float(np.mean(missed or [0])),
                   "false_positives": float(np.mean(false_hits or [0]))}
        figures["score"] = figures["dice"] - figures["false_positives"]
        return figures, contact_sheet(rows[:: max(1, len(rows) // 11)][:12], columns=2)


def read_clean(items: Sequence[Item], progress: Callable[[int, int], None] = lambda done, total: None) -> list[Gray]:
    """Images (y, x) as stored, without the marks that rules find."""
    images = []
    for number, item in enumerate(items):
        progress(number, len(items))
        images.append(remove_furniture(read_gray(item.image)))
    return images


def _even_weights(items: Sequence[Item]) -> npt.NDArray[np.float64]:
    """Every set alike often, however large it is."""
    names, number = np.unique([item.set_name for item in items], return_inverse=True)
    return 1.0 / (len(names) * np.bincount(number)[number])
