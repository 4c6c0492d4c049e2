"""Artefacts of drawn images: figures that real images of a kind keep within narrow limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Fields = npt.NDArray[np.bool_]

FIGURES = ("white", "black", "checkerboard", "geometry", "marks")
FIELD_SIDE = 32
_WHITE, _BLACK = 250, 2
_PERIODS = (2, 4)
_BESIDE = (3, 8)  # bins from the frequency of a grid, in which nothing of it is left


def white_share(gray: Gray) -> float:
    """Share of pixels (y, x) at the upper end of the gray scale."""
    return float((gray >= _WHITE).mean())


def black_share(gray: Gray) -> float:
    """Share of pixels (y, x) at the lower end of the gray scale."""
    return float((gray <= _BLACK).mean())


def checkerboard(gray: Gray) -> float:
    """How far the spectrum stands out at periods of 2 and 4 pixels, in decibels; about 0 to 7 where there is no grid.

    Networks that enlarge by fixed factors leave grids of those periods. Power at the frequencies of a grid is compared
    with the median power beside them along rows and along columns (the larger: straight edges make ridges there).

    Args:
        gray: (y, x), at least 64 pixels on each side for a sharp figure.
    """
    rows, columns = gray.shape
    window = np.hanning(rows)[:, None] * np.hanning(columns)[None, :]
    power = np.abs(np.fft.fft2((gray - gray.mean()) * window)) ** 2 + 1e-6
    largest = 1.0
    for period in _PERIODS:
        y, x = rows // period, columns // period
        for center in ((y, 0), (0, x), (y, x)):
            largest = max(largest, _standing_out(power, *center))
    return 10 * float(np.log10(largest))


def _standing_out(power: npt.NDArray[np.float64], y: int, x: int) -> float:
    """Mean power of 3 x 3 bins over that of the ridge, along the row or the column, in which they lie."""
    near = np.arange(-1, 2)
    beside = np.concatenate([np.arange(-_BESIDE[1], 1 - _BESIDE[0]), np.arange(_BESIDE[0], _BESIDE[1] + 1)])

    def around(dy: npt.NDArray[np.int_], dx: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
        return power[np.ix_((y + dy) % power.shape[0], (x + dx) % power.shape[1])]

    ridge = max(float(np.median(around(near, beside))), float(np.median(around(beside, near))))
    return float(around(near, near).mean()) / ridge


def small_field(field: Mask) -> Mask:
    """A field of view (y, x) as 32 x 32 cells, each True where most of it is inside; aspect is not kept."""
    rows = np.linspace(0, field.shape[0], FIELD_SIDE + 1).astype(int)
    columns = np.linspace(0, field.shape[1], FIELD_SIDE + 1).astype(int)
    sums = np.zeros((field.shape[0] + 1, field.shape[1] + 1))
    sums[1:, 1:] = field.cumsum(0).cumsum(1)
    corners = sums[np.ix_(rows, columns)]
    inside = corners[1:, 1:] - corners[:-1, 1:] - corners[1:, :-1] + corners[:-1, :-1]
    return np.asarray(inside > 0.5 * np.outer(np.diff(rows), np.diff(columns)), np.bool_)


def field_distance(field: Mask, known: Fields) -> float:
    """1 less the largest overlap (IoU) of a field of view with known ones; 0 where one is the same.

    Args:
        field: (32, 32) from `small_field`.
        known: (n, 32, 32).
    """
    both = (known & field).sum((1, 2))
    either = (known | field).sum((1, 2))
    return 1 - float((both / np.maximum(either, 1)).max(initial=0.0))


def measure(gray: Gray, field: Mask, marks: Mask, known: Fields) -> dict[str, float]:
    """All figures of one image by name; for each, more is worse.

    Args:
        gray: (y, x).
        field: where its field of view is, (y, x).
        marks: pixels that look burned in, (y, x).
        known: fields of view of real images, (n, 32, 32).
    """
    return {"white": white_share(gray), "black": black_share(gray), "checkerboard": checkerboard(gray),
            "geometry": field_distance(small_field(field), known), "marks": float(marks.mean())}


def worst(figures: Mapping[str, float], limits: Mapping[str, float]) -> tuple[str, float]:
    """The figure that comes closest to its limit, or exceeds it most, and its share of the limit (1 is the limit)."""
    shares = {name: value / max(limits[name], 1e-6) for name, value in figures.items() if name in limits}
    name = max(shares, key=lambda name: shares[name])
    return name, shares[name]
