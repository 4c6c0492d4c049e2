"""LabelAreas: how many pixels each label covers, kept up to date from what changes instead of counted again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.raster import value_counts

Labels = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]


class LabelAreas:
    """Pixels of each of the 256 values by frame.

    Args:
        labels: gives the label image (y, x) of a frame.
    """

    def __init__(self, labels: Callable[[int], Labels]) -> None:
        self._labels = labels
        self._known: dict[int, Counts] = {}

    def of(self, frame: int, *, keep: bool = True) -> Counts:
        """Pixels by value; counted when first asked for, and remembered unless `keep` is False."""
        known = self._known.get(frame)
        if known is None:
            known = value_counts(self._labels(frame))
            if keep:
                self._known[frame] = known
        return known.copy()

    def replaced(self, frame: int, old: Labels, new: Labels) -> None:
        """A box of a frame had these values and has those now."""
        if frame in self._known:
            self._known[frame] += value_counts(new) - value_counts(old)

    @contextmanager
    def following(self, frame: int, box: Labels) -> Iterator[None]:
        """Count a live box before and after what is done to it inside."""
        if frame not in self._known:
            yield
            return
        before = value_counts(box)
        yield
        self._known[frame] += value_counts(box) - before

    def forget(self) -> None:
        """Everything may have changed."""
        self._known.clear()
