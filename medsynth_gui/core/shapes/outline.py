"""Outline: one object as place, size, direction and Fourier descriptors of its contour, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

HARMONICS = 20
_POINTS = 128
_ORDERS = np.arange(-HARMONICS, HARMONICS + 1)


@dataclass(frozen=True, eq=False)
class Outline:
    """A closed contour without its pixels. Lengths are shares of the root of rows x columns.

    Attributes:
        x, y: the centre of area, as shares of columns and rows.
        size: root of the area.
        angle: of the long axis to the right, radians, modulo pi.
        shape: descriptors of orders -HARMONICS..HARMONICS, real parts then imaginary parts, of the contour with
            area 1, its long axis to the right and a starting point that the first order fixes.
    """

    x: float
    y: float
    size: float
    angle: float
    shape: Real


def describe(part: Mask) -> Outline:
    """The outline of a connected part (y, x); holes are ignored."""
    import cv2

    rows, columns = part.shape
    contour = max(cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len)[:, 0]
    moments = cv2.moments(part.astype(np.uint8), binaryImage=True)
    area = moments["m00"]
    center = complex(moments["m10"], moments["m01"]) / area
    angle = 0.5 * math.atan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
    line = (_even(contour[:, 0] + 1j * contour[:, 1]) - center) * np.exp(-1j * angle)
    if _area(line) < 0:
        line = line[::-1]
    line = line / math.sqrt(max(_area(line), 1.0))
    found = np.fft.fft(line)[_ORDERS] / _POINTS
    found = found * np.exp(-1j * np.angle(found[HARMONICS + 1]) * _ORDERS)
    return Outline((center.real + 0.5) / columns, (center.imag + 0.5) / rows, math.sqrt(area / (rows * columns)), angle,
                   np.concatenate([found.real, found.imag]))


def contour_of(outline: Outline, rows: int, columns: int) -> Real:
    """Points (n, 2) as (x, y) in pixels (a pixel's middle is a whole number) of an outline in an image."""
    half = len(outline.shape) // 2
    found = outline.shape[:half] + 1j * outline.shape[half:]
    turn = np.exp(2j * np.pi * np.outer(np.arange(_POINTS) / _POINTS, _ORDERS))
    line: Complex = turn @ found
    line = line * (outline.size * math.sqrt(rows * columns) / math.sqrt(max(_area(line), 1e-6)))
    line = line * np.exp(1j * outline.angle)
    return np.stack([line.real + outline.x * columns - 0.5, line.imag + outline.y * rows - 0.5], axis=1)


def filled(contour: Real, rows: int, columns: int) -> Mask:
    """The pixels (y, x) inside a contour, as far as they lie in the image."""
    import cv2

    canvas = np.zeros((rows, columns), np.uint8)
    # Four binary digits behind the point: whole pixels would make small outlines angular.
    cv2.fillPoly(canvas, [np.round(contour * 16).astype(np.int32)], 1, shift=4)
    return np.asarray(canvas > 0)


def crosses_itself(contour: Real) -> bool:
    """Whether a contour is no simple curve: loops count against the enclosed area, filled pixels do not."""
    low = contour.min(axis=0)
    scale = 96 / max(float(np.ptp(contour, axis=0).max()), 1e-6)
    shown = (contour - low) * scale + 4
    area = abs(_area(shown[:, 0] + 1j * shown[:, 1]))
    around = float(np.hypot(*np.diff(np.vstack([shown, shown[:1]]), axis=0).T).sum())
    # A filled polygon owns the pixels that its line touches: half of them lie outside.
    return abs(float(filled(shown, 104, 104).sum()) - area - 0.5 * around) > 0.04 * area + 0.25 * around


def _area(line: Complex) -> float:
    """Signed area in the plane of (x, y)."""
    return float(0.5 * np.imag(np.conj(line) * np.roll(line, -1)).sum())


def _even(line: Complex) -> Complex:
    """The closed line at points of equal distance."""
    closed = np.append(line, line[:1])
    way = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(closed)))])
    if way[-1] == 0:
        # A single pixel has no way around it: a small circle stands for it.
        return np.asarray(line[0] + 0.5 * np.exp(2j * np.pi * np.arange(_POINTS) / _POINTS))
    at = np.linspace(0, way[-1], _POINTS, endpoint=False)
    return np.asarray(np.interp(at, way, closed.real) + 1j * np.interp(at, way, closed.imag))
