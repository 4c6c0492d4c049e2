"""The cache keeps the newest frames within its bytes."""

from __future__ import annotations

import numpy as np

from medsynth_gui.io.frame_cache import FrameCache


def test_is_bounded_by_bytes_and_drops_the_oldest() -> None:
    cache = FrameCache(capacity_bytes=250)
    for index in range(3):
        cache.put(index, np.zeros(100, np.uint8))
    assert cache.get(0) is None
    assert cache.get(2) is not None
    assert cache.held_bytes == 200


def test_a_frame_in_use_stays() -> None:
    cache = FrameCache(capacity_bytes=250)
    cache.put(0, np.zeros(100, np.uint8))
    cache.put(1, np.zeros(100, np.uint8))
    cache.get(0)
    cache.put(2, np.zeros(100, np.uint8))
    assert cache.get(0) is not None
    assert cache.get(1) is None


def test_a_frame_larger_than_the_cache_is_kept_alone() -> None:
    cache = FrameCache(capacity_bytes=10)
    frame = cache.get_or(5, lambda index: np.full(100, index, np.uint8))
    assert cache.get(5) is frame
    assert not frame.flags.writeable
