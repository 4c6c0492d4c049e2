"""Augmentation of an image and its mask: one random geometry, then a few changes of intensity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.augmentation import Geometry, Intensity

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Generator = np.random.Generator
FINER = 2
__all__ = ["FINER", "INTENSITY", "Geometry", "Intensity", "change_intensity", "warp"]


def warp(image: Gray, mask: Gray, geometry: Geometry, rng: Generator, *, size: int | None = None) -> tuple[Gray, Gray]:
    """Mirror, rotate, scale, stretch and shift both alike, (y, x); up stays up.

    Args:
        size: side of the squares that come out; None for the size of what goes in. A square `FINER` times as large
            should go in: moved by parts of a pixel, an image of the size itself loses a third of its finest grain.
    """
    import cv2

    rows, columns = image.shape
    angle = np.deg2rad(rng.uniform(-1, 1) * geometry.rotate_deg)
    scale = np.exp(rng.uniform(*np.log(geometry.scale)))
    stretch = np.exp(rng.uniform(-1, 1) * geometry.stretch)
    mirror = -1.0 if rng.random() < 0.5 and geometry.mirror else 1.0
    matrix = scale * np.array([[np.cos(angle) * mirror * stretch, -np.sin(angle) / stretch],
                               [np.sin(angle) * mirror * stretch, np.cos(angle) / stretch]])
    center = np.array([columns, rows]) / 2
    offset = center - matrix @ center + rng.uniform(-1, 1, 2) * geometry.shift * center * 2
    affine = np.column_stack([matrix, offset])
    image = np.asarray(cv2.warpAffine(image, affine, (columns, rows), flags=cv2.INTER_CUBIC), np.uint8)
    mask = np.asarray(cv2.warpAffine(mask, affine, (columns, rows), flags=cv2.INTER_NEAREST), np.uint8)
    if size is None or size == rows:
        return image, mask
    return (np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.uint8),
            np.asarray(cv2.resize(mask, (size, size), interpolation=cv2.INTER_NEAREST), np.uint8))


def _gamma(image: Float, rng: Generator) -> Float:
    return image ** np.float32(np.exp(rng.uniform(-0.5, 0.5)))


def _contrast(image: Float, rng: Generator) -> Float:
    mean = image.mean()
    return (image - mean) * np.float32(rng.uniform(0.6, 1.5)) + mean + np.float32(rng.uniform(-0.15, 0.15))


def _depth_gain(image: Float, rng: Generator) -> Float:
    points = rng.uniform(0.65, 1.35, 5)
    gain = np.interp(np.linspace(0, 4, image.shape[0]), range(5), points).astype(np.float32)
    return image * gain[:, None]


def _speckle(image: Float, rng: Generator) -> Float:
    import cv2

    grain = max(8, int(image.shape[0] / rng.uniform(1, 3)))
    noise = rng.standard_normal((grain, grain), np.float32)
    return image * (1 + rng.uniform(0.05, 0.25) * cv2.resize(noise, image.shape[::-1], interpolation=cv2.INTER_CUBIC))


def _blur(image: Float, rng: Generator) -> Float:
    import cv2

    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.4)).astype(np.float32)


def _coarser(image: Float, rng: Generator) -> Float:
    import cv2

    share = rng.uniform(0.4, 0.8)
    small = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, image.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _shadow(image: Float, rng: Generator) -> Float:
    columns = np.arange(image.shape[1])
    center, width = rng.uniform(0, image.shape[1]), rng.uniform(0.03, 0.15) * image.shape[1]
    across = np.exp(-(((columns - center) / width) ** 2))
    start = rng.uniform(0, 0.7)
    down = np.clip((np.linspace(0, 1, image.shape[0]) - start) * 8, 0, 1)
    return image * (1 - rng.uniform(0.3, 0.85) * down[:, None] * across[None]).astype(np.float32)


INTENSITY: tuple[Callable[[Float, Generator], Float], ...] = (
    _gamma, _contrast, _depth_gain, _speckle, _blur, _coarser, _shadow)


def change_intensity(image: Gray, rng: Generator, *, most: int = 3, strength: float = 1.0) -> Gray:
    """Apply up to `most` different changes of intensity; padding (exactly black) stays black.

    Args:
        strength: 0 changes nothing, 1 is the usual range, above it each change is carried further.
    """
    values = image.astype(np.float32) / 255
    for index in rng.choice(len(INTENSITY), size=rng.integers(0, most + 1), replace=False):
        before = np.clip(values, 0, 1)
        changed = INTENSITY[index](before, rng)
        values = changed if strength == 1 else before + np.float32(strength) * (changed - before)
    return np.where(image > 0, np.clip(values, 0, 1) * 255, 0).astype(np.uint8)
