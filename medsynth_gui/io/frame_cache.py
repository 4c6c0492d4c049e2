"""The last decoded frames of a source, bounded by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from medsynth_gui.core.image import Frame

# About 250 frames of 512 x 512 gray: enough to scrub, little beside one large mammogram.
DEFAULT_BYTES = 64 << 20


class FrameCache:
    """Least recently used frames go first; the newest is kept whatever its size. Thread-safe."""

    def __init__(self, capacity_bytes: int = DEFAULT_BYTES) -> None:
        self._capacity = capacity_bytes
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def get(self, index: int) -> Frame | None:
        """The frame, if it is still here."""
        with self._lock:
            if (frame := self._frames.get(index)) is not None:
                self._frames.move_to_end(index)
            return frame

    def put(self, index: int, frame: Frame) -> Frame:
        """Keep a frame; returns it read-only."""
        frame.flags.writeable = False
        with self._lock:
            if (old := self._frames.pop(index, None)) is not None:
                self._held -= old.nbytes
            self._frames[index] = frame
            self._held += frame.nbytes
            while self._held > self._capacity and len(self._frames) > 1:
                self._held -= self._frames.popitem(last=False)[1].nbytes
        return frame

    def get_or(self, index: int, decode: Callable[[int], Frame]) -> Frame:
        """The frame, decoded now if it is not here."""
        frame = self.get(index)
        return self.put(index, decode(index)) if frame is None else frame

    @property
    def held_bytes(self) -> int:
        return self._held
