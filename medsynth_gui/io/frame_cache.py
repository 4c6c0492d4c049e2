"""Decoded frames that are kept: one store for all sources, bounded by bytes."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable

from medsynth_gui.core.image import Frame

# About 90 colour frames of 800 x 600, or 500 of 512 x 512 gray: enough to scrub, little beside a large mammogram.
DEFAULT_BYTES = 128 << 20


class FrameStore:
    """Least recently used frames go first; the newest is kept whatever its size. Thread-safe."""

    def __init__(self, capacity_bytes: int = DEFAULT_BYTES) -> None:
        self._capacity = capacity_bytes
        self._frames: OrderedDict[tuple[int, int], Frame] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()
        # A source may be collected while this thread holds the lock, so its frames go at the next call.
        self._gone: deque[int] = deque()

    def get(self, key: tuple[int, int]) -> Frame | None:
        """The frame, if it is still here."""
        with self._lock:
            if (frame := self._frames.get(key)) is not None:
                self._frames.move_to_end(key)
            return frame

    def put(self, key: tuple[int, int], frame: Frame) -> Frame:
        """Keep a frame; returns it read-only."""
        frame.flags.writeable = False
        with self._lock:
            self._sweep()
            if (old := self._frames.pop(key, None)) is not None:
                self._held -= old.nbytes
            self._frames[key] = frame
            self._held += frame.nbytes
            while self._held > self._capacity and len(self._frames) > 1:
                self._held -= self._frames.popitem(last=False)[1].nbytes
        return frame

    def forget(self, owner: int) -> None:
        """Let go of the frames of a source, at the latest when the next one is kept."""
        self._gone.append(owner)

    def _sweep(self) -> None:
        gone = set[int]()
        while self._gone:
            gone.add(self._gone.popleft())
        if gone:
            for key in [key for key in self._frames if key[0] in gone]:
                self._held -= self._frames.pop(key).nbytes

    @property
    def held_bytes(self) -> int:
        with self._lock:
            self._sweep()
            return self._held


SHARED = FrameStore()
_numbers = itertools.count()


class FrameCache:
    """The part of the store that belongs to one source; it ends with the source."""

    def __init__(self, store: FrameStore = SHARED) -> None:
        self._store = store
        self._owner = next(_numbers)
        weakref.finalize(self, store.forget, self._owner).atexit = False

    def get(self, index: int) -> Frame | None:
        """The frame, if it is still here."""
        return self._store.get((self._owner, index))

    def put(self, index: int, frame: Frame) -> Frame:
        """Keep a frame; returns it read-only."""
        return self._store.put((self._owner, index), frame)

    def get_or(self, index: int, decode: Callable[[int], Frame]) -> Frame:
        """The frame, decoded now if it is not here."""
        frame = self.get(index)
        return self.put(index, decode(index)) if frame is None else frame
