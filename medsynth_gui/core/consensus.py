"""Consensus: one mask from those of several readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]


class Consensus(StrEnum):
    """How masks become one."""

    FIRST = "first"
    SECOND = "second"
    UNION = "union"
    INTERSECTION = "intersection"
    MAJORITY = "majority"


def merge(masks: Sequence[Labels], how: Consensus) -> Labels:
    """One label image (y, x) from those of the readers, in the order of reading.

    UNION keeps what anybody labelled, where labels differ the earliest reader's; INTERSECTION what all gave the same
    label; MAJORITY the label that more than half gave, else none.

    Raises:
        ValueError: there are fewer than two masks, or they differ in shape.
    """
    if len(masks) < 2 or len({mask.shape for mask in masks}) > 1:
        raise ValueError(f"{len(masks)} masks of shapes {sorted({mask.shape for mask in masks})}")
    return _WAYS[how](masks)


def _union(masks: Sequence[Labels]) -> Labels:
    merged = masks[0].copy()
    for mask in masks[1:]:
        np.copyto(merged, mask, where=merged == 0)
    return merged


def _intersection(masks: Sequence[Labels]) -> Labels:
    same = np.logical_and.reduce([mask == masks[0] for mask in masks[1:]])
    return np.where(same, masks[0], np.uint8(0))


def _majority(masks: Sequence[Labels]) -> Labels:
    merged = np.zeros_like(masks[0])
    for value in np.unique(np.stack(masks)):
        merged[np.sum([mask == value for mask in masks], axis=0) * 2 > len(masks)] = value
    return merged


_WAYS: dict[Consensus, Callable[[Sequence[Labels]], Labels]] = {
    Consensus.FIRST: lambda masks: masks[0].copy(), Consensus.SECOND: lambda masks: masks[1].copy(),
    Consensus.UNION: _union, Consensus.INTERSECTION: _intersection, Consensus.MAJORITY: _majority}
