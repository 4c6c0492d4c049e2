"""Judges of images: how unsure segmenters are, how far from a mask, and small pictures in place of features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_labels
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.likeness import LikenessJudges

if TYPE_CHECKING:
    from medsynth_gui.engine.segmenter import Segmenter

Gray = npt.NDArray[np.uint8]
# What small pictures are called among judges; it changes with how they are made.
PICTURES = "picture 1"
_PICTURE = 32
_ASKED = 0.05


class Opinion(NamedTuple):
    """What a segmenter says of a sample.

    Attributes:
        entropy: mean 0..1 where it sees anything.
        dice: with the mask; None where there is none.
        unlike: the image is unlike what it was taught with: there are no figures.
    """

    entropy: float
    dice: float | None
    unlike: bool = False


UNLIKE = Opinion(0.0, None, True)


class SegmenterJudges:
    """Segmenters (ids or folders) that judge samples of a project with these labels.

    Raises:
        ModelError: the preferred one is damaged.
    """

    def __init__(self, preferred: str, compute: Compute, labels: LabelSet) -> None:
        self._compute, self._labels = compute, labels
        self._likeness = LikenessJudges(compute)
        self._loaded: dict[str, tuple[Segmenter, dict[int, int]]] = {}
        self._load(preferred)

    def suiting(self, gray: Gray, models: Iterable[str]) -> str:
        """The model to ask about an image (y, x), the preferred one first; empty where it is like none."""
        return self._likeness.suiting(gray, models)

    def opinion(self, model: str, sample: Sample, gray: Gray) -> Opinion:
        """What one of the models says of a sample, whose image (y, x) is at hand.

        Raises:
            ModelError: the model is damaged.
        """
        segmenter, named = self._load(model)
        aspect = sample.spacing.y_mm / sample.spacing.x_mm if sample.spacing else 1.0
        probability, presence = segmenter.probability(gray, aspect=aspect)
        entropy = mean_entropy(probability)
        if sample.mask is None:
            return Opinion(entropy, None)
        proposal = segmenter.decide(probability, presence).labels
        return Opinion(entropy, likeness(proposal, read_labels(sample.mask), named))

    def _load(self, model: str) -> tuple[Segmenter, dict[int, int]]:
        from medsynth_gui.jobs.segment import load_segmenter

        if model not in self._loaded:
            card = find_model(model, task="segmentation")
            self._loaded[model] = load_segmenter(card, self._compute), self._labels.values_of(card.labels)
        return self._loaded[model]


def mean_entropy(probability: npt.NDArray[np.float32]) -> float:
    """Mean entropy 0..1 of probabilities (classes, y, x) over the pixels where any label is in question."""
    asked = probability[1:].max(axis=0) > _ASKED
    if not asked.any():
        return 0.0
    chosen = np.clip(probability[:, asked], 1e-6, 1)
    return float(-(chosen * np.log(chosen)).sum(axis=0).mean() / np.log(len(probability)))


def likeness(proposal: Gray, mask: Gray, named: dict[int, int]) -> float:
    """Mean Dice of the labels in either; where model and project share no name, of labelled against not.

    Args:
        named: the model's label values to those of the mask.
    """
    from medsynth_gui.metrics.overlap import count_labels, dice

    if named:
        table = np.zeros(256, np.uint8)
        for value, wanted in named.items():
            table[value] = wanted
        ours, theirs = table[proposal], np.where(np.isin(mask, list(named.values())), mask, np.uint8(0))
    else:
        ours, theirs = (proposal > 0).astype(np.uint8), (mask > 0).astype(np.uint8)
    found = [dice(counts) or 0.0 for counts in count_labels(ours, theirs).values()]
    return float(np.mean(found)) if found else 1.0


def pictures(images: Sequence[Gray]) -> npt.NDArray[np.float32]:
    """Pictures of 32 x 32 pixels with mean 0 and deviation 1, (n, 1024)."""
    import cv2

    small = np.stack([cv2.resize(image, (_PICTURE, _PICTURE), interpolation=cv2.INTER_AREA) for image in images])
    rows = small.reshape(len(small), -1).astype(np.float32)
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 1.0), np.float32)
