"""Operations on whole masks: plain functions from arrays to arrays. A mask is (y, x) bool."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.raster import Point, capsule, connected_components, mask_box, outline, polygon

Mask = npt.NDArray[np.bool_]
Gray = npt.NDArray[np.uint8]
Distance = npt.NDArray[np.float32]

_FAR = np.float32(1e6)


def fill_holes(mask: Mask) -> Mask:
    """With the background added that cannot reach the border of the image (4 neighbours)."""
    import cv2

    padded = np.pad(mask, 1).astype(np.uint8)
    cv2.floodFill(padded, None, (0, 0), 2, flags=4)
    return np.asarray(padded[1:-1, 1:-1] != 2)


def remove_islands(mask: Mask, least_px: float) -> Mask:
    """Without the connected parts (8 neighbours) of fewer than `least_px` pixels."""
    numbers, parts = connected_components(0, mask)
    kept = np.array([False, *(part.area_px >= least_px for part in parts)])
    return np.asarray(kept[numbers])


def keep_largest(mask: Mask) -> Mask:
    """The largest connected part (8 neighbours); of equal ones, the first in reading order."""
    numbers, parts = connected_components(0, mask)
    if not parts:
        return mask.copy()
    most = max(part.area_px for part in parts)
    largest = np.array([False, *(part.area_px == most for part in parts)])
    first = numbers.ravel()[np.argmax(largest[numbers])]
    return np.asarray(numbers == first)


def dilate(mask: Mask, reach_y: float, reach_x: float) -> Mask:
    """With every pixel added whose centre lies within an ellipse of these half axes (pixels) around a set one."""
    if not mask.any():
        return mask.copy()
    around = _around(mask, reach_y, reach_x)
    grown = mask.copy()
    grown[around.slices] = _distance(~mask[around.slices], reach_y, reach_x) <= 1 + 1e-6
    return grown


def erode(mask: Mask, reach_y: float, reach_x: float) -> Mask:
    """Without every pixel whose centre lies within an ellipse around a background one; outside counts as set."""
    if mask.all():
        return mask.copy()
    around = _around(mask, reach_y, reach_x)
    shrunk = mask.copy()
    shrunk[around.slices] = _distance(mask[around.slices], reach_y, reach_x) > 1 + 1e-6
    return shrunk


def opened(mask: Mask, reach_y: float, reach_x: float) -> Mask:
    """Without what is narrower than the ellipse."""
    return dilate(erode(mask, reach_y, reach_x), reach_y, reach_x)


def closed(mask: Mask, reach_y: float, reach_x: float) -> Mask:
    """With gaps and notches filled that are narrower than the ellipse, the border of the image being no wall."""
    pad_y, pad_x = int(np.ceil(reach_y)) + 1, int(np.ceil(reach_x)) + 1
    padded = np.pad(mask, ((pad_y, pad_y), (pad_x, pad_x)))
    found = erode(dilate(padded, reach_y, reach_x), reach_y, reach_x)
    return found[pad_y:-pad_y, pad_x:-pad_x]


def smooth_median(mask: Mask, radius_px: int) -> Mask:
    """The majority in a square of 2 * radius + 1 pixels around each pixel; the border pixels repeat outwards."""
    import cv2

    side = 2 * radius_px + 1
    share = cv2.boxFilter(mask.astype(np.float32), -1, (side, side), normalize=False, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(share > side * side / 2)


def smooth_curvature(mask: Mask, reach_y: float, reach_x: float) -> Mask:
    """Motion by curvature: a Gaussian of these standard deviations (pixels), then half of it is the new edge.

    Merriman, Bence, Osher: Motion of multiple junctions: a level set approach, 1994.
    """
    import cv2

    blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigmaX=reach_x, sigmaY=reach_y,
                               borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred > 0.5)


def convex_hull(mask: Mask) -> Mask:
    """The pixels whose centre lies in the convex hull of the set pixels (their whole area)."""
    import cv2

    outlines = outline(mask)
    if not outlines:
        return mask.copy()
    # Corners of pixels, doubled: whole numbers.
    points = np.concatenate([np.floor(np.asarray(line)) for line in outlines]).astype(np.int32)
    corners = np.concatenate([points + step for step in ((0, 0), (0, 1), (1, 0), (1, 1))])
    hull = cv2.convexHull(corners)[:, 0]
    stamp = polygon(0, [(float(y), float(x)) for y, x in hull], rows=mask.shape[0], columns=mask.shape[1])
    full = mask.copy()
    full[stamp.region.slices] |= stamp.mask
    return full


_BOOLEAN: dict[str, Callable[[Mask, Mask], Mask]] = {
    "or": np.logical_or, "and": np.logical_and, "minus": np.greater, "xor": np.not_equal}


def boolean(first: Mask, second: Mask, how: str) -> Mask:
    """"or", "and", "minus" (first without second) or "xor"."""
    return _BOOLEAN[how](first, second)


def split(mask: Mask, line: Sequence[Point]) -> list[Mask]:
    """The connected parts (8 neighbours) of a mask that a drawn line (y, x) makes of it, largest first.

    Pixels under the line go to the nearest part. One part, where the line cuts nothing.
    """
    import cv2

    cut = np.zeros_like(mask)
    for start, end in itertools.pairwise(line):
        stamp = capsule(0, start, end, 1.0, rows=mask.shape[0], columns=mask.shape[1])
        cut[stamp.region.slices] |= stamp.mask
    rest = mask & ~cut
    numbers, parts = connected_components(0, rest)
    if not parts:
        return [mask.copy()]
    _, nearest = cv2.distanceTransformWithLabels((~rest).astype(np.uint8), cv2.DIST_L2, 5,
                                                 labelType=cv2.DIST_LABEL_PIXEL)
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    owner[nearest[rest]] = numbers[rest]
    owned = np.where(mask, owner[nearest], 0)
    found = [owned == number for number in range(1, len(parts) + 1)]
    return sorted(found, key=np.count_nonzero, reverse=True)


def snap_to_edge(mask: Mask, image: Gray, *, band_px: float, balloon: int = 0, smoothing: int = 1,
                 iterations: int = 60, contrast: bool = False) -> Mask:
    """The mask moved to edges of the image (y, x), at most `band_px` from where its outline was.

    Args:
        balloon: grows (1), shrinks (-1) or neither where there is no edge.
        contrast: part bright from dark (Chan-Vese) instead of following the gradient (geodesic active contour).
    """
    from skimage.segmentation import (
        inverse_gaussian_gradient,
        morphological_chan_vese,
        morphological_geodesic_active_contour,
    )

    if not mask.any() or mask.all():
        return mask.copy()
    around = _around(mask, band_px + 4, band_px + 4)
    start, gray = mask[around.slices], image[around.slices].astype(np.float64) / 255
    band = np.abs(signed_distance(start)) <= band_px
    if contrast:
        moved = morphological_chan_vese(gray, iterations, init_level_set=start.astype(np.int8), smoothing=smoothing)
    else:
        edges = inverse_gaussian_gradient(gray, alpha=200.0, sigma=2.0)
        moved = morphological_geodesic_active_contour(edges, iterations, init_level_set=start.astype(np.int8),
                                                      smoothing=smoothing, balloon=balloon, threshold="auto")
    found = mask.copy()
    found[around.slices] = np.where(band, moved.astype(np.bool_), start)
    return found


def signed_distance(mask: Mask) -> Distance:
    """Pixels to the outline: positive inside, negative outside, never 0 (half a pixel is the least)."""
    import cv2

    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) if not mask.all() \
        else np.full(mask.shape, _FAR, np.float32)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) if mask.any() \
        else np.full(mask.shape, _FAR, np.float32)
    return np.asarray(np.where(mask, inside - 0.5, 0.5 - outside), np.float32)


def interpolate(first: Mask, second: Mask, parts: Sequence[float]) -> Iterator[Mask]:
    """Masks between two: signed distances are mixed after both shapes are moved to the centre between theirs.

    Args:
        parts: how far each mask is on the way, 0 (the first) to 1 (the second).
    """
    if not first.any() or not second.any():
        raise ValueError("an empty mask has no shape to interpolate")
    whole = Region(0, 0, 0, *first.shape)
    box = _around(first, 2, 2).union(_around(second, 2, 2)).clipped(whole.height, whole.width)
    one, two = first[box.slices], second[box.slices]
    shift = _center(two) - _center(one)
    # Room for both to move without leaving the box.
    pad = int(np.ceil(np.abs(shift).max())) + 2
    near, far = (signed_distance(np.pad(mask, pad)) for mask in (one, two))
    for part in parts:
        mixed = (1 - part) * _moved(near, shift * part) + part * _moved(far, -shift * (1 - part))
        mask = np.zeros_like(first)
        mask[box.slices] = mixed[pad:-pad, pad:-pad] > 0
        yield mask


def _center(mask: Mask) -> npt.NDArray[np.float64]:
    rows, columns = np.nonzero(mask)
    return np.array([rows.mean(), columns.mean()])


def _moved(image: Distance, shift: npt.NDArray[np.float64]) -> Distance:
    """Moved by (y, x) pixels, linear between pixels."""
    import cv2

    matrix = np.array([[1, 0, shift[1]], [0, 1, shift[0]]])
    return np.asarray(cv2.warpAffine(image, matrix, image.shape[::-1], flags=cv2.INTER_LINEAR,
                                     borderMode=cv2.BORDER_REPLICATE))


def _around(mask: Mask, reach_y: float, reach_x: float) -> Region:
    """The box of a mask and so much more, within the image."""
    box = mask_box(0, mask)
    y, x = int(np.ceil(reach_y)) + 1, int(np.ceil(reach_x)) + 1
    return Region(0, box.y0 - y, box.x0 - x, box.y1 + y, box.x1 + x).clipped(*mask.shape)


def _distance(mask: Mask, reach_y: float, reach_x: float) -> npt.NDArray[np.floating]:
    """For each set pixel the distance to the nearest clear one, in units of the half axes; 0 for clear ones."""
    import cv2

    if mask.all():
        return np.full(mask.shape, np.inf)
    if reach_y == reach_x:
        return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / reach_x)
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(mask, sampling=(1 / reach_y, 1 / reach_x)))


@dataclass(frozen=True)
class MaskChange:
    """What one label gains and loses in a box of one frame: masks (y, x) of the box."""

    region: Region
    value: int
    gained: Mask
    lost: Mask


def mask_change(frame: int, value: int, old: Mask, new: Mask) -> MaskChange | None:
    """The change of a label's mask (y, x of the whole frame) from `old` to `new`; None where they agree."""
    box = mask_box(frame, old != new)
    if box.empty:
        return None
    before, after = old[box.slices], new[box.slices]
    return MaskChange(box, value, after & ~before, before & ~after)
