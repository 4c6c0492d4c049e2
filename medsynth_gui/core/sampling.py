"""Gray values between pixels: along a line (bilinear) and in a region."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.measurement import Statistics
from medsynth_gui.core.plane import Point, path_length

Values = npt.NDArray[np.float32]
_BINS = 64


def luma(frame: npt.NDArray[np.generic]) -> Values:
    """Stored values (y, x) as they are; of a colour frame (y, x, 3) the BT.601 luma."""
    if frame.ndim == 2:
        return frame.astype(np.float32)
    return np.asarray(frame.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32))


@dataclass(frozen=True)
class LineSampler:
    """Reads a line out of frames of one size; made once for a whole cine.

    Attributes:
        index: (4, n) flat pixel indices around each sample.
        weight: (4, n) their bilinear weights.
    """

    index: npt.NDArray[np.intp]
    weight: Values

    @classmethod
    def make(cls, start: Point, end: Point, rows: int, columns: int, *, aspect: float = 1.0) -> LineSampler:
        """Samples at equal distances, both ends included, about one for each pixel width.

        The value of pixel (i, j) stands at its middle (i + 0.5, j + 0.5); beyond the outermost middles the edge is
        repeated.
        """
        count = max(2, math.ceil(path_length((start, end), aspect)) + 1)
        part = np.linspace(0.0, 1.0, count)
        y = np.clip(start[0] + (end[0] - start[0]) * part - 0.5, 0, rows - 1)
        x = np.clip(start[1] + (end[1] - start[1]) * part - 0.5, 0, columns - 1)
        y0 = np.minimum(y.astype(np.intp), max(rows - 2, 0))
        x0 = np.minimum(x.astype(np.intp), max(columns - 2, 0))
        y1, x1 = np.minimum(y0 + 1, rows - 1), np.minimum(x0 + 1, columns - 1)
        dy, dx = y - y0, x - x0
        index = np.stack([y0 * columns + x0, y0 * columns + x1, y1 * columns + x0, y1 * columns + x1])
        weight = np.stack([(1 - dy) * (1 - dx), (1 - dy) * dx, dy * (1 - dx), dy * dx])
        return cls(index, weight.astype(np.float32))

    def __call__(self, frame: npt.NDArray[np.generic]) -> Values:
        """Values (n,) along the line of a frame (y, x) or (y, x, 3)."""
        pixels = frame.reshape(-1, *frame.shape[2:])[self.index]
        gray = luma(pixels) if pixels.ndim == 3 else pixels.astype(np.float32)
        return np.asarray((gray * self.weight).sum(axis=0), np.float32)


def statistics(values: Values) -> Statistics:
    """Count gray values (any shape); whole numbers of up to 256 levels get a bin each."""
    flat = values[np.isfinite(values)]
    if not flat.size:
        return Statistics(0, 0.0, 0.0, 0.0, 0.0, 1.0, (0,))
    low, high = float(flat.min()), float(flat.max())
    whole = bool((flat == np.round(flat)).all()) and high - low < 256
    low, high, bins = (low - 0.5, high + 0.5, int(high - low) + 1) if whole else (low, max(high, low + 1e-6), _BINS)
    counts, _ = np.histogram(flat, bins, (low, high))
    exact = flat.astype(np.float64)
    return Statistics(int(flat.size), float(exact.mean()), float(exact.std(ddof=1)) if flat.size > 1 else 0.0,
                      float(np.median(exact)), low, high, tuple(int(n) for n in counts))
