"""The ellipse that fits a mask best: a fetal head, say."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
_LEAST_BORDER = 12


def fit_ellipse(mask: npt.NDArray[np.bool_], *, aspect: float = 1.0) -> tuple[Point, Point, Point] | None:
    """Fit an ellipse to the border of a mask (least squares, Fitzgibbon's direct method).

    The border runs between pixels, not through them: else the ellipse would be half a pixel small all around. Where
    the mask meets the edge of the image there is no border: a head that is cut off is completed.

    Args:
        mask: (y, x); of several parts the largest is taken.
        aspect: height of a pixel over its width: least squares are those of the body, not of the pixels.

    Returns:
        Both ends of the long axis and one of the short axis as (y, x), pixel (i, j) covering [i, i+1); None where
        there is no area.
    """
    import cv2

    box = cv2.boundingRect(mask.astype(np.uint8))
    if 0 in box[2:]:
        return None
    x0, y0, width, height = box
    part = _largest(mask[y0:y0 + height, x0:x0 + width])
    if part.sum() < _LEAST_BORDER:
        return None
    border = _border(part, (y0 > 0, y0 + height < mask.shape[0], x0 > 0, x0 + width < mask.shape[1]))
    if len(border) < _LEAST_BORDER:
        return None
    centre = border.mean(axis=0)
    spread = float(np.abs(border - centre).max())
    points = ((border - centre) * (aspect, 1.0) / spread)[:, ::-1].astype(np.float32)
    (cx, cy), sizes, degrees = cv2.fitEllipseDirect(points)
    turn = math.radians(degrees)
    across = np.array([math.sin(turn) / aspect, math.cos(turn)]) * sizes[0] / 2 * spread
    along = np.array([math.cos(turn) / aspect, -math.sin(turn)]) * sizes[1] / 2 * spread
    middle = np.array([cy / aspect, cx]) * spread + centre + (y0, x0)
    long, short = (across, along) if sizes[0] > sizes[1] else (along, across)
    ends = (middle - long, middle + long, middle + short)
    if not np.isfinite(ends).all():
        return None
    first, second, third = ((float(y), float(x)) for y, x in ends)
    return first, second, third


def _largest(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The largest connected part, with its holes filled: outlines count as what they surround."""
    import cv2

    count, numbers, sizes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    part = numbers == (1 + int(np.argmax(sizes[1:count, cv2.CC_STAT_AREA])))
    outline, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(part.shape, np.uint8), outline, -1, 1, cv2.FILLED)
    return np.asarray(filled, np.bool_)


def _border(mask: npt.NDArray[np.bool_], within: tuple[bool, bool, bool, bool]) -> npt.NDArray[np.float64]:
    """Middles of the pixel edges between mask and background, (n, 2) as (y, x).

    Args:
        within: whether the image goes on above, below, left and right of the mask.
    """
    above, below, left, right = within
    # Beyond the image nothing is known: there the mask is continued, so that no border arises.
    padded = np.pad(mask, 1)
    for known, line, edge in ((above, np.s_[0], np.s_[1]), (below, np.s_[-1], np.s_[-2]),
                              (left, np.s_[:, 0], np.s_[:, 1]), (right, np.s_[:, -1], np.s_[:, -2])):
        if not known:
            padded[line] = padded[edge]
    rows, columns = np.nonzero(padded[1:] != padded[:-1])
    level = np.stack([rows.astype(np.float64), columns - 0.5], axis=1)
    rows, columns = np.nonzero(padded[:, 1:] != padded[:, :-1])
    upright = np.stack([rows - 0.5, columns.astype(np.float64)], axis=1)
    return np.concatenate([level, upright])
