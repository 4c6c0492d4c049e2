"""Where in an ultrasound still the picture of the body lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_WINDOW_PX = 7
_LEAST_SPREAD = 0.3  # gray levels; frames and panels that a program painted are flatter
_OPEN_PX = 13  # letters, rulers and gray bars are narrower than this
_CLOSE_PX = 25
_LEAST_SHARE = 0.08
_ISLAND_SHARE = 0.1
_FULL_SHARE = 0.985
_TOP_SHARE = 0.35


def find_field_of_view(gray: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The pixels (y, x) of the field of view, a rectangle or a fan, without borders, text and furniture beside it.

    Dark regions inside it belong to it. All True where no field of view stands out.

    Args:
        gray: 8-bit gray (y, x).
    """
    import cv2

    everything = np.ones(gray.shape, np.bool_)
    if min(gray.shape) < 2 * _CLOSE_PX:
        return everything
    body = _large_parts(_textured(gray))
    if body is None or body.mean() < _LEAST_SHARE:
        return everything
    outlines, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros(gray.shape, np.uint8)
    cv2.drawContours(whole, [cv2.convexHull(np.concatenate(outlines))], -1, 1, cv2.FILLED)
    found = whole.astype(np.bool_)
    # A crop whose upper part is picture from side to side is picture all the way down, however dark the depth.
    cropped = found[: round(_TOP_SHARE * gray.shape[0])].mean() >= _FULL_SHARE
    return everything if cropped or found.mean() >= _FULL_SHARE else found


def speckle_parts(gray: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The large textured parts of a frame (y, x): the field of view without its echo-free patches."""
    parts = _large_parts(_textured(gray)) if min(gray.shape) >= 2 * _CLOSE_PX else None
    return np.zeros(gray.shape, np.bool_) if parts is None else parts


def _textured(gray: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where gray varies as speckle does, (y, x); echo-free and saturated patches are joined to what surrounds them."""
    import cv2

    values = gray.astype(np.float32)
    window = (_WINDOW_PX, _WINDOW_PX)
    mean = cv2.blur(values, window)
    spread = np.sqrt(np.maximum(cv2.blur(values * values, window) - mean * mean, 0.0))
    textured = (spread >= _LEAST_SPREAD).astype(np.uint8)
    ring = cv2.BORDER_REPLICATE
    opened = cv2.morphologyEx(textured, cv2.MORPH_OPEN, np.ones((_OPEN_PX, _OPEN_PX), np.uint8), borderType=ring)
    near = cv2.erode(opened, np.ones(window, np.uint8), borderType=ring)  # undoes the width of the window
    return np.asarray(near, np.bool_)


def _large_parts(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_] | None:
    """The largest connected part and others of that order, joined over short gaps; None for an empty mask."""
    import cv2

    pad = _CLOSE_PX
    wide = np.pad(mask.astype(np.uint8), pad)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CLOSE_PX, _CLOSE_PX))
    joined = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel)[pad:-pad, pad:-pad]
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_REPLICATE)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    if count < 2:
        return None
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    return np.asarray((areas >= _ISLAND_SHARE * areas.max())[parts], np.bool_)
