"""Agreement of two readers: neither is the truth, so every figure is symmetric.

Dice is averaged over the images where at least one of both drew the label (only one: 0), distances over those where
both did. Kappa is Cohen's (1960). Intervals are 95 % bootstrap over groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.metrics.bootstrap import bootstrap
from medsynth_gui.metrics.overlap import Labels, count_labels, dice
from medsynth_gui.metrics.surface import hausdorff, outline_distances, surface_dice

TOLERANCE_MM, TOLERANCE_PX = 1.0, 2.0


@dataclass(frozen=True)
class LabelAgreement:
    """One label in one image. Distances are None where one of both did not draw it; their unit is the image's."""

    dice: float
    hd95: float | None
    nsd: float | None


@dataclass(frozen=True)
class ImageAgreement:
    """Two readings of one image.

    Attributes:
        unit: of the distances: "mm", or "px" where the spacing is not known.
        labels: the labels that at least one reader drew.
        present: per label, whether the first and the second reader drew it.
        classes: what both said of the whole image; empty where a reader said nothing.
    """

    id: str
    group: str
    unit: str
    labels: Mapping[int, LabelAgreement] = field(default_factory=dict)
    present: Mapping[int, tuple[bool, bool]] = field(default_factory=dict)
    classes: tuple[str, str] = ("", "")

    @property
    def disagreement(self) -> float:
        """0 (the same) to 1: one minus the Dice of the worst label; 1 where both named another class."""
        worst = min((label.dice for label in self.labels.values()), default=1.0)
        return 1.0 if all(self.classes) and self.classes[0] != self.classes[1] else 1.0 - worst

    def record(self) -> dict[str, Any]:
        """A JSON-ready row."""
        return {"id": self.id, "group": self.group, "disagreement": self.disagreement, "unit": self.unit,
                "classes": list(self.classes),
                "labels": {str(value): {"dice": one.dice, "hd95": one.hd95, "nsd": one.nsd}
                           for value, one in sorted(self.labels.items())}}


def compare(first: Labels, second: Labels, *, id: str, group: str = "", spacing: tuple[float, float] | None = None,
            classes: tuple[str, str] = ("", "")) -> ImageAgreement:
    """Compare two readers' label images.

    Args:
        first: uint8 (y, x) label values.
        second: uint8 (y, x), same shape.
        group: the patient; the image stands alone if empty.
        spacing: millimetres per pixel (y, x), where known.

    Raises:
        ValueError: the shapes differ.
    """
    tolerance = TOLERANCE_MM if spacing else TOLERANCE_PX
    labels, present = {}, {}
    for value, counts in count_labels(first, second).items():
        distances = outline_distances(first == value, second == value, spacing or (1.0, 1.0))
        labels[value] = LabelAgreement(dice(counts) or 0.0, hausdorff(distances),
                                       surface_dice(distances, tolerance=tolerance))
        present[value] = counts.predicted, counts.in_truth
    return ImageAgreement(id, group or id, "mm" if spacing else "px", labels, present, classes)


def cohen_kappa(first: Sequence[object], second: Sequence[object]) -> float | None:
    """(observed - expected) / (1 - expected) agreement; None where both always say the same one thing, or nothing.

    Raises:
        ValueError: the lengths differ.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} answers")
    if not first:
        return None
    names = sorted({*map(str, first), *map(str, second)})
    table = np.zeros((len(names), len(names)))
    for one, other in zip(first, second, strict=True):
        table[names.index(str(one)), names.index(str(other))] += 1
    shares = table / table.sum()
    observed, expected = float(np.trace(shares)), float(shares.sum(axis=1) @ shares.sum(axis=0))
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def summarise(images: Sequence[ImageAgreement], *, names: Mapping[int, str] | None = None,
              values: Sequence[int] = (), seed: int = 0) -> dict[str, Any]:
    """Figures of two readers over many images, JSON-ready.

    Args:
        names: names of labels, where they are known.
        values: labels to tell of even if nobody drew them.
    """
    found = sorted({value for image in images for value in image.labels} | set(values))
    told = [image for image in images if all(image.classes)]
    classes = _kappa([image.classes for image in told], [image.group for image in told], seed)
    return {"images": len(images), "groups": len({image.group for image in images}),
            "nsd_tolerance": {"mm": TOLERANCE_MM, "px": TOLERANCE_PX},
            "labels": {str(value): {**({"name": names[value]} if names and value in names else {}),
                                    **_label_figures(images, value, seed)} for value in found},
            **({"class": classes} if classes else {})}


def _label_figures(images: Sequence[ImageAgreement], value: int, seed: int) -> dict[str, Any]:
    drawn = [image for image in images if value in image.labels]
    # Millimetres and pixels are no one figure: the unit that most images have decides.
    unit = "mm" if sum(image.unit == "mm" for image in drawn) * 2 >= max(1, len(drawn)) else "px"
    same = [image for image in drawn if image.unit == unit]
    figures = {"dice": _figure(drawn, lambda image: image.labels[value].dice, seed),
               f"hd95_{unit}": _figure(same, lambda image: image.labels[value].hd95, seed),
               f"nsd_{unit}": _figure(same, lambda image: image.labels[value].nsd, seed)}
    presence = _kappa([image.present.get(value, (False, False)) for image in images],
                      [image.group for image in images], seed)
    return {"drawn_by_either": len(drawn),
            "drawn_by_both": sum(all(image.present[value]) for image in drawn),
            **{name: figure for name, figure in figures.items() if figure},
            **({"presence": presence} if presence else {})}


def _figure(images: Sequence[ImageAgreement], measure: Callable[[ImageAgreement], float | None],
            seed: int) -> dict[str, Any] | None:
    """Mean with its interval, and median, over the images where the measure is defined."""
    pairs = [(number, image.group) for image in images if (number := measure(image)) is not None]
    if not pairs:
        return None
    numbers = [number for number, _ in pairs]
    interval = bootstrap(numbers, [group for _, group in pairs], seed=seed)
    return {"mean": interval.estimate, "low": interval.low, "high": interval.high,
            "median": float(np.median(numbers)), "images": len(numbers)}


def _kappa(answers: Sequence[tuple[object, object]], groups: Sequence[str], seed: int) -> dict[str, Any] | None:
    """Observed agreement, and kappa with its interval where it is defined."""
    if not answers:
        return None
    first, second = [one for one, _ in answers], [other for _, other in answers]
    same = sum(map(_equal, answers))
    kappa = cohen_kappa(first, second)
    record = {"images": len(answers), "agreed": same / len(answers), "kappa": kappa}
    if kappa is None:
        return record

    def statistic(drawn: npt.NDArray[np.float64]) -> float:
        chosen = drawn.astype(int)
        found = cohen_kappa([first[i] for i in chosen], [second[i] for i in chosen])
        # A draw in which all answers are one answer has no kappa; its readers do agree.
        return 1.0 if found is None else found

    interval = bootstrap(np.arange(len(answers), dtype=np.float64), groups, statistic=statistic, resamples=500,
                         seed=seed)
    return {**record, "low": interval.low, "high": interval.high}


def _equal(pair: tuple[object, object]) -> bool:
    return pair[0] == pair[1]
