"""Large images in overlapping tiles, blended so that no seam shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

Tile = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float32]


def tile_starts(length: int, tile: int, overlap: int) -> list[int]:
    """First pixels of tiles that cover `length`; the last one ends with the image."""
    if length <= tile:
        return [0]
    return [*range(0, length - tile, tile - overlap), length - tile]


def in_tiles(image: Tile, call: Callable[[Tile], Values], *, tile: int, overlap: int, factor: int = 1,
             on_tile: Callable[[int, int], None] | None = None) -> Values:
    """Apply a function to tiles of an image and blend what comes back.

    Args:
        image: (y, x); smaller images are padded by reflection and cropped again.
        call: (tile, tile) to (channels, tile * factor, tile * factor).
        factor: how much larger the result is.
        on_tile: called with (done, total) before each tile; may raise to cancel.

    Returns:
        (channels, y * factor, x * factor).
    """
    rows, columns = image.shape
    padded = np.pad(image, ((0, max(0, tile - rows)), (0, max(0, tile - columns))), mode="symmetric")
    places = list(_places(padded.shape, tile, overlap))
    weight = _ramp(tile * factor, overlap * factor)
    total: Values | None = None
    sums = np.zeros((padded.shape[0] * factor, padded.shape[1] * factor), np.float32)
    for number, (y, x) in enumerate(places):
        if on_tile:
            on_tile(number, len(places))
        values = call(padded[y:y + tile, x:x + tile])
        if total is None:
            total = np.zeros((len(values), *sums.shape), np.float32)
        at = np.s_[y * factor:(y + tile) * factor, x * factor:(x + tile) * factor]
        total[(slice(None), *at)] += values * weight
        sums[at] += weight
    assert total is not None
    return np.asarray((total / sums)[:, :rows * factor, :columns * factor], np.float32)


def _places(shape: tuple[int, ...], tile: int, overlap: int) -> Iterator[tuple[int, int]]:
    for y in tile_starts(shape[0], tile, overlap):
        for x in tile_starts(shape[1], tile, overlap):
            yield y, x


def _ramp(side: int, overlap: int) -> Values:
    distance = np.minimum(np.arange(side), np.arange(side)[::-1]) + 1
    edge = np.minimum(distance / max(1, overlap), 1.0)
    return np.outer(edge, edge).astype(np.float32)
