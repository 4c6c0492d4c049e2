"""Outlines: thin closed curves that stand for what they enclose, told from areas and filled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.raster import mask_box
from medsynth_gui.io.masks.imported import Mask

_Bytes = npt.NDArray[np.uint8]
# Half the width of the stroke over the radius of what it encloses: a ring drawn as an area (the wall of a vessel)
# is thicker.
_THIN = 0.15
# A curve is open where the gap is at most this part of its extent.
_GAP = 0.2
# What is cut off by the border of the image is less than half: a half circle has 0.64.
_BORDER = 0.7


def filled(mask: Mask, *, force: bool = False) -> Mask | None:
    """The mask (y, x) with its outlines filled, slightly open ones closed; None if it has none.

    Args:
        force: fill everything that is enclosed, thick or thin.
    """
    box = mask_box(0, mask)
    if box.empty:
        return None
    # Room around, so that closing does not run along the border.
    margin = 2 + round(_GAP * max(box.height, box.width))
    crop = np.pad(mask[box.slices].view(np.uint8), margin)
    inside = _enclosed(crop, force=force)
    if inside is None and (cut := _along_border(mask.view(np.uint8))) is not None:
        whole = _enclosed(np.pad(cut, 1), force=force)
        return None if whole is None else (whole[1:-1, 1:-1] > 0) | mask
    if inside is None:
        inside = _closed(crop, force=force)
    if inside is None:
        return None
    result = mask.copy()
    result[box.slices] |= inside[margin:-margin, margin:-margin] > 0
    return result


def _enclosed(stroke: _Bytes, *, force: bool) -> _Bytes | None:
    """What thin strokes enclose, strokes included; None where it is nothing."""
    import cv2

    solid = _solid(stroke)
    holes = solid & (stroke ^ 1)
    if not holes.any():
        return None
    if force:
        return solid
    kept = np.zeros_like(stroke)
    width = cv2.distanceTransform(stroke, cv2.DIST_L2, 3)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    for number in range(1, count):
        x, y, columns, rows, _ = (int(value) for value in stats[number])
        place = slice(y, y + rows), slice(x, x + columns)
        part = (numbers[place] == number).astype(np.uint8)
        radius = float(cv2.distanceTransform(np.pad(part, 1), cv2.DIST_L2, 3).max())
        if float(width[place][part > 0].max()) <= max(_THIN * radius, 1.0) and (holes[place] & part).any():
            kept[place] |= part
    return kept if kept.any() else None


def _along_border(stroke: _Bytes) -> _Bytes | None:
    """A curve that leaves the image, closed along the border of the image; None where it does not, or is a mere line.

    Between where it goes out and comes in, the border must be shorter than the curve: across the image it is not.
    """
    import cv2

    rows, columns = stroke.shape
    y = np.concatenate([np.zeros(columns, int), np.arange(1, rows), np.full(columns - 1, rows - 1),
                        np.arange(rows - 2, 0, -1)])
    x = np.concatenate([np.arange(columns), np.full(rows - 1, columns - 1), np.arange(columns - 2, -1, -1),
                        np.zeros(max(0, rows - 2), int)])
    touched = stroke[y, x] > 0
    leaves = np.flatnonzero(touched & ~np.roll(touched, -1))
    if leaves.size != 2 or touched.all():
        return None
    enters = np.flatnonzero(touched & ~np.roll(touched, 1))
    # The two ways along the border from where one touch ends to where the next begins.
    ways = [np.arange(start, start + (int(enters[np.argmin((enters - start - 1) % y.size)]) - start) % y.size + 1)
            for start in map(int, leaves)]
    way = min(ways, key=len) % y.size
    outlines, _ = cv2.findContours(stroke, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, True) for outline in outlines) / 2
    if len(way) > _BORDER * length:
        return None
    closed = stroke.copy()
    closed[y[way], x[way]] = 1
    return closed


def _closed(stroke: _Bytes, *, force: bool) -> _Bytes | None:
    """The same after bridging gaps, narrow ones first."""
    import cv2

    half = float(cv2.distanceTransform(stroke, cv2.DIST_L2, 3).max())
    extent = max(stroke.shape) / (1 + 2 * _GAP)
    if half > _THIN * extent / 2:
        return None
    reach = 1
    while 2 * reach <= _GAP * extent:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        thick = np.asarray(cv2.dilate(stroke, disc), np.uint8)
        solid = _solid(thick)
        hole = solid & (thick ^ 1)
        # A fold of the line encloses something too, once it is thick enough: a wide hole must be left over.
        radius = reach + float(cv2.distanceTransform(hole, cv2.DIST_L2, 3).max()) if hole.any() else 0.0
        if radius > max(2.0 * reach, half / _THIN) or (force and radius > reach + 1):
            return np.asarray(cv2.erode(solid, disc), np.uint8) | stroke
        reach = max(reach + 1, round(reach * 1.4))
    return None


def _solid(mask: _Bytes) -> _Bytes:
    """The mask without its holes."""
    import cv2

    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    done = np.zeros_like(mask)
    cv2.drawContours(done, outlines, -1, 1, cv2.FILLED)
    return np.asarray(done | mask, np.uint8)
