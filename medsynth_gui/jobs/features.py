"""Features and copy-detection codes of images, by the shipped encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.jobs.catalogue import Compute, find_model

if TYPE_CHECKING:
    from medsynth_gui.engine.features import Encoder

ENCODER = "enc-medsynth"


@dataclass(frozen=True)
class Described:
    """What the encoder says of n images.

    Attributes:
        features: (n, d), for distances between sets.
        codes: (n, k), L2-normalised; cosine is similarity.
        encoder: its model id; distances of different encoders compare with nothing.
        encoder_sha256: of its weights.
    """

    features: npt.NDArray[np.float32]
    codes: npt.NDArray[np.float32]
    encoder: str
    encoder_sha256: str


def describe(images: Sequence[npt.NDArray[np.uint8]], compute: Compute | None = None, *,
             on_progress: Callable[[int, int], None] | None = None, model: str = ENCODER) -> Described:
    """Features and codes of gray images (y, x) of any size.

    Args:
        on_progress: gets (done, total); may raise to cancel.
        model: id or folder of another encoder.

    Raises:
        ModelError: the encoder is not there or damaged.
    """
    encoder = load_encoder(compute or Compute(), model)
    features, codes = encoder.describe(images, on_progress=on_progress)
    return Described(features, codes, encoder.card.id, encoder.card.weights_sha256)


def put_back(images: Sequence[npt.NDArray[np.uint8]], described: Described, reference: Described,
             compute: Compute | None = None, *, same: npt.NDArray[np.bool_] | None = None,
             on_progress: Callable[[int, int], None] | None = None, model: str = ENCODER) -> Described:
    """What was said of images, with codes as they lie most like one of the reference; see `Encoder.put_back`."""
    encoder = load_encoder(compute or Compute(), model)
    return replace(described, codes=encoder.put_back(images, described.codes, reference.codes, same=same,
                                                     on_progress=on_progress))


def load_encoder(compute: Compute, model: str = ENCODER) -> Encoder:
    """The encoder on the hardware that the request asks for; loaded once."""
    from medsynth_gui.engine.device import resolve
    from medsynth_gui.engine.features import Encoder
    from medsynth_gui.engine.loaded import loaded

    card = find_model(model, task="encoder")
    return loaded(Encoder, card, resolve(compute.device, compute.precision, compute.threads))
