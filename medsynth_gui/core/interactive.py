"""Segmentation by hand and image: plain functions that answer while a person waits. Gray images are (y, x) uint8."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.raster import Point

Mask = npt.NDArray[np.bool_]
Gray = npt.NDArray[np.uint8]

_GRABCUT_PX = 88
_SURE, _LIKELY = 0.5, 0.9  # of the half axes of a box: what in it surely, and what probably is the object
_LIVEWIRE_PX = 288
_SUPERPIXEL_PX = 12


def otsu(values: Gray) -> int:
    """The gray value above which a pixel is bright, so that dark and bright differ most (Otsu 1979)."""
    counts = np.bincount(values.ravel(), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * np.arange(256))
    usable = (below > 0) & (above > 0)
    if not usable.any():
        return int(values.flat[0]) if values.size else 0
    low = total / np.maximum(below, 1)
    high = (total[-1] - total) / np.maximum(above, 1)
    return int(np.argmax(np.where(usable, below * above * (high - low) ** 2, -1)))


def within(image: Gray, low: int, high: int) -> Mask:
    """The pixels with low <= value <= high."""
    return np.asarray((image >= low) & (image <= high))


def grab_cut(image: Gray, box: Region, *, inside: Mask | None = None, outside: Mask | None = None,
             iterations: int = 2) -> Mask:
    """The object in a box, on a reduced copy of its surroundings (GrabCut, Rother 2004).

    Args:
        box: close around the object; what is outside is background.
        inside, outside: scribbles (y, x of the image) on object and background.

    Returns:
        A mask (y, x) of the box.
    """
    import cv2

    pad = max(4, max(box.height, box.width) // 4)
    crop = Region(box.frame, box.y0 - pad, box.x0 - pad, box.y1 + pad, box.x1 + pad).clipped(*image.shape)
    scale = min(1.0, _GRABCUT_PX / max(crop.height, crop.width))
    size = max(8, round(crop.width * scale)), max(8, round(crop.height * scale))
    small = cv2.resize(image[crop.slices], size, interpolation=cv2.INTER_AREA)
    # Speckle has no colour: the gray value at three scales tells tissue apart better than thrice the same.
    features = np.dstack([cv2.GaussianBlur(small, (0, 0), sigma) for sigma in (1.0, 3.0, 8.0)])
    marks = _box_marks(box, crop, size)
    for scribble, value in ((inside, cv2.GC_FGD), (outside, cv2.GC_BGD)):
        if scribble is not None and scribble[crop.slices].any():
            share = cv2.resize(scribble[crop.slices].astype(np.float32), size, interpolation=cv2.INTER_AREA)
            marks[share > 0.2] = value
    if np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).any() and np.isin(marks, (cv2.GC_BGD, cv2.GC_PR_BGD)).any():
        cv2.setRNGSeed(1)
        cv2.grabCut(features, marks, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), iterations,
                    cv2.GC_INIT_WITH_MASK)
    found = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    smooth = cv2.GaussianBlur(found, (0, 0), 0.8)
    full = cv2.resize(smooth, (crop.width, crop.height), interpolation=cv2.INTER_LINEAR) > 0.5
    if inside is not None:
        full |= inside[crop.slices]
    if outside is not None:
        full &= ~outside[crop.slices]
    return np.asarray(full[box.y0 - crop.y0:box.y1 - crop.y0, box.x0 - crop.x0:box.x1 - crop.x0])


def _box_marks(box: Region, crop: Region, size: tuple[int, int]) -> Gray:
    """What GrabCut begins with, of a crop reduced to `size` (columns, rows): background around the box, the object in
    the middle of it."""
    import cv2

    rows = crop.y0 + np.arange(size[1]) * crop.height // size[1]
    columns = crop.x0 + np.arange(size[0]) * crop.width // size[0]
    y = (rows + 0.5 - (box.y0 + box.y1) / 2) / (box.height / 2)
    x = (columns + 0.5 - (box.x0 + box.x1) / 2) / (box.width / 2)
    away = np.hypot(y[:, None], x[None])
    marks = np.where(away <= _SURE, cv2.GC_FGD, np.where(away <= _LIKELY, cv2.GC_PR_FGD, cv2.GC_PR_BGD))
    marks[(np.abs(y) > 1)[:, None] | (np.abs(x) > 1)[None]] = cv2.GC_BGD
    return marks.astype(np.uint8)


class Livewire:
    """Cheapest paths along edges from one anchor (intelligent scissors, Mortensen 1995).

    Costs are computed around the anchor on at most 288 x 288 pixels: in full where the target is near, on a
    reduced copy where it is far.

    Args:
        image: 8-bit gray (y, x).
        anchor: where the paths begin (y, x).
    """

    def __init__(self, image: Gray, anchor: Point) -> None:
        self.anchor = anchor
        self._image = image
        self._reach = 0.0

    def path(self, target: Point) -> list[Point]:
        """Points (y, x) from the anchor to the target, held inside the image."""
        rows, columns = self._image.shape
        y, x = min(max(target[0], 0.0), rows - 1e-3), min(max(target[1], 0.0), columns - 1e-3)
        away = max(abs(y - self.anchor[0]), abs(x - self.anchor[1]))
        if away + 8 > self._reach:
            self._prepare(away)
        contour = self._tool.getContour(self._pixel((y, x)))
        points = (contour[:, 0, ::-1] + 0.5) / self._scale + (self._crop.y0, self._crop.x0)
        return [self.anchor, *((float(a), float(b)) for a, b in points[1:-1]), (y, x)]

    def _prepare(self, away: float) -> None:
        import cv2

        self._reach = max(_LIVEWIRE_PX / 2, 1.3 * away + 8)
        y, x = (int(value) for value in self.anchor)
        reach = int(self._reach)
        self._crop = Region(0, y - reach, x - reach, y + reach, x + reach).clipped(*self._image.shape)
        self._scale = min(1.0, _LIVEWIRE_PX / max(self._crop.height, self._crop.width))
        pixels = self._image[self._crop.slices]
        if self._scale < 1:
            pixels = np.asarray(cv2.resize(pixels, None, fx=self._scale, fy=self._scale,
                                           interpolation=cv2.INTER_AREA), np.uint8)
        # Speckle has edges everywhere: smooth first, keep only strong ones.
        smooth = cv2.GaussianBlur(np.ascontiguousarray(pixels), (0, 0), 2.0)
        self._size = smooth.shape
        self._tool = cv2.segmentation.IntelligentScissorsMB()
        self._tool.setEdgeFeatureCannyParameters(24, 72)
        self._tool.setGradientMagnitudeMaxLimit(160)
        self._tool.applyImage(smooth)
        self._tool.buildMap(self._pixel(self.anchor))

    def _pixel(self, point: Point) -> tuple[int, int]:
        """(x, y) of the prepared copy."""
        row, column = ((value - start) * self._scale for value, start in
                       zip(point, (self._crop.y0, self._crop.x0), strict=True))
        return min(max(int(column), 0), self._size[1] - 1), min(max(int(row), 0), self._size[0] - 1)


@dataclass(frozen=True)
class _Tile:
    """Superpixels of one crop: numbers (y, x) at full size."""

    region: Region
    numbers: npt.NDArray[np.int32]


class Superpixels:
    """Superpixels of one frame (SLIC, Achanta 2012), made tile by tile where the pointer goes.

    Args:
        image: 8-bit gray (y, x).
        size_px: about how wide a superpixel is.
    """

    def __init__(self, image: Gray, size_px: int) -> None:
        self._image = image
        self._size = size_px
        self._tiles: dict[tuple[int, int], _Tile] = {}

    def at(self, y: float, x: float) -> tuple[Region, Mask] | None:
        """The superpixel under a point: a box of the image and its mask; None outside."""
        row, column = int(np.floor(y)), int(np.floor(x))
        if not (0 <= row < self._image.shape[0] and 0 <= column < self._image.shape[1]):
            return None
        core = max(64, 6 * self._size)
        place = row // core, column // core
        tile = self._tiles.get(place) or self._tiles.setdefault(place, self._make(place, core))
        region = tile.region
        mask = tile.numbers == tile.numbers[row - region.y0, column - region.x0]
        return region, mask

    def _make(self, place: tuple[int, int], core: int) -> _Tile:
        import cv2
        from skimage.segmentation import slic

        # The margin lets superpixels that begin in the tile end outside it.
        margin = 2 * self._size
        y, x = place[0] * core, place[1] * core
        region = Region(0, y - margin, x - margin, y + core + margin, x + core + margin).clipped(*self._image.shape)
        crop = self._image[region.slices]
        scale = min(1.0, _SUPERPIXEL_PX / self._size)
        small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else crop
        if min(small.shape) < 2:
            return _Tile(region, np.zeros(crop.shape, np.int32))
        count = max(1, round(small.size / (self._size * scale) ** 2))
        found = slic(cv2.GaussianBlur(np.ascontiguousarray(small), (0, 0), 1.0), n_segments=count, compactness=0.08,
                     channel_axis=None, start_label=0, max_num_iter=6)
        numbers = cv2.resize(found.astype(np.float32), crop.shape[::-1], interpolation=cv2.INTER_NEAREST)
        return _Tile(region, numbers.astype(np.int32))
