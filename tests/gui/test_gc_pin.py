"""The cycle collector: it runs on the GUI thread only, and workers' rubbish is collected there."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.gc_pin import GarbageCollectorPin
from medsynth_gui.gui.job_queue import JobQueue
from medsynth_gui.jobs.job import JobContext
from tests.gui.test_job_queue import Work


class Knot:
    """Refers to itself: only the collector frees it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def collections() -> Iterator[set[int]]:
    """Threads in which a collection has started."""
    threads: set[int] = set()

    def note(phase: str, _: dict[str, int]) -> None:
        threads.add(threading.get_ident())

    gc.callbacks.append(note)
    yield threads
    gc.callbacks.remove(note)


@pytest.fixture
def pin(qtbot: QtBot) -> Iterator[GarbageCollectorPin]:
    made = GarbageCollectorPin()
    yield made
    made.release()
    assert gc.isenabled()


def knot_in_a_worker(qtbot: QtBot, count: int) -> list[weakref.ref[Knot]]:
    """Make cycles in the lane's thread; weak references to the first few, and whether the collector was on there."""
    found: list[list[weakref.ref[Knot]]] = []

    def tie(_: JobContext) -> list[weakref.ref[Knot]]:
        assert not gc.isenabled()
        return [weakref.ref(Knot()) for _ in range(count)][:10]

    queue = JobQueue()
    queue.submit(Work(tie), found.append)
    qtbot.waitUntil(lambda: not queue.active, timeout=20_000)
    assert queue.close()
    return found[0]


def test_without_the_pin_a_worker_collects(qtbot: QtBot, collections: set[int]) -> None:
    """The trap is real: else the tests below would show nothing."""
    made: list[object] = []
    worker = threading.Thread(target=lambda: made.extend(Knot() for _ in range(5000)))
    worker.start()
    worker.join()
    assert collections - {threading.get_ident()}


def test_a_worker_that_ties_knots_never_collects(qtbot: QtBot, collections: set[int],
                                                 pin: GarbageCollectorPin) -> None:
    knot_in_a_worker(qtbot, 5000)
    assert collections <= {threading.get_ident()}


def test_the_gui_thread_frees_what_a_worker_tied(qtbot: QtBot, collections: set[int],
                                                 pin: GarbageCollectorPin) -> None:
    knots = knot_in_a_worker(qtbot, 5000)
    qtbot.waitUntil(lambda: not any(knot() for knot in knots), timeout=20_000)
    assert collections == {threading.get_ident()}


def test_freeze_takes_what_lives_out_of_later_collections(qtbot: QtBot, pin: GarbageCollectorPin) -> None:
    pin.freeze()
    assert gc.get_freeze_count() > 1000
    pin.release()
    assert gc.get_freeze_count() == 0
