"""Is an image like what a segmenter was taught with? Where it is not, no figure says how sure the model is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.features import ENCODER, load_encoder
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


def tells_likeness(card: ModelCard) -> bool:
    """Whether a model says which images it was taught with, by the encoder that is here; loads no network.

    Raises:
        ModelError: what it brings is damaged.
    """
    from medsynth_gui.engine.likeness import Likeness

    likeness = Likeness.load(card.folder)
    return likeness is not None and likeness.facts["encoder_sha256"] == find_model(ENCODER).weights_sha256


def likeness_digest(card: ModelCard) -> str:
    """SHA-256 of what a model's training images looked like; empty where it brings none."""
    from medsynth_gui.engine.likeness import LIKENESS_FILE

    path = card.folder / LIKENESS_FILE
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


class LikenessJudges:
    """The judges of several models, each read once."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute
        self._judges: dict[str, LikenessJudge | None] = {}

    def alike(self, gray: npt.NDArray[np.uint8], models: Iterable[str]) -> dict[str, bool]:
        """Which models (ids or folders) were taught with images like this one (y, x); who cannot tell is left out."""
        return dict(self._asked(gray, models))

    def suiting(self, gray: npt.NDArray[np.uint8], models: Iterable[str]) -> str:
        """The model (id or folder) for an image (y, x), as `suiting` has it; only as many are asked as it takes."""
        turn = iter(models)
        first = next(turn)
        if self._judge(first) is None:
            return first
        return next((model for model, like in self._asked(gray, chain((first,), turn)) if like), "")

    def _asked(self, gray: npt.NDArray[np.uint8], models: Iterable[str]) -> Iterator[tuple[str, bool]]:
        described: npt.NDArray[np.float32] | None = None
        for model in models:
            if (judge := self._judge(model)) is not None:
                # All of them are of the one encoder that is here.
                described = judge.encoder.embed([gray]) if described is None else described
                yield model, not judge.likeness.unlike(described)[0]

    def _judge(self, model: str) -> LikenessJudge | None:
        if model not in self._judges:
            try:
                self._judges[model] = likeness_judge(find_model(model), self._compute)
            except ModelError:
                self._judges[model] = None
        return self._judges[model]


def in_turn(models: Sequence[str], preferred: str) -> tuple[str, ...]:
    """The models with the preferred one first."""
    return (preferred, *(model for model in models if model != preferred))


def suiting(alike: Mapping[str, bool], models: Sequence[str]) -> str:
    """The first of the models unless an image is unlike what it was taught with, then the first that it is like.

    Returns:
        Empty where every model that can tell says unlike, the first among them.
    """
    # A model that cannot tell, and one that was taught with such images, stays.
    return models[0] if alike.get(models[0], True) else next((name for name in models if alike.get(name)), "")


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
        ctx.checkpoint(0, len(self.models))
        return LikenessJudges(self.compute).alike(self.series.gray(self.frame), self.models)
