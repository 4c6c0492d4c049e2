"""Distances between the outlines of two masks, from distance transforms.

The outline of a mask is its pixels that touch the outside by a side, where the outside includes what lies beyond the
image. Distances run between pixel centres, in the unit of `spacing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Distances = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OutlineDistances:
    """For each outline pixel of one mask, how far the other's outline is; both ways. Empty where a mask is empty."""

    from_prediction: Distances
    from_truth: Distances

    @property
    def defined(self) -> bool:
        """Whether both masks have an outline."""
        return self.from_prediction.size > 0 and self.from_truth.size > 0


def outline(mask: Mask) -> Mask:
    """The pixels of a mask (y, x) that touch the outside by a side."""
    padded = np.pad(mask.astype(bool, copy=False), 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return np.asarray(mask & ~inner, np.bool_)


def outline_distances(prediction: Mask, truth: Mask, spacing: tuple[float, float] = (1.0, 1.0)) -> OutlineDistances:
    """Measure both directed sets of distances.

    Args:
        prediction: bool (y, x).
        truth: bool (y, x), same shape.
        spacing: pixel size (y, x): millimetres, or (1, 1) for pixels.

    Raises:
        ValueError: the shapes differ.
    """
    if prediction.shape != truth.shape:
        raise ValueError(f"prediction {prediction.shape} and truth {truth.shape} differ in shape")
    if not prediction.any() or not truth.any():
        nothing = np.empty(0, np.float64)
        return OutlineDistances(nothing, nothing)
    box = _bounding_box(prediction | truth)
    ours, theirs = outline(prediction)[box], outline(truth)[box]
    return OutlineDistances(_distance_to(theirs, spacing)[ours], _distance_to(ours, spacing)[theirs])


def _bounding_box(mask: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _distance_to(target: Mask, spacing: tuple[float, float]) -> Distances:
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(~target, sampling=spacing), np.float64)


def hausdorff(distances: OutlineDistances, *, percent: float = 95.0) -> float | None:
    """The larger of the two directed percentiles (HD95 by default); None where a mask is empty."""
    if not distances.defined:
        return None
    return float(max(np.percentile(distances.from_prediction, percent), np.percentile(distances.from_truth, percent)))


def average_distance(distances: OutlineDistances) -> float | None:
    """ASSD: the mean over both outlines together; None where a mask is empty."""
    if not distances.defined:
        return None
    return float(np.concatenate((distances.from_prediction, distances.from_truth)).mean())


def surface_dice(distances: OutlineDistances, *, tolerance: float) -> float | None:
    """NSD: the share of both outlines that lies within `tolerance` of the other; None where a mask is empty."""
    if not distances.defined:
        return None
    return float((np.concatenate((distances.from_prediction, distances.from_truth)) <= tolerance).mean())
