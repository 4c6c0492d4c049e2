"""Judges of images: how unsure a segmenter is, how far it is from a mask, and small pictures in place of features."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.catalogue import Compute

Gray = npt.NDArray[np.uint8]
# What small pictures are called among judges; it changes with how they are made.
PICTURES = "picture 1"
_PICTURE = 32
_ASKED = 0.05


def opinion_of(card: ModelCard, compute: Compute, labels: LabelSet) -> Callable[[Sample], tuple[float, float | None]]:
    """What a segmenter says of a sample: its mean entropy where it sees anything, and its Dice with the mask."""
    from medsynth_gui.jobs.segment import load_segmenter

    segmenter = load_segmenter(card, compute)
    named = labels.values_of(card.labels)

    def opinion(sample: Sample) -> tuple[float, float | None]:
        aspect = sample.spacing.y_mm / sample.spacing.x_mm if sample.spacing else 1.0
        probability, presence = segmenter.probability(read_gray(sample.image), aspect=aspect)
        if sample.mask is None:
            return mean_entropy(probability), None
        proposal = segmenter.decide(probability, presence).labels
        return mean_entropy(probability), likeness(proposal, read_labels(sample.mask), named)

    return opinion


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
