"""Likeness: the gray values of somebody's images, met with the knobs that a scanner has."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.simulator.domain import Domain
from medsynth_gui.engine.simulator.fields import Array

_BANDS = 7


@dataclass(frozen=True)
class Likeness:
    """Gray values 0..255 of one image: 10th, 50th and 90th percentile, and the median of each depth band."""

    low: float
    median: float
    high: float
    bands: tuple[float, ...]

    def fitted(self, domain: Domain, level_db: Array) -> Domain:
        """The domain whose images have these gray values.

        Args:
            domain: settings with which `level_db` was received.
            level_db: level before the gray scale, (samples, lines).
        """
        bands = np.array([np.median(band) for band in np.array_split(level_db, _BANDS)])
        wanted = np.asarray(self.bands)
        dynamic_range = domain.dynamic_range_db
        sliders = np.zeros(_BANDS)
        # Compensation and dynamic range depend on each other; this settles in two rounds.
        for _ in range(3):
            sliders = (wanted - self.median) * dynamic_range / 255 - (bands - np.median(bands))
            places = np.linspace(0, _BANDS - 1, len(level_db))
            levelled = level_db + np.interp(places, np.arange(_BANDS), sliders)[:, None]
            low, high = np.percentile(levelled, (10, 90))
            dynamic_range = float(np.clip(255 * (high - low) / max(self.high - self.low, 8.0), 30, 110))
        total = np.asarray(domain.sliders_db) + sliders
        return replace(domain, median_gray=float(np.clip(self.median, 4, 240)), gamma=1.0,
                       dynamic_range_db=dynamic_range, sliders_db=tuple(float(value) for value in total))


def measure(gray: npt.NDArray[np.uint8], seen: npt.NDArray[np.bool_]) -> Likeness:
    """The likeness of an image (y, x); `seen` is its field of view, same shape."""
    inside = gray[seen] if seen.any() else gray.ravel()
    low, median, high = (float(value) for value in np.percentile(inside, (10, 50, 90)))
    rows = np.flatnonzero(seen.any(axis=1)) if seen.any() else np.arange(len(gray))
    bands = [gray[part][seen[part]] for part in np.array_split(rows, _BANDS)]
    return Likeness(low, median, high, tuple(float(np.median(band)) if band.size else median for band in bands))
