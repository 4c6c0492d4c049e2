"""Synthesizer: mask + class + seed -> image. An image depends on nothing but its own request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.condition import condition_channels
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.samplers import sample_heun
from medsynth_gui.engine.training.synthesis import to_gray
from medsynth_gui.engine.weights import load_network

Gray = npt.NDArray[np.uint8]
_MULTIPLE = 16


class Synthesizer:
    """A loaded flow-matching generator."""

    def __init__(self, card: ModelCard, runtime: Runtime) -> None:
        self.card, self.runtime = card, runtime
        self.network: nn.Module = load_network(card, runtime.device)
        self.size = int(card.input.get("size", 128))
        self.steps = int(card.input.get("steps", 12))
        self.guidance = float(card.input.get("guidance", 1.5))
        self.labels = max(1, len(card.labels))

    def class_index(self, name: str | None) -> int:
        """Index of a class; None means that no class is asked for.

        Raises:
            ModelError: the model knows no such class.
        """
        if name is None:
            return len(self.card.classes)
        if name not in self.card.classes:
            raise ModelError("class-unknown", model=self.card.id, name=name, known=", ".join(self.card.classes))
        return self.card.classes.index(name)

    def native_mask(self, mask: Gray) -> Gray:
        """The mask at the size the network draws: long side `size`, aspect kept, labels by nearest pixel."""
        import cv2

        scale = self.size / max(mask.shape)
        rows, columns = (max(_MULTIPLE, round(side * scale)) for side in mask.shape)
        return cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8)

    @torch.inference_mode()
    def synthesize(self, mask: Gray, *, class_name: str | None, seed: int, index: int = 0, steps: int | None = None,
                   on_step: Callable[[int, int, Gray], None] | None = None) -> Gray:
        """Draw one image.

        Args:
            mask: label values (y, x) as from `native_mask`.
            index: number of the image under this seed; each has noise of its own.
            on_step: called with step, steps and the image as it stands; may raise to cancel.

        Returns:
            uint8 (y, x) of the mask's size. The same arguments give the same bytes on one machine,
            device and precision: images are drawn one by one.
        """
        rows, columns = mask.shape
        height, width = (-(-side // _MULTIPLE) * _MULTIPLE for side in mask.shape)
        top, left = (height - rows) // 2, (width - columns) // 2
        place = np.s_[top:top + rows, left:left + columns]
        padded, inside = np.zeros((height, width), np.uint8), np.zeros((height, width), bool)
        padded[place], inside[place] = mask, True
        condition = condition_channels(padded, inside, labels=self.labels)
        blank = condition.copy()
        blank[:-1] = 0
        device = self.runtime.device
        conditions = torch.from_numpy(np.stack([condition, blank])).to(device)
        classes = torch.tensor([self.class_index(class_name), len(self.card.classes)], device=device)
        noise = torch.randn((1, 1, height, width), generator=_generator(seed, index)).to(device) * conditions[:1, -1:]
        count = steps or self.steps

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            with self.runtime.autocast():
                both = self.network(x.expand(2, -1, -1, -1), t.expand(2), conditions, classes).float()
            return both[1:] + self.guidance * (both[:1] - both[1:])

        def report(step: int, x: Tensor) -> None:
            if on_step:
                on_step(step, count, np.ascontiguousarray(to_gray(x[0, 0])[place]))

        image = sample_heun(velocity, noise, steps=count, on_step=report)
        return np.ascontiguousarray(to_gray(image[0, 0])[place])


def _generator(seed: int, index: int) -> torch.Generator:
    """Noise of image `index` under `seed`: neighbours share nothing."""
    digest = hashlib.sha256(f"{seed}/{index}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
