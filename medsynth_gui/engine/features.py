"""Encoder: what a distance between images is measured in, and the codes that find copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.residual_encoder import Encoding, ResidualEncoder
from medsynth_gui.engine.training.copies import Copy, Square, copied, squared
from medsynth_gui.engine.weights import load_network

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
ENCODER = "enc-medsynth"
_BATCH = 32
_WHOLE = Copy()
# A code is that of the whole image and of its four corners, mirrored too: copies are often shifted or cropped.
_CORNERS = [Copy(crop=(0.86, 0.86), crop_at=place) for place in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))]
_LOOKS = [replace(look, flip=flip) for flip in (False, True) for look in (_WHOLE, *_CORNERS)]


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

    @torch.inference_mode()
    def embed(self, images: Sequence[Gray]) -> Float:
        """Features (n, d) of gray images (y, x) of any size; about 0 with deviation 1 over the training data."""
        squares = [squared(image, self.size) for image in images]
        parts = [self._call(squares[start:start + _BATCH], _WHOLE).features for start in range(0, len(squares), _BATCH)]
        return _joined(parts, self.network.features)

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
            squares = [squared(image, self.size) for image in images[start:start + _BATCH]]
            views = [self._call(squares, look) for look in _LOOKS]
            features.append(views[0].features)
            codes.append(F.normalize(torch.stack([view.code for view in views]).sum(0), dim=1))
        return _joined(features, self.network.features), _joined(codes, self.network.code)

    def _call(self, squares: Sequence[Square], view: Copy) -> Encoding:
        x = np.stack([copied(square, view) for square in squares]).astype(np.float32) / 255
        with self.runtime.autocast():
            found = self.network(torch.from_numpy(x)[:, None].to(self.runtime.device))
        return Encoding(found.features.float(), found.code.float())


def _joined(parts: Sequence[Tensor], width: int) -> Float:
    return torch.cat(list(parts)).cpu().numpy() if parts else np.zeros((0, width), np.float32)
