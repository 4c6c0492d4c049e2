"""Warp: a mask bent, turned and moved as another body of the same anatomy would lie."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.mask_operations import fill_holes
from medsynth_gui.core.raster import connected_components, mask_box

Gray = npt.NDArray[np.uint8]
Map = npt.NDArray[np.float32]

_CELLS = 3
# A generator draws 128 or 256 pixels.
_MOST_SIDE = 320
_TRIES = 10
_LEAST_STRETCH = 0.35
# Beyond the border of the image its outermost pixels are repeated: a little of that is unseen, more draws bars.
_MOST_INVENTED = 0.015


@dataclass(frozen=True)
class WarpLimits:
    """How far a mask may be changed: degrees, factors, shares of the labelled box; up stays up.

    Attributes:
        elastic: deviation of the smooth displacement, as a share of the shorter side of the labelled box.
        mirror: left and right may be swapped.
    """

    rotate_deg: float
    scale: tuple[float, float]
    stretch: float
    shift: float
    elastic: float
    mirror: bool


_ULTRASOUND = WarpLimits(8.0, (0.8, 1.25), 0.12, 0.25, 0.05, True)
# The heart lies on one side of a chest, and a breast is seen from a known one: X-ray images are not mirrored.
_X_RAY = WarpLimits(3.0, (0.93, 1.07), 0.05, 0.04, 0.02, False)
LIMITS = {"US": _ULTRASOUND, "CR": _X_RAY, "DX": _X_RAY, "MG": _X_RAY}


def limits_for(modalities: tuple[str, ...]) -> WarpLimits:
    """Those of the strictest modality; ultrasound where none is named."""
    return next((LIMITS[name] for name in modalities if LIMITS.get(name) is _X_RAY), _ULTRASOUND)


def warp_mask(mask: Gray, rng: np.random.Generator, limits: WarpLimits, *, scale: float | None = None,
              allowed: Callable[[Gray], bool] = lambda _: True) -> Gray:
    """A changed copy of label values (y, x).

    Each label keeps its number of connected parts and of holes, and touches the border of the image only where it did
    before. Where that does not come about, the change is made smaller, down to none.

    Args:
        scale: instead of a random one within the limits.
        allowed: whether a result may be used.
    """
    if not mask.any():
        return mask.copy()
    mask = reduced(mask, _MOST_SIDE)
    before, edges = _topology(mask), _edges(mask)
    for attempt in range(_TRIES):
        strength = 1 - attempt / _TRIES
        warped = _once(mask, rng, limits, scale, strength)
        if (warped is not None and not (_edges(warped) - edges) and _topology(warped) == before and allowed(warped)):
            return warped
    return mask.copy()


def reduced(mask: Gray, side: int) -> Gray:
    """The labels with `side` as the longer side; smaller ones as they are."""
    import cv2

    scale = side / max(mask.shape)
    if scale >= 1:
        return mask
    return np.asarray(cv2.resize(mask, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def _once(mask: Gray, rng: np.random.Generator, limits: WarpLimits, scale: float | None,
          strength: float) -> Gray | None:
    import cv2

    rows, columns = mask.shape
    box = mask_box(0, mask > 0)
    angle = math.radians(rng.uniform(-1, 1) * limits.rotate_deg * strength)
    low, high = np.log(limits.scale)
    factor = scale or math.exp(rng.uniform(low, high) * strength)
    stretch = math.exp(rng.uniform(-1, 1) * limits.stretch * strength)
    mirror = -1.0 if limits.mirror and rng.random() < 0.5 else 1.0
    moved = rng.uniform(-1, 1, 2) * limits.shift * strength * np.array([box.width, box.height])
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    # Swapping the sides of the image keeps what is left of the middle on the other side of it.
    target = np.array([columns - middle[0] if mirror < 0 else middle[0], middle[1]]) + moved
    forward = factor * np.array([[math.cos(angle) * mirror * stretch, -math.sin(angle) / stretch],
                                 [math.sin(angle) * mirror * stretch, math.cos(angle) / stretch]])
    back = np.linalg.inv(forward)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    bend_y, bend_x = _bend(rng, (rows, columns), box.height, box.width, limits.elastic * strength**4)
    if _folds(bend_y, bend_x):
        return None
    at_x, at_y = x + 0.5 + bend_x - target[0], y + 0.5 + bend_y - target[1]
    from_x = (back[0, 0] * at_x + back[0, 1] * at_y + middle[0] - 0.5).astype(np.float32)
    from_y = (back[1, 0] * at_x + back[1, 1] * at_y + middle[1] - 0.5).astype(np.float32)
    warped = np.asarray(cv2.remap(mask, from_x, from_y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    beyond = (from_x < -0.5) | (from_x > columns - 0.5) | (from_y < -0.5) | (from_y > rows - 0.5)
    invented = np.count_nonzero(warped[beyond]) > _MOST_INVENTED * np.count_nonzero(warped)
    return None if invented else warped


def _bend(rng: np.random.Generator, shape: tuple[int, int], height: int, width: int,
          amplitude: float) -> tuple[Map, Map]:
    """Smooth displacements (y, x) in pixels, with about three waves over the labelled box."""
    import cv2

    rows, columns = shape
    cells = (min(24, math.ceil(_CELLS * columns / width)) + 2, min(24, math.ceil(_CELLS * rows / height)) + 2)
    reach = amplitude * min(height, width)
    coarse = rng.standard_normal((2, *cells[::-1])).astype(np.float32)
    down, right = (cv2.resize(field, (columns, rows), interpolation=cv2.INTER_CUBIC) for field in coarse)
    return np.asarray(reach * down, np.float32), np.asarray(reach * right, np.float32)


def _folds(bend_y: Map, bend_x: Map) -> bool:
    """Whether tissue would be turned inside out or squeezed to less than a third."""
    yy, yx = np.gradient(bend_y)
    xy, xx = np.gradient(bend_x)
    return bool(((1 + yy) * (1 + xx) - yx * xy).min() < _LEAST_STRETCH)


def _topology(mask: Gray) -> dict[int, tuple[int, bool]]:
    """Per label the number of connected parts, and whether there are holes."""
    found = {}
    for value in np.flatnonzero(np.bincount(mask.ravel(), minlength=2)[1:]) + 1:
        inside = mask == value
        found[int(value)] = (len(connected_components(0, inside)[1]), bool((fill_holes(inside) != inside).any()))
    return found


def _edges(mask: Gray) -> set[tuple[int, int]]:
    """(label, side of the image) pairs that touch."""
    sides = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    touching = {(int(value), number) for number, side in enumerate(sides) for value in np.unique(side) if value}
    # A mirrored mask touches on the other side.
    return touching | {(value, {2: 3, 3: 2}[number]) for value, number in touching if number in (2, 3)}
