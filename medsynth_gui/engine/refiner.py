"""Refiner: clicks, scribbles, a box and the mask so far in, a mask out; for any structure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.prompts import Prompts
from medsynth_gui.engine import fast
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.prompt_input import Window, network_input, whole_window, window_around
from medsynth_gui.engine.weights import load_network

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Probability = npt.NDArray[np.float32]
_ZOOM_BELOW = 0.6  # a second, closer look pays where the structure's window is smaller than this share


@dataclass(frozen=True)
class RefinedMask:
    """A mask (y, x) and the probability it was cut from; outside the window the probability is that of before."""

    mask: Mask
    probability: Probability

    @property
    def confidence(self) -> float:
        """Mean probability of what was decided, over the pixels in question; 0..1."""
        asked = self.probability[(self.probability > 0.05) & (self.probability < 1)]
        return float(np.maximum(asked, 1 - asked).mean()) if asked.size else 1.0


class Refiner:
    """A loaded interactive segmentation model."""

    def __init__(self, card: ModelCard, runtime: Runtime) -> None:
        self.card, self.runtime = card, runtime
        self.network: nn.Module = load_network(card, runtime.device)
        self.size = int(card.input.get("size", 160))
        self.threshold = float(card.input.get("threshold", 0.5))

    def ran(self) -> dict[str, str | int]:
        """What it runs on, JSON-ready: device, precision, threads, library."""
        return {**self.runtime.record(), "library": fast.library(self.runtime)}

    def refine(self, gray: Gray, prompts: Prompts, *, aspect: float = 1.0) -> RefinedMask:
        """The structure that is meant; the pixels that the hand gave are always obeyed.

        Args:
            gray: (y, x) 8-bit.
            aspect: height of a pixel over its width.
        """
        if not prompts.says_where:
            return RefinedMask(np.zeros(gray.shape, np.bool_), np.zeros(gray.shape, np.float32))
        window = window_around(prompts, self.size, aspect=aspect)
        found = self._look(gray, prompts, window)
        if prompts.box is None and not (prompts.previous is not None and prompts.previous.any()):
            found = self._closer(gray, prompts, found, window)
        return found

    def _closer(self, gray: Gray, prompts: Prompts, first: RefinedMask, window: Window) -> RefinedMask:
        """Look again around what the first look at the whole image found."""
        if not first.mask.any():
            return first
        seen = replace(prompts, previous=first.mask)
        near = window_around(seen, self.size, aspect=window.aspect)
        whole = whole_window(gray.shape[0], gray.shape[1], self.size, aspect=window.aspect)
        return self._look(gray, seen, near) if near.side < _ZOOM_BELOW * whole.side else first

    def _look(self, gray: Gray, prompts: Prompts, window: Window) -> RefinedMask:
        import cv2

        planes = torch.from_numpy(network_input(gray, prompts, window))[None].to(self.runtime.device)
        grid = fast.run(self.network, planes, self.runtime).logits.float().softmax(1)[0, 1].cpu().numpy()
        probability = (prompts.previous.astype(np.float32) if prompts.previous is not None
                       else np.zeros(gray.shape, np.float32))
        part = window.part(*gray.shape)
        inside = np.ascontiguousarray(probability[part])
        probability[part] = cv2.warpAffine(grid, window.matrix_of(part), inside.shape[::-1], dst=inside,
                                           flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                                           borderMode=cv2.BORDER_TRANSPARENT)
        mask = probability >= self.threshold
        mask[prompts.positive] = True
        mask[prompts.negative] = False
        return RefinedMask(mask, probability)
