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
from medsynth_gui.engine.putting_back import PLACES, put_back
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
# Of a place two looks tell whether it is worth the other eight.
_GLANCES = [_WHOLE, replace(_WHOLE, flip=True)]
_PLACES_LOOKED_AT = 5
# Copies that lie less alike (crops of muscle) stay below the limits when they are put back, too.
_WORTH_PUTTING_BACK = 0.75


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
            codes.append(_code(views))
        return _joined(features, self.network.features), _joined(codes, self.network.code)

    @torch.inference_mode()
    def put_back(self, images: Sequence[Gray], codes: Float, reference: Float, *,
                 same: npt.NDArray[np.bool_] | None = None,
                 on_progress: Callable[[int, int], None] | None = None) -> Float:
        """Codes (n, k) of images as they lie most like one of a reference, were they shifted or cropped copies of it.

        A threshold holds only for codes that were put back if those that it was measured on were, too.

        Args:
            codes: of the images as they are, (n, k).
            reference: (m, k) of the images that they may be copies of, as they are.
            same: (n, m), which of those show the same patient and do not count.
            on_progress: gets (done, total) and may raise to cancel.
        """
        found = codes.copy()
        for number, image in enumerate(images):
            others = reference if same is None else reference[~same[number]]
            if not len(others) or (alike := (others @ codes[number]).max()) <= _WORTH_PUTTING_BACK:
                continue
            if on_progress:
                on_progress(number, len(images))
            square = squared(image, self.size)
            places = [put_back(square, place) for place in PLACES]
            glances = (self._together(places, _GLANCES) @ others.T).max(1)
            best = np.argsort(-glances, kind="stable")[:_PLACES_LOOKED_AT]
            looked = self._together([places[index] for index in best], _LOOKS)
            values = (looked @ others.T).max(1)
            if values.max() > alike:
                found[number] = looked[values.argmax()]
        return found

    def _together(self, squares: Sequence[Square], looks: Sequence[Copy]) -> Float:
        return _code([self._call(squares, look) for look in looks]).cpu().numpy()

    def _call(self, squares: Sequence[Square], view: Copy) -> Encoding:
        x = np.stack([copied(square, view) for square in squares]).astype(np.float32) / 255
        with self.runtime.autocast():
            found = self.network(torch.from_numpy(x)[:, None].to(self.runtime.device))
        return Encoding(found.features.float(), found.code.float())


def _code(views: Sequence[Encoding]) -> Tensor:
    return F.normalize(torch.stack([view.code for view in views]).sum(0), dim=1)


def _joined(parts: Sequence[Tensor], width: int) -> Float:
    return torch.cat(list(parts)).cpu().numpy() if parts else np.zeros((0, width), np.float32)
