"""One store keeps the newest frames of all sources within its bytes."""

from __future__ import annotations

import numpy as np

from medsynth_gui.io.frame_cache import FrameCache, FrameStore


def _frame() -> np.ndarray:
    return np.zeros(100, np.uint8)


def test_sources_share_the_bytes_and_the_oldest_frame_goes_first() -> None:
    store = FrameStore(capacity_bytes=250)
    one, two = FrameCache(store), FrameCache(store)
    one.put(0, _frame())
    two.put(0, _frame())
    one.put(1, _frame())
    assert one.get(0) is None
    assert two.get(0) is not None
    assert store.held_bytes == 200


def test_a_frame_in_use_stays() -> None:
    cache = FrameCache(FrameStore(capacity_bytes=250))
    cache.put(0, _frame())
    cache.put(1, _frame())
    cache.get(0)
    cache.put(2, _frame())
    assert cache.get(0) is not None
    assert cache.get(1) is None


def test_a_frame_larger_than_the_store_is_kept_alone() -> None:
    cache = FrameCache(FrameStore(capacity_bytes=10))
    frame = cache.get_or(5, lambda index: np.full(100, index, np.uint8))
    assert cache.get(5) is frame
    assert not frame.flags.writeable


def test_frames_go_with_their_source() -> None:
    store = FrameStore()
    cache = FrameCache(store)
    cache.put(0, _frame())
    del cache
    assert store.held_bytes == 0
