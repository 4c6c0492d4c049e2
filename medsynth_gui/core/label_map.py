"""LabelMap: label values of a whole series, small at rest, live where someone looks or draws."""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]

LIVE_BYTES = 16 << 20
_ROWS = struct.Struct("<II")


class LabelMap:
    """Labels (frame, y, x) uint8. Frames rest compressed; the latest ones that were asked for are live arrays.

    A live array is the same object for as long as anybody holds it or a view of it: a canvas may wrap
    its memory and sees every later write.

    Args:
        frames, rows, columns: the size of the series.
        live_bytes: how many bytes of arrays are kept when nobody holds them (at least two frames are).
    """

    def __init__(self, frames: int, rows: int, columns: int, *, live_bytes: int = LIVE_BYTES) -> None:
        self.frames, self.rows, self.columns = frames, rows, columns
        self._capacity = max(2, live_bytes // max(1, rows * columns))
        self._rest: dict[int, bytes] = {}
        self._recent: OrderedDict[int, Labels] = OrderedDict()
        self._held: WeakValueDictionary[int, Labels] = WeakValueDictionary()
        self._dirty: set[int] = set()

    def read(self, frame: int) -> Labels:
        """A read-only live view (y, x) of one frame."""
        view = self._live(frame).view()
        view.flags.writeable = False
        return view

    def write(self, frame: int) -> Labels:
        """The live array (y, x) of one frame, to be written by the mask document only."""
        self._dirty.add(frame)
        return self._live(frame)

    def labelled_frames(self) -> tuple[int, ...]:
        """Frames that have any label, in order."""
        self._settle()
        return tuple(sorted(self._rest))

    def pack(self) -> dict[int, bytes]:
        """All labelled frames, compressed: the inverse of `unpack`."""
        self._settle()
        return dict(self._rest)

    def unpack(self, packed: Mapping[int, bytes]) -> None:
        """Replace all frames. Live arrays are rewritten in place.

        Raises:
            ValueError: a frame is damaged or not of this size.
        """
        images = {frame: self._inflate(data) for frame, data in packed.items() if frame in self._held}
        if any(not 0 <= frame < self.frames for frame in packed):
            raise ValueError("a frame lies outside the series")
        self._rest = dict(packed)
        self._dirty.clear()
        for frame, array in list(self._held.items()):
            array[:] = images.get(frame, 0)

    def rest(self) -> None:
        """Let go of live arrays that nobody else holds."""
        self._settle()
        self._recent.clear()

    @property
    def rest_bytes(self) -> int:
        """Bytes of the frames at rest."""
        return sum(map(len, self._rest.values()))

    def _live(self, frame: int) -> Labels:
        if not 0 <= frame < self.frames:
            raise IndexError(f"frame {frame} of {self.frames}")
        array = self._recent.get(frame)
        if array is None:
            array = self._held.get(frame)
        if array is None:
            data = self._rest.get(frame)
            array = np.zeros((self.rows, self.columns), np.uint8) if data is None else self._inflate(data)
            self._held[frame] = array
        self._recent[frame] = array
        self._recent.move_to_end(frame)
        while len(self._recent) > self._capacity:
            oldest = next(iter(self._recent))
            self._deflate(oldest, self._recent[oldest])
            del self._recent[oldest]
        return array

    def _settle(self) -> None:
        for frame in sorted(self._dirty):
            array = self._held.get(frame)
            if array is not None:
                self._deflate(frame, array)

    def _deflate(self, frame: int, array: Labels) -> None:
        """Bring the resting bytes of one frame up to date, an empty frame having none."""
        if frame not in self._dirty:
            return
        self._dirty.discard(frame)
        rows = np.flatnonzero(array.any(axis=1))
        if rows.size:
            top, bottom = int(rows[0]), int(rows[-1]) + 1
            self._rest[frame] = _ROWS.pack(top, bottom) + zlib.compress(array[top:bottom].data, 1)
        else:
            self._rest.pop(frame, None)

    def _inflate(self, data: bytes) -> Labels:
        # An array that owns its memory: views of it keep it (and so its place in `_held`) alive.
        array = np.zeros((self.rows, self.columns), np.uint8)
        try:
            top, bottom = _ROWS.unpack_from(data)
            array[top:bottom].reshape(-1)[:] = np.frombuffer(zlib.decompress(data[_ROWS.size:]), np.uint8)
        except (zlib.error, struct.error) as error:
            raise ValueError("a frame is damaged") from error
        return array
