"""Copies of an image, as a generator that memorised would make them: moved, bent, and changed in gray."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Letterbox

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Generator = np.random.Generator


@dataclass(frozen=True)
class Square:
    """An image in a black square (y, x); `inside` is where it lies."""

    image: Gray
    inside: tuple[slice, slice]


@dataclass(frozen=True)
class Copy:
    """How a copy differs from its image; the default differs in nothing.

    Attributes:
        flip: left and right exchanged.
        shift: how far its content moves down and right, in pixels of the square.
        crop: share of height and width that is left and enlarged again, and where it begins (0..1 of what is cut).
        gamma: exponent of gray values in 0..1.
        elastic: largest displacement in pixels.
        blur: deviation in pixels.
        speckle: deviation of the factor that gray values are multiplied with.
        noise: deviation of what is added to gray values in 0..1.
        seed: of displacement and noise.
    """

    flip: bool = False
    shift: tuple[float, float] = (0.0, 0.0)
    crop: tuple[float, float] = (1.0, 1.0)
    crop_at: tuple[float, float] = (0.5, 0.5)
    gamma: float = 1.0
    elastic: float = 0.0
    blur: float = 0.0
    speckle: float = 0.0
    noise: float = 0.0
    seed: int = 0


def squared(gray: Gray, size: int) -> Square:
    """The whole image (y, x) in a square of `size`."""
    import cv2

    box = Letterbox.fit(gray.shape[0], gray.shape[1], size)
    inside = np.s_[box.top:box.top + box.height, box.left:box.left + box.width]
    square = np.zeros((size, size), np.uint8)
    how = cv2.INTER_AREA if box.height < box.rows else cv2.INTER_LINEAR
    square[inside] = cv2.resize(gray, (box.width, box.height), interpolation=how)
    return Square(square, inside)


def copied(source: Square, copy: Copy) -> Gray:
    """The copy, (y, x), in a square of the same size; beside the image it stays black."""
    rng = np.random.default_rng(copy.seed)
    content = source.image[source.inside]
    if copy.flip:
        content = content[:, ::-1]
    if copy.shift != (0.0, 0.0) or copy.crop != (1.0, 1.0) or copy.elastic:
        content = _moved(np.ascontiguousarray(content), copy, rng)
    if copy.gamma != 1 or copy.blur or copy.speckle or copy.noise:
        content = _changed(content, copy, rng)
    square = np.zeros_like(source.image)
    square[source.inside] = content
    return square


def _moved(content: Gray, copy: Copy, rng: Generator) -> Gray:
    import cv2

    shape = np.array(content.shape)
    start = (1 - np.array(copy.crop)) * np.array(copy.crop_at) * shape
    y, x = np.meshgrid(*((np.arange(n, dtype=np.float32) + 0.5) * copy.crop[axis] + start[axis] - 0.5 - copy.shift[axis]
                         for axis, n in enumerate(content.shape)), indexing="ij")
    if copy.elastic:
        for plane in (y, x):
            bend = cv2.resize(rng.standard_normal((5, 5), np.float32), content.shape[::-1],
                              interpolation=cv2.INTER_CUBIC)
            plane += bend * np.float32(copy.elastic / max(1e-6, float(np.abs(bend).max())))
    return np.asarray(cv2.remap(content, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR), np.uint8)


def _changed(content: Gray, copy: Copy, rng: Generator) -> Gray:
    import cv2

    values: Float = np.asarray(content, np.float32) / np.float32(255)
    if copy.gamma != 1:
        values = np.asarray(values ** np.float32(copy.gamma), np.float32)
    if copy.blur:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), copy.blur), np.float32)
    if copy.speckle:
        values *= 1 + np.float32(copy.speckle) * rng.standard_normal(values.shape, np.float32)
    if copy.noise:
        values += np.float32(copy.noise) * rng.standard_normal(values.shape, np.float32)
    return np.asarray((values * 255).round().clip(0, 255), np.uint8)


def _far(rng: Generator, most: float) -> tuple[float, float]:
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1) * most
    return float(far * np.sin(angle)), float(far * np.cos(angle))


_CHANGES: Mapping[str, Callable[[Copy, Generator], Copy]] = {
    "identical": lambda copy, rng: copy,
    "flip": lambda copy, rng: replace(copy, flip=True),
    "shift": lambda copy, rng: replace(copy, shift=_far(rng, 10.0)),
    "crop": lambda copy, rng: replace(copy, crop=(0.9, 0.9), crop_at=(rng.random(), rng.random())),
    "gamma": lambda copy, rng: replace(copy, gamma=float(np.exp(rng.uniform(np.log(0.8), np.log(1.25))))),
    "speckle": lambda copy, rng: replace(copy, speckle=float(rng.uniform(0.1, 0.3))),
    "blur": lambda copy, rng: replace(copy, blur=float(rng.uniform(0.6, 1.5))),
    "elastic": lambda copy, rng: replace(copy, elastic=float(rng.uniform(1, 3))),
}
CHANGES = tuple(_CHANGES)


def planted(change: str, rng: Generator) -> Copy:
    """One of the copies that a copy detector must catch, drawn at random."""
    return _CHANGES[change](Copy(seed=int(rng.integers(1 << 31))), rng)


def combined(rng: Generator, share: float) -> Copy:
    """Several of them at once, each with probability `share`, and a little additive noise."""
    copy = Copy(seed=int(rng.integers(1 << 31)))
    for change in CHANGES:
        if rng.random() < share:
            copy = _CHANGES[change](copy, rng)
    if rng.random() < share / 2:
        copy = replace(copy, noise=float(rng.uniform(0.01, 0.1)))
    return copy
