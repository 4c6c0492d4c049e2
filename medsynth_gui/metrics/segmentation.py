"""Figures of a segmentation over many images: each image scored once, then summarised per label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from medsynth_gui.metrics.bootstrap import bootstrap
from medsynth_gui.metrics.overlap import EMPTY_MASKS, Counts, Labels, count_labels, dice, iou, precision, recall
from medsynth_gui.metrics.surface import average_distance, hausdorff, outline_distances, surface_dice

NSD_TOLERANCE_PX = 2.0


@dataclass(frozen=True)
class LabelScore:
    """One label in one image. Distances are None where truth or prediction lacks it."""

    counts: Counts
    hd95_px: float | None = None
    assd_px: float | None = None
    nsd: float | None = None
    hd95_mm: float | None = None


@dataclass(frozen=True)
class ImageScore:
    """One image: the labels that its truth or its prediction contains, and how many pixels it has."""

    id: str
    group: str
    pixels: int
    labels: Mapping[int, LabelScore] = field(default_factory=dict)
    class_name: str = ""

    def counts(self, value: int) -> Counts:
        """Counts of a label, also of one that is nowhere in this image."""
        score = self.labels.get(value)
        return score.counts if score else Counts(0, 0, 0, self.pixels)

    def record(self) -> dict[str, Any]:
        """A JSON-ready row."""
        return {"id": self.id, "group": self.group, **({"class": self.class_name} if self.class_name else {}),
                "labels": {str(value): _label_row(score) for value, score in sorted(self.labels.items())}}


def score_image(prediction: Labels, truth: Labels, *, id: str, group: str = "", class_name: str = "",
                pixel_size_mm: float | None = None) -> ImageScore:
    """Compare two label images.

    Args:
        prediction: uint8 (y, x) label values.
        truth: uint8 (y, x), same shape.
        group: the patient; the image stands alone if empty.
        pixel_size_mm: side of a pixel where it is known.

    Raises:
        ValueError: the shapes differ.
    """
    scores: dict[int, LabelScore] = {}
    for value, counts in count_labels(prediction, truth).items():
        distances = outline_distances(prediction == value, truth == value)
        hd95 = hausdorff(distances)
        scores[value] = LabelScore(counts, hd95, average_distance(distances),
                                   surface_dice(distances, tolerance=NSD_TOLERANCE_PX),
                                   hd95 * pixel_size_mm if hd95 is not None and pixel_size_mm else None)
    return ImageScore(id, group or id, truth.size, scores, class_name)


def summarise(images: Sequence[ImageScore], *, names: Mapping[int, str] | None = None,
              seed: int = 0) -> dict[str, Any]:
    """Figures per label, JSON-ready.

    Overlap is averaged over the images whose truth has the label (a missed one counts as 0); distances over those where
    both have it, with the number of those where they are undefined. Intervals are 95 % bootstrap over groups.

    Args:
        names: names of labels, where they are known.
    """
    values = sorted({value for image in images for value in image.labels})
    return {"images": len(images), "groups": len({image.group for image in images}), "empty_masks": EMPTY_MASKS,
            "nsd_tolerance_px": NSD_TOLERANCE_PX,
            "labels": {str(value): {**({"name": names[value]} if names and value in names else {}),
                                    **_label_summary(images, value, seed)} for value in values}}


def _label_summary(images: Sequence[ImageScore], value: int, seed: int) -> dict[str, Any]:
    present = [image for image in images if image.counts(value).in_truth]
    absent = [image for image in images if not image.counts(value).in_truth]
    missed = [image.id for image in present if image.counts(value).missed]
    alarms = [image.id for image in absent if image.counts(value).false_alarm]
    pooled = sum((image.counts(value) for image in images), Counts(0, 0, 0, 0))
    figures = {name: _figure(present, partial(measure, value), seed) for name, measure in _MEASURES.items()}
    classes = sorted({image.class_name for image in present if image.class_name})
    by_class = {name: _figure([image for image in present if image.class_name == name], partial(_dice, value), seed)
                for name in classes}
    return {"images_with_label": len(present), "images_without_label": len(absent),
            **{name: figure for name, figure in figures.items() if figure},
            "missed": len(missed), "missed_images": missed,
            "false_positives": len(alarms), "false_positive_images": alarms,
            "true_negatives": len(absent) - len(alarms), "pooled_dice": dice(pooled),
            **({"dice_by_class": by_class} if by_class else {})}


def _dice(value: int, image: ImageScore) -> float | None:
    return dice(image.counts(value))


def _iou(value: int, image: ImageScore) -> float | None:
    return iou(image.counts(value))


def _precision(value: int, image: ImageScore) -> float | None:
    return precision(image.counts(value))


def _recall(value: int, image: ImageScore) -> float | None:
    return recall(image.counts(value))


def _distance(name: str, value: int, image: ImageScore) -> float | None:
    score = image.labels.get(value)
    found: float | None = getattr(score, name) if score else None
    return found


_MEASURES: dict[str, Callable[[int, ImageScore], float | None]] = {
    "dice": _dice, "iou": _iou, "precision": _precision, "recall": _recall,
    **{name: partial(_distance, name) for name in ("hd95_px", "assd_px", "nsd", "hd95_mm")},
}


def _figure(images: Iterable[ImageScore], measure: Callable[[ImageScore], float | None],
            seed: int) -> dict[str, Any] | None:
    """Mean with its interval, and median, of a measure over the images where it is defined."""
    pairs = [(measure(image), image.group) for image in images]
    defined = [(value, group) for value, group in pairs if value is not None]
    if not defined:
        return None
    numbers, groups = [value for value, _ in defined], [group for _, group in defined]
    interval = bootstrap(numbers, groups, seed=seed)
    return {"mean": interval.estimate, "low": interval.low, "high": interval.high,
            "median": float(np.median(numbers)), "images": len(numbers), "undefined": len(pairs) - len(numbers)}


def _label_row(score: LabelScore) -> dict[str, Any]:
    counts = score.counts
    row: dict[str, Any] = {"dice": dice(counts), "iou": iou(counts), "precision": precision(counts),
                           "recall": recall(counts), "true_positive": counts.true_positive,
                           "false_positive": counts.false_positive, "false_negative": counts.false_negative}
    distances = {name: getattr(score, name) for name in ("hd95_px", "assd_px", "nsd", "hd95_mm")}
    return row | {name: value for name, value in distances.items() if value is not None}
