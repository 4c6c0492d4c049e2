"""Texture of an image in fourteen numbers: a distance that needs no weights, and whose parts have names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Features = npt.NDArray[np.float64]

NAMES = ("speckle_snr", "nakagami_m", "lateral_width_px", "axial_width_px", *(f"lbp_{bin_}" for bin_ in range(10)))
_TILE_PX = 16
_LEAST_GRAY = 16
_MOST_LAG_PX = 16


def texture(image: Gray) -> Features:
    """The numbers of `NAMES` (14,) for an image (y, x) of at least 16 x 16 pixels.

    Speckle SNR is mean / deviation of gray, Nakagami's m mean^2 / variance of its square, both the median over tiles
    that are not black; widths are the half-value widths of the autocorrelation; the rest is the histogram of uniform
    local binary patterns (Ojala et al. 2002). Gray levels are taken as they are: compression changes all of them.
    """
    from skimage.feature import local_binary_pattern

    patterns = local_binary_pattern(image, 8, 1, method="uniform")
    histogram = np.bincount(patterns.astype(int).ravel(), minlength=10)[:10] / patterns.size
    return np.array([*_tile_figures(image), _half_width(image, 1), _half_width(image, 0), *histogram])


def textures(images: Sequence[Gray], reference: Sequence[Gray]) -> tuple[Features, Features]:
    """Textures (n, 14) and (m, 14) of two sets, in deviations of the reference."""
    ours, standard = (np.stack([texture(image) for image in part]) for part in (images, reference))
    center, spread = standard.mean(0), standard.std(0) + 1e-6
    return (ours - center) / spread, (standard - center) / spread


def _tile_figures(image: Gray) -> tuple[float, float]:
    rows, columns = (side // _TILE_PX for side in image.shape)
    whole = image[:rows * _TILE_PX, :columns * _TILE_PX].astype(np.float64)
    tiles = whole.reshape(rows, _TILE_PX, columns, _TILE_PX).swapaxes(1, 2).reshape(-1, _TILE_PX**2)
    tiles = tiles[tiles.mean(1) >= _LEAST_GRAY]
    if not len(tiles):
        return 0.0, 0.0
    power = tiles**2
    return (float(np.median(tiles.mean(1) / np.maximum(tiles.std(1), 1))),
            float(np.median(power.mean(1) ** 2 / np.maximum(power.var(1), 1))))


def _half_width(image: Gray, axis: int) -> float:
    """Full width in pixels at which the autocorrelation of the detail along an axis has fallen to a half."""
    from scipy.ndimage import gaussian_filter

    values: npt.NDArray[Any] = image.astype(np.float64)
    detail = np.moveaxis(values - gaussian_filter(values, 8), axis, 0)
    power = float((detail**2).mean())
    if power == 0:
        return 0.0
    before = 1.0
    for lag in range(1, min(_MOST_LAG_PX, detail.shape[0] - 1)):
        here = float((detail[:-lag] * detail[lag:]).mean()) / power
        if here < 0.5:
            return 2 * (lag - 1 + (before - 0.5) / (before - here))
        before = here
    return 2.0 * _MOST_LAG_PX
