"""Frames for the screen: decoded in the IO lane, ahead of playing, held in one place only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.gui.canvas.frame_loader import AHEAD, FrameLoader
from medsynth_gui.gui.job_queue import JobQueue
from medsynth_gui.io.frame_cache import FrameCache, FrameStore


@dataclass
class Source:
    """Twenty frames that know who decoded them; frame 13 is damaged."""

    store: FrameStore = field(default_factory=FrameStore)
    decoded: list[int] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.cache = FrameCache(self.store)

    def __len__(self) -> int:
        return 20

    def frame(self, index: int) -> Frame:
        return self.cache.get_or(index, self._decode)

    def _decode(self, index: int) -> Frame:
        self.decoded.append(index)
        self.threads.add(threading.get_ident())
        if index == 13:
            raise InputError("dicom-pixels", path="a.dcm", frame=13, detail="cut")
        return np.full((8, 8), index, np.uint8)


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    made = JobQueue()
    yield made
    assert made.close()


def _loader(queue: JobQueue, source: Source) -> FrameLoader:
    loader = FrameLoader(queue)
    loader.set_series(ImageSeries(source, 8, 8))
    return loader


def test_playing_fetches_ahead_and_never_in_the_window_s_thread(qtbot: QtBot, queue: JobQueue) -> None:
    source = Source()
    loader = _loader(queue, source)
    with qtbot.waitSignal(loader.ready):
        assert loader.get(0, ahead=1) is None
    qtbot.waitUntil(lambda: not queue.active)
    assert sorted(source.decoded) == list(range(AHEAD + 1))
    assert threading.get_ident() not in source.threads
    assert loader.get(3, ahead=0) is source.frame(3)


def test_a_frame_that_the_store_let_go_is_decoded_again(qtbot: QtBot, queue: JobQueue) -> None:
    source = Source(FrameStore(capacity_bytes=64 * 3))
    loader = _loader(queue, source)
    for number in range(12):
        with qtbot.waitSignal(loader.ready):
            assert loader.get(number) is None
    qtbot.waitUntil(lambda: not queue.active)
    # Of twelve the store has three, and the loader itself the last few.
    assert loader.get(11) is source.frame(11)
    with qtbot.waitSignal(loader.ready):
        assert loader.get(0) is None


def test_a_damaged_frame_is_told_and_the_others_come(qtbot: QtBot, queue: JobQueue) -> None:
    source = Source()
    loader = _loader(queue, source)
    told: list[tuple[int, str]] = []
    loader.failed.connect(lambda number, message: told.append((number, message.id)))
    loader.get(12, ahead=1)
    qtbot.waitUntil(lambda: 18 in source.decoded and not queue.active)
    assert told == [(13, "dicom-pixels")]
    assert loader.get(14) is not None


def test_a_source_that_keeps_nothing_does_not_decode_twice(qtbot: QtBot, queue: JobQueue) -> None:
    source = Source()
    source.frame = source._decode  # type: ignore[method-assign]
    loader = _loader(queue, source)
    with qtbot.waitSignal(loader.ready):
        assert loader.get(0) is None
    qtbot.waitUntil(lambda: not queue.active)
    assert loader.get(0) is not None
    assert source.decoded == [0]
