"""Edits as values: what changed inside a box, invertible, small."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.raster import mask_box

Labels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def pack_mask(mask: Mask) -> bytes:
    """A mask (y, x) as bits, eight pixels a byte."""
    return np.packbits(mask, axis=None).tobytes()


def unpack_mask(bits: bytes, region: Region) -> Mask:
    """The inverse of `pack_mask`.

    Raises:
        ValueError: the bits do not fill the region.
    """
    count = region.height * region.width
    if len(bits) != (count + 7) // 8:
        raise ValueError("bits and box differ in size")
    flat = np.unpackbits(np.frombuffer(bits, np.uint8), count=count)
    return flat.reshape(region.height, region.width).view(np.bool_)


@dataclass(frozen=True)
class RegionEdit:
    """Pixels of one box and the values they get.

    Attributes:
        region: the box.
        bits: zlib of the packed changed-bits.
        values: one value for all of them, or zlib of one value each in reading order.
    """

    region: Region
    bits: bytes
    values: int | bytes

    @classmethod
    def of(cls, region: Region, changed: Mask, values: Labels) -> RegionEdit:
        """The edit that writes `values` (one for each set bit of `changed`, in reading order)."""
        return cls(region, zlib.compress(pack_mask(changed), 1), _stored(values))

    def apply(self, labels: Labels) -> RegionEdit:
        """Write into a frame (y, x) and return the edit that takes it back.

        Raises:
            ValueError: the edit is damaged or does not fit the frame.
        """
        region = self.region
        if region != region.clipped(*labels.shape):
            raise ValueError("an edit lies outside the frame")
        try:
            changed = unpack_mask(zlib.decompress(self.bits), region)
            new = self.values if isinstance(self.values, int) else np.frombuffer(zlib.decompress(self.values), np.uint8)
        except zlib.error as error:
            raise ValueError("an edit is damaged") from error
        box = labels[region.slices]
        inverse = RegionEdit(region, self.bits, _stored(box[changed]))
        box[changed] = new
        return inverse

    @property
    def size_bytes(self) -> int:
        """What it holds in memory, about."""
        return len(self.bits) + (0 if isinstance(self.values, int) else len(self.values)) + _OVERHEAD_BYTES


_OVERHEAD_BYTES = 200


def _stored(values: Labels) -> int | bytes:
    """Values as an edit keeps them."""
    first = int(values[0]) if values.size else 0
    return first if (values == first).all() else zlib.compress(values.tobytes(), 1)


@dataclass(frozen=True)
class EditStep:
    """What one gesture changed: a name for the undo menu and edits of disjoint boxes."""

    name: str
    edits: tuple[RegionEdit, ...]

    @cached_property
    def size_bytes(self) -> int:
        return sum(edit.size_bytes for edit in self.edits)


def difference(frame: int, y0: int, x0: int, old: Labels, new: Labels) -> tuple[RegionEdit, Region] | None:
    """The edit that turns `new` back into `old`, cropped to what differs, and its box; None if nothing does.

    Args:
        frame, y0, x0: where the first pixel of both arrays (y, x) lies.
    """
    changed = old != new
    box = mask_box(frame, changed)
    if box.empty:
        return None
    crop = changed[box.slices]
    region = Region(frame, y0 + box.y0, x0 + box.x0, y0 + box.y1, x0 + box.x1)
    return RegionEdit.of(region, crop, old[box.slices][crop]), region
