"""Is an image like what a segmenter was taught with? Where it is not, no figure says how sure the model is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.features import load_encoder

if TYPE_CHECKING:
    from medsynth_gui.engine.features import Encoder
    from medsynth_gui.engine.likeness import Likeness


@dataclass(frozen=True)
class LikenessJudge:
    """Tells images unlike the training data of one model."""

    likeness: Likeness
    encoder: Encoder

    def unlike(self, gray: npt.NDArray[np.uint8]) -> bool:
        """Whether an image (y, x) is unlike those that the model was taught with."""
        return bool(self.likeness.unlike(self.encoder.embed([gray]))[0])


def likeness_judge(card: ModelCard, compute: Compute) -> LikenessJudge | None:
    """The judge of a model; None where it brings no likeness, or none of the encoder that is here.

    Raises:
        ModelError: what it brings is damaged.
    """
    from medsynth_gui.engine.likeness import Likeness

    likeness = Likeness.load(card.folder)
    if likeness is None:
        return None
    try:
        encoder = load_encoder(compute)
    except ModelError:
        return None
    # Features of another encoder, or of the same with other weights, are other numbers.
    return LikenessJudge(likeness, encoder) if encoder.card.weights_sha256 == likeness.facts["encoder_sha256"] else None
