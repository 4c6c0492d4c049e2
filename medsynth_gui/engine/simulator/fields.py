"""Smooth random fields over the plane, and the curves that tissue is drawn with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
_BELL = 2 * math.sqrt(math.log(2))


@dataclass(frozen=True)
class Extent:
    """The box of tissue that a phantom covers, in mm (depth, lateral)."""

    y0: float
    x0: float
    y1: float
    x1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def depth(self) -> float:
        return self.y1 - self.y0

    def grown(self, margin: float) -> Extent:
        return Extent(self.y0 - margin, self.x0 - margin, self.y1 + margin, self.x1 + margin)


class Field:
    """Gaussian noise of unit variance with features of about `scale_y` x `scale_x` mm; a function of the plane."""

    # cv2.remap knows 32 positions between samples: the grid is finer than the features, or edges show steps.
    _FINE = 4

    def __init__(self, rng: np.random.Generator, extent: Extent, scale_y: float, scale_x: float) -> None:
        fine = self._FINE if min(scale_y, scale_x) > 1.5 else 2
        rows = int(np.ceil(extent.depth / scale_y)) + 3
        columns = int(np.ceil(extent.width / scale_x)) + 3
        coarse = rng.standard_normal((rows, columns), dtype=np.float32)
        grid = cv2.resize(coarse, (columns * fine, rows * fine), interpolation=cv2.INTER_CUBIC)
        self._grid = np.asarray(grid / max(float(grid.std()), 1e-6), np.float32)
        self._y0, self._x0 = extent.y0 - scale_y, extent.x0 - scale_x
        self._per_y, self._per_x = fine / scale_y, fine / scale_x

    def __call__(self, y: Array, x: Array) -> Array:
        """Values at points in mm; any shape (n, m)."""
        return sample(self._grid, (y - self._y0) * self._per_y - 0.5, (x - self._x0) * self._per_x - 0.5)


def sample(grid: Array, rows: Array, columns: Array) -> Array:
    """Bilinear values of (n, m[, 2]) `grid` at fractional indices; mirrored beyond its borders."""
    return np.asarray(cv2.remap(grid, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_REFLECT_101), np.float32)


def step(value: Array, softness: float) -> Array:
    """0 below zero, 1 above, with a ramp `softness` wide."""
    ramp = np.clip(value / max(softness, 1e-6) + 0.5, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def bump(value: Array, width: float | Array) -> Array:
    """A bell of height 1 and full width at half maximum `width` around zero."""
    return np.exp(np.square(value * (_BELL / width)) * -1).astype(np.float32)


def sheets(field: Array, y: Array, x: Array, width: float, *, selective: float = 2.0) -> Array:
    """Specular sheets where a sampled field is zero, 0..1: `width` mm thick, bright where they face the beam.

    Args:
        field: values at the points (rows along the beam, columns across).
        y, x: the points in mm.
        selective: power of the cosine between the sheet's normal and the beam.
    """
    along, across = np.gradient(field)
    pitch = float(np.hypot(y[1, 0] - y[0, 0], x[1, 0] - x[0, 0]))
    middle = y.shape[0] // 2
    spread = float(np.hypot(y[middle, 1] - y[middle, 0], x[middle, 1] - x[middle, 0]))
    along, across = along / max(pitch, 1e-6), across / max(spread, 1e-6)
    slope = np.hypot(along, across) + 1e-6
    return np.asarray(bump(field / slope, width) * np.abs(along / slope) ** selective, np.float32)
