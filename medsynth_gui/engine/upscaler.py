"""Upscaler: a model card's network, over tiles, with the promise that averaging gives the source back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.edsr import back_project
from medsynth_gui.engine.tiling import in_tiles
from medsynth_gui.engine.weights import load_network

Gray = npt.NDArray[np.uint8]


class Upscaler:
    """A loaded super-resolution model for one factor.

    Raises:
        ModelError: the model was not made for this factor.
    """

    def __init__(self, card: ModelCard, runtime: Runtime, *, factor: int = 2) -> None:
        self.card, self.runtime, self.factor = card, runtime, factor
        made_for = int(card.network.get("factor", 2))
        if factor != made_for:
            raise ModelError("factor-unsupported", model=card.id, supported=made_for, factor=factor)
        self.network: nn.Module = load_network(card, runtime.device)
        self.tile, self.overlap = int(card.input.get("tile", 192)), int(card.input.get("overlap", 16))

    def upscale(self, gray: Gray, *, on_tile: Callable[[int, int], None] | None = None) -> Gray:
        """Enlarge one gray image (y, x); `on_tile` may raise to cancel."""
        values = in_tiles(gray, self._call, tile=self.tile, overlap=self.overlap, factor=self.factor, on_tile=on_tile)
        return (values[0] * 255).round().clip(0, 255).astype(np.uint8)

    @torch.inference_mode()
    def _call(self, tile: Gray) -> npt.NDArray[np.float32]:
        small = torch.from_numpy(tile.astype(np.float32) / 255)[None, None].to(self.runtime.device)
        with self.runtime.autocast():
            large = self.network(small.contiguous(memory_format=torch.channels_last))
        return back_project(large.float().clamp(0, 1), small)[0].cpu().numpy()
