"""Is an image like what a segmenter was taught with? Where it is not, no figure says how sure the model is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.features import load_encoder
from medsynth_gui.jobs.job import JobContext, Lane

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


@dataclass(frozen=True)
class FindAlike:
    """Which of some segmenters (ids or folders) were taught with images like a frame."""

    series: ImageSeries
    frame: int
    models: tuple[str, ...]
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-find-alike", {"title": self.series.title})

    def run(self, ctx: JobContext) -> dict[str, bool]:
        """By model; one that cannot tell is left out."""
        gray, found = self.series.gray(self.frame), {}
        for number, model in enumerate(self.models):
            ctx.checkpoint(number, len(self.models))
            try:
                judge = likeness_judge(find_model(model), self.compute)
            except ModelError:
                continue
            if judge:
                found[model] = not judge.unlike(gray)
        return found
