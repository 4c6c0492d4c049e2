"""Encoder: what a distance between images is measured in, and the codes that find copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.residual_encoder import ResidualEncoder
from medsynth_gui.engine.training.copies import squared
from medsynth_gui.engine.weights import load_network

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
ENCODER = "enc-medsynth"
_BATCH = 32


def shipped_encoder(runtime: Runtime) -> Encoder:
    """The encoder that comes with the program.

    Raises:
        ModelError: it is not there, or damaged.
    """
    return Encoder(read_card(models() / ENCODER), runtime)


class Encoder:
    """A loaded encoder.

    Raises:
        ModelError: the model is no encoder, or its weights are missing or altered.
    """

    def __init__(self, card: ModelCard, runtime: Runtime) -> None:
        self.card, self.runtime = card, runtime
        network: nn.Module = load_network(card, runtime.device)
        if not isinstance(network, ResidualEncoder):
            raise ModelError("model-wrong-task", model=card.id, task=card.task, wanted="encoder")
        self.network, self.size = network, int(card.input.get("size", 128))

    def embed(self, images: Sequence[Gray]) -> Float:
        """Features (n, d) of gray images (y, x) of any size; about 0 with deviation 1 over the training data."""
        return self.describe(images)[0]

    def codes(self, images: Sequence[Gray]) -> Float:
        """L2-normalised codes (n, k); the cosine of two is how alike their images are, mirrored or not."""
        return self.describe(images)[1]

    @torch.inference_mode()
    def describe(self, images: Sequence[Gray], *,
                 on_progress: Callable[[int, int], None] | None = None) -> tuple[Float, Float]:
        """Features and codes in one pass; `on_progress` gets (done, total) and may raise to cancel."""
        features, codes = [], []
        for start in range(0, len(images), _BATCH):
            if on_progress:
                on_progress(start, len(images))
            squares = np.stack([squared(image, self.size).image for image in images[start:start + _BATCH]])
            x = torch.from_numpy(squares.astype(np.float32) / 255)[:, None].to(self.runtime.device)
            with self.runtime.autocast():
                seen, mirrored = self.network(x), self.network(x.flip(3))
            features.append(seen.features.float().cpu().numpy())
            codes.append(F.normalize(seen.code + mirrored.code, dim=1).float().cpu().numpy())
        if not features:
            return (np.zeros((0, self.network.features), np.float32), np.zeros((0, self.network.code), np.float32))
        return np.concatenate(features), np.concatenate(codes)
