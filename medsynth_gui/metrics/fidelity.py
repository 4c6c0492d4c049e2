"""Likeness of an image to its reference, inside the field of view: black borders would flatter both figures."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.generic]
Mask = npt.NDArray[np.bool_]

_SIGMA = 1.5  # Wang et al. 2004: an 11 x 11 Gaussian window.
_RADIUS = 5
_K1, _K2 = 0.01, 0.03


def psnr(image: Image, reference: Image, *, field: Mask | None = None, peak: float = 255.0) -> float:
    """Peak signal-to-noise ratio in dB; infinite for equal images.

    Args:
        image: (y, x).
        reference: (y, x), same shape.
        field: bool (y, x), the pixels that count; None for all.
        peak: the largest value an image can have.

    Raises:
        ValueError: the shapes differ or the field is empty.
    """
    kept = _field(image, reference, field)
    error = np.mean((image.astype(np.float64) - reference.astype(np.float64))[kept] ** 2)
    return 10 * math.log10(peak**2 / error) if error > 0 else math.inf


def ssim(image: Image, reference: Image, *, field: Mask | None = None, peak: float = 255.0) -> float:
    """Mean structural similarity (Wang et al. 2004, Gaussian window of 11 pixels) over the field.

    The five outermost rows and columns, whose window is not whole, count only if nothing else is left.
    """
    kept = _field(image, reference, field)
    inner = np.zeros_like(kept)
    inner[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS] = True
    kept = kept & inner if (kept & inner).any() else kept
    return float(_similarity(image.astype(np.float64), reference.astype(np.float64), peak)[kept].mean())


def _similarity(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], peak: float) -> npt.NDArray[np.float64]:
    c1, c2 = (_K1 * peak) ** 2, (_K2 * peak) ** 2
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x, variance_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    covariance = _blurred(x * y) - mean_x * mean_y
    above = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return np.asarray(above / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)), np.float64)


def _blurred(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(values, _SIGMA, radius=_RADIUS, mode="reflect"), np.float64)


def _field(image: Image, reference: Image, field: Mask | None) -> Mask:
    if image.shape != reference.shape or (field is not None and field.shape != image.shape):
        raise ValueError(f"image {image.shape} and reference {reference.shape} (or the field) differ in shape")
    kept = np.ones(image.shape, np.bool_) if field is None else field.astype(bool, copy=False)
    if not kept.any():
        raise ValueError("the field of view has no pixel")
    return kept
