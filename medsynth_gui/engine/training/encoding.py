"""The encoder task: an image is told from every other one, and found again in its copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsynth_gui.engine.training.copies import CHANGES, Square, combined, copied, planted, squared
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.segmentation import contact_sheet
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.metrics.pixel_copies import aligned_correlation, prepared

Gray = npt.NDArray[np.uint8]
# A validation is a look in passing: it must not cost what the training is for.
_MOST_LOOKED_AT, _MOST_PLANTED = 320, 96
# Correlation of pixels from which two images are not asked to be told apart; different patients seldom reach it.
_SAME_SCENE, _SCENES_LOOKED_AT = 0.85, 4


class EncodingTask:
    """Contrast against the batch and a memory of all training codes (NT-Xent; memory as in Wu et al. 2018).

    Codes of different patients are spread as SSCD does (Pizzi et al. 2022). Published sets hold images of one scene
    under two patients: told to tell those apart, a network would learn that copies are none.
    """

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        self.device, self.size = device, int(recipe.input["size"])
        self.batch = recipe.optimisation.batch
        self.temperature = float(recipe.data.get("temperature", 0.07))
        self.spread = float(recipe.data.get("spread", 0.3))
        self.train = _squares(data.train, self.size, progress)
        self.validation = _squares(data.validation, self.size, progress)
        self.same = same_scene(data.train, self.train).to(device)
        self.weights = _weights(data.train)
        # Codes at random spread out as well as any until each image was seen once.
        start = torch.randn(len(self.train), int(recipe.network.get("code", 64)),
                            generator=torch.Generator().manual_seed(recipe.seed))
        self.memory = F.normalize(start, dim=1).to(device)

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """Contrast and spread of a batch of two views an image."""
        chosen = rng.choice(len(self.train), size=min(self.batch, len(self.train)), replace=False, p=self.weights)
        copies = [combined(rng, 0.15 if view == 0 else 0.5) for view in (0, 1) for _ in chosen]
        views = [copied(self.train[index], copy) for index, copy in zip((*chosen, *chosen), copies, strict=True)]
        found = network(to_tensor(views).to(self.device))
        index = torch.from_numpy(chosen).to(self.device)
        code = found.code.float()
        likeness, twins = self._likeness(code, index)
        # The remembered code is a twin too: were it only there to be avoided, codes would drift away from it for ever.
        loss = torch.stack([F.cross_entropy(likeness / self.temperature, twin) for twin in twins]).mean()
        loss = loss + self.spread * self._spread(code, index)
        self._remember(code.detach(), index)
        return loss

    def _likeness(self, code: Tensor, index: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Cosines of each view with the batch and the memory, its own patient struck out, and where its twins are."""
        both = torch.cat([index, index])
        cosines = code @ torch.cat([code, self.memory]).T
        same = torch.cat([self.same[both][:, both], self.same[both]], 1)
        rows = torch.arange(len(code), device=self.device)
        twins = rows.roll(len(index)), len(code) + both
        for twin in twins:
            same[rows, twin] = False
        return cosines.masked_fill(same, -2.0), twins

    def _spread(self, code: Tensor, index: Tensor) -> Tensor:
        """KoLeo: minus the log of the distance to the nearest code of another patient."""
        both = torch.cat([index, index])
        cosines = (code @ self.memory.T).masked_fill(self.same[both], -2.0)
        return -torch.log((2 - 2 * cosines.amax(1)).clamp(min=1e-4).sqrt()).mean()

    def _remember(self, code: Tensor, index: Tensor) -> None:
        fresh = F.normalize(self.memory[index] + code[:len(index)], dim=1)
        # Not in place: the backward pass still needs the old one.
        self.memory = self.memory.index_copy(0, index, fresh)

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Share of planted copies caught at 1 % false alarms, and copies beside their images."""
        rng = np.random.default_rng(1)
        picked = rng.choice(len(self.train), size=min(_MOST_LOOKED_AT, len(self.train)), replace=False)
        reference = coded(network, [self.train[index].image for index in picked], self.device)
        limit = float(np.quantile(_nearest(coded(network, [s.image for s in self.validation], self.device),
                                           reference), 0.99)) if self.validation else 1.0
        copies = [copied(self.train[index], planted(CHANGES[n % len(CHANGES)], rng))
                  for n, index in enumerate(picked[:_MOST_PLANTED])]
        best = _nearest(coded(network, copies, self.device), reference)
        rows = [np.hstack([self.train[index].image, copy]) for index, copy in zip(picked[:16], copies, strict=False)]
        return ({"caught": float((best > limit).mean()), "threshold": limit, "copy_similarity": float(best.mean())},
                contact_sheet(rows, columns=4))


@torch.no_grad()
def coded(network: nn.Module, squares: Sequence[Gray], device: torch.device) -> Tensor:
    """Codes (n, k) of squares (y, x), each the same as that of its mirror image."""
    codes = []
    for start in range(0, len(squares), 32):
        x = to_tensor(squares[start:start + 32]).to(device)
        codes.append(F.normalize(network(x).code.float() + network(x.flip(3)).code.float(), dim=1))
    return torch.cat(codes)


def to_tensor(squares: Sequence[Gray]) -> Tensor:
    """(n, 1, y, x) in 0..1."""
    return torch.from_numpy(np.stack(squares).astype(np.float32) / 255)[:, None]


def group_numbers(items: Sequence[Item]) -> Tensor:
    """A number for each item, alike for those of one group of one set."""
    names = {name: number for number, name in enumerate(dict.fromkeys((i.set_name, i.group) for i in items))}
    return torch.tensor([names[item.set_name, item.group] for item in items])


def same_scene(items: Sequence[Item], squares: Sequence[Square]) -> Tensor:
    """(n, n): pairs of one group, and pairs whose pixels show one scene whatever their groups say."""
    groups = group_numbers(items)
    same = groups[:, None] == groups[None]
    pixels = [prepared(square.image[square.inside]) for square in squares]
    coarse = np.stack([_coarse(image) for image in pixels])
    mirrored = np.stack([_coarse(image[:, ::-1]) for image in pixels])
    likeness = np.maximum(coarse @ coarse.T, mirrored @ coarse.T)
    np.fill_diagonal(likeness, -1)
    for one, nearest in enumerate(np.argsort(-likeness, axis=1)[:, :_SCENES_LOOKED_AT]):
        for other in nearest:
            if not same[one, other] and aligned_correlation(pixels[one], pixels[other]) >= _SAME_SCENE:
                same[one, other] = same[other, one] = True
    return same


def _coarse(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import cv2

    small = cv2.resize(image, (24, 24), interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean()
    return np.asarray(small / max(1e-6, float(np.linalg.norm(small))), np.float32)


def _squares(items: Sequence[Item], size: int, progress: Callable[[int, int], None]) -> list[Square]:
    squares = []
    for number, item in enumerate(items):
        progress(number, len(items))
        squares.append(squared(read_gray(item.image), size))
    return squares


def _weights(items: Sequence[Item]) -> npt.NDArray[np.float64]:
    """A small set is seen more often than its share, but not as often as a large one."""
    names = [item.set_name for item in items]
    weights = np.array([names.count(name) ** -0.5 for name in names])
    return weights / weights.sum()


def _nearest(codes: Tensor, reference: Tensor) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = (codes @ reference.T).amax(1).cpu().numpy()
    return values
