"""The stages between tissue and gray values, each a plain function of arrays in beam space (samples, lines)."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
import scipy.fft

from medsynth_gui.engine.simulator.fields import Array

Complex = npt.NDArray[np.complex64]
_FWHM = math.sqrt(8 * math.log(2))


def scatterers(rng: np.random.Generator, samples: int, lines: int) -> Complex:
    """Circular complex Gaussian noise of unit power: fully developed speckle before the beam."""
    parts = rng.standard_normal((samples, lines, 2), dtype=np.float32) * np.float32(np.sqrt(0.5))
    return parts.view(np.complex64)[..., 0]


def lateral_fwhm_mm(depth_mm: Array, *, focus_mm: float, width_mm: float, range_mm: float) -> Array:
    """Full width at half maximum of the beam: `width_mm` at the focus, sqrt(2) times that `range_mm` off it."""
    return np.asarray(width_mm * np.sqrt(1 + np.square((depth_mm - focus_mm) / range_mm)), np.float32)


def _blur_axially(field: Complex, sigma: float) -> Complex:
    parts = field.view(np.float32).reshape(*field.shape, 2)
    size = 2 * int(np.ceil(3.5 * sigma)) + 1
    blurred = cv2.GaussianBlur(parts, (1, size), sigmaX=1e-6, sigmaY=max(sigma, 1e-3), borderType=cv2.BORDER_REFLECT)
    return np.ascontiguousarray(blurred).view(np.complex64)[..., 0]


def _blur_laterally(field: Complex, sigmas: Array) -> Complex:
    """Gaussian of its own width on each row, exact in the Fourier domain."""
    frequency = scipy.fft.fftfreq(field.shape[1]).astype(np.float32)
    response = np.exp(-2 * np.square(np.pi * sigmas[:, None] * frequency[None, :])).astype(np.float32)
    return np.asarray(scipy.fft.ifft(scipy.fft.fft(field, axis=1) * response, axis=1), np.complex64)


def point_spread(field: Complex, *, axial_px: float, lateral_px: Array) -> Complex:
    """Blur with the separable pulse: a constant keeps its value.

    Args:
        field: complex reflectivity (samples, lines).
        axial_px: full width at half maximum along the beam, in samples.
        lateral_px: the same across, in lines, one for each sample (samples,).
    """
    return _blur_laterally(_blur_axially(field, axial_px / _FWHM), lateral_px / _FWHM)


def speckle_gain(*, axial_px: float, lateral_px: Array) -> Array:
    """What white noise must be multiplied by to keep unit power through `point_spread`, (samples,)."""
    def loss(fwhm: Array) -> Array:
        # Continuous Gaussian: sum of squares = 1 / (2 sigma sqrt(pi)); never more than the unblurred sample.
        return np.asarray(np.minimum(1.0, 1 / (2 * np.sqrt(np.pi) * np.maximum(fwhm / _FWHM, 1e-3))), np.float32)
    return np.asarray(1 / np.sqrt(loss(np.asarray(axial_px, np.float32)) * loss(lateral_px)), np.float32)


def envelope(echoes: Complex) -> Array:
    """Magnitude of the analytic signal."""
    return np.asarray(np.abs(echoes), np.float32)


def attenuation_db(coefficient: Array, *, frequency_mhz: float, pitch_mm: float) -> Array:
    """Loss on the way to each sample and back, in dB (>= 0), from one-way coefficients in dB/(cm MHz)."""
    one_way = np.cumsum(coefficient, axis=0, dtype=np.float32) - coefficient / 2
    return np.asarray(2 * frequency_mhz * (pitch_mm / 10) * one_way, np.float32)


def aperture_mean(loss_db: Array, fwhm_px: float) -> Array:
    """Average of a loss over the aperture: the border of a shadow is as soft as the beam is wide."""
    sigma = fwhm_px / _FWHM
    size = 2 * int(np.ceil(3 * sigma)) + 1
    return np.asarray(cv2.GaussianBlur(loss_db, (size, 1), sigmaX=max(sigma, 1e-3), sigmaY=1e-6,
                                       borderType=cv2.BORDER_REFLECT), np.float32)


def add_noise_floor(rng: np.random.Generator, amplitude: Array, level: float) -> Array:
    """Electronic noise of root-mean-square `level`, added in power; it is there at every depth alike."""
    noise = rng.standard_exponential(amplitude.shape, dtype=np.float32) * np.float32(level * level)
    return np.sqrt(np.square(amplitude) + noise)


def to_db(amplitude: Array) -> Array:
    """20 log10, floored at -160 dB."""
    return np.asarray(20 * np.log10(np.maximum(amplitude, 1e-8)), np.float32)


def from_db(level_db: Array) -> Array:
    """Amplitude of a level in dB."""
    return np.asarray(np.exp(level_db * (math.log(10) / 20)), np.float32)


def log_compress(level_db: Array, *, top_db: float, dynamic_range_db: float, gamma: float = 1.0) -> Array:
    """Gray values 0..255: `top_db` and above is white, `dynamic_range_db` below it is black."""
    gray = np.clip(1 + (level_db - top_db) / dynamic_range_db, 0, 1)
    return np.asarray(255 * (gray if gamma == 1.0 else gray ** gamma), np.float32)


def top_for(level_db: Array, *, median_gray: float, dynamic_range_db: float, gamma: float) -> float:
    """The white level that shows the median as `median_gray` (0..255): what a sonographer's gain knob does."""
    shown = (median_gray / 255) ** (1 / gamma)
    return float(np.median(level_db)) + (1 - shown) * dynamic_range_db


def finish(gray: Array, *, smoothing_px: float, sharpening: float) -> Array:
    """The scanner's image filter: a Gaussian, then unsharp masking."""
    smooth = cv2.GaussianBlur(gray, (0, 0), smoothing_px) if smoothing_px > 0.2 else gray
    if sharpening > 0:
        smooth = smooth + sharpening * (smooth - cv2.GaussianBlur(smooth, (0, 0), 1.5))
    return np.asarray(np.clip(smooth, 0, 255), np.float32)
