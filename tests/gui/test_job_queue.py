"""The job queue: two lanes, cancel, failures as messages, throttled progress, joined threads, callbacks in the GUI."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.gui.job_queue import JobQueue, JobState
from medsynth_gui.gui.translation import remedy
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class Work:
    """Does what it is told."""

    do: Callable[[JobContext], Any]
    lane: Lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("load-frames", {"name": "test"})

    def run(self, ctx: JobContext) -> Any:
        return self.do(ctx)


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    made = JobQueue()
    yield made
    assert made.close()


def until_stopped(ctx: JobContext) -> None:
    while True:
        ctx.checkpoint(0)
        time.sleep(0.005)


def finish(qtbot: QtBot, queue: JobQueue) -> None:
    qtbot.waitUntil(lambda: not queue.active, timeout=20_000)


def test_each_lane_has_one_thread_that_stays(qtbot: QtBot, queue: JobQueue) -> None:
    found: list[tuple[Lane, int]] = []
    for lane in (Lane.GPU, Lane.IO, Lane.GPU, Lane.IO):
        queue.submit(Work(lambda _, lane=lane: (lane, threading.get_ident()), lane), found.append)
    finish(qtbot, queue)
    threads = {lane: {ident for name, ident in found if name is lane} for lane in (Lane.GPU, Lane.IO)}
    assert [len(found_in) for found_in in threads.values()] == [1, 1]
    assert len({threading.get_ident()} | threads[Lane.GPU] | threads[Lane.IO]) == 3


def test_the_lanes_do_not_wait_for_each_other_and_a_lane_runs_in_order(qtbot: QtBot, queue: JobQueue) -> None:
    ended: list[str] = []
    gate = threading.Event()
    queue.submit(Work(lambda _: gate.wait(10)), lambda _: ended.append("gpu 1"))
    queue.submit(Work(lambda _: None), lambda _: ended.append("gpu 2"))
    queue.submit(Work(lambda _: None, Lane.IO), lambda _: (ended.append("io"), gate.set()))
    finish(qtbot, queue)
    assert ended == ["io", "gpu 1", "gpu 2"]


def test_a_job_that_goes_first_passes_those_that_wait(qtbot: QtBot, queue: JobQueue) -> None:
    ended: list[str] = []
    gate = threading.Event()
    queue.submit(Work(lambda _: gate.wait(10)))
    queue.submit(Work(lambda _: None), lambda _: ended.append("later"))
    queue.submit(Work(lambda _: None), lambda _: ended.append("first"), first=True)
    gate.set()
    finish(qtbot, queue)
    assert ended == ["first", "later"]


def test_pending_jobs_cancel_at_once_and_running_ones_at_the_next_checkpoint(qtbot: QtBot, queue: JobQueue) -> None:
    ran: list[str] = []
    running = queue.submit(Work(until_stopped), lambda _: ran.append("running"), lambda _: ran.append("failed"))
    pending = queue.submit(Work(lambda _: ran.append("pending")))
    pending.cancel()
    assert pending.state is JobState.CANCELLED
    assert running.state is JobState.RUNNING
    running.cancel()
    assert running.cancelling
    finish(qtbot, queue)
    assert running.state is JobState.CANCELLED
    assert ran == []


def test_a_result_that_comes_after_the_cancel_is_dropped(qtbot: QtBot, queue: JobQueue) -> None:
    results: list[int] = []
    gate = threading.Event()
    handle = queue.submit(Work(lambda _: gate.wait(10) and 1), results.append)
    handle.cancel()
    gate.set()
    finish(qtbot, queue)
    assert handle.state is JobState.CANCELLED and results == []


def test_failures_arrive_as_a_message_with_a_remedy(qtbot: QtBot, queue: JobQueue) -> None:
    def known(_: JobContext) -> None:
        raise InputError("file-needs-memory", path="a.png")

    def memory(_: JobContext) -> None:
        raise MemoryError

    def unknown(_: JobContext) -> None:
        raise ZeroDivisionError("x")

    told: list[Message] = []
    for do in (known, memory, unknown):
        queue.submit(Work(do), on_failed=told.append)
    finish(qtbot, queue)
    assert [message.id for message in told] == ["file-needs-memory", "out-of-memory", "unexpected"]
    assert all(remedy(message) for message in told)


def test_a_failure_that_nobody_takes_is_told_by_the_queue_and_the_lane_goes_on(qtbot: QtBot, queue: JobQueue) -> None:
    def fail(_: JobContext) -> None:
        raise InputError("file-needs-memory", path="a.png")

    told: list[str] = []
    results: list[int] = []
    queue.failed.connect(lambda handle, message: told.append(message.id))
    queue.submit(Work(fail))
    queue.submit(Work(lambda _: 5), results.append)
    finish(qtbot, queue)
    assert told == ["file-needs-memory"] and results == [5]


def test_progress_is_throttled_and_its_end_is_told(qtbot: QtBot, queue: JobQueue) -> None:
    def count(ctx: JobContext) -> float:
        start = time.monotonic()
        for done in range(20_001):
            ctx.checkpoint(done, 20_000)
        return time.monotonic() - start

    seen: list[float] = []
    took: list[float] = []
    queue.progressed.connect(lambda handle: seen.append(handle.progress.done))
    queue.submit(Work(count), took.append)
    finish(qtbot, queue)
    assert seen[-1] == 20_000
    assert len(seen) <= took[0] * 30 + 3


def test_callbacks_and_previews_run_on_the_gui_thread(qtbot: QtBot, queue: JobQueue) -> None:
    threads: set[int] = set()

    def note(_: object) -> None:
        threads.add(threading.get_ident())

    def fail(ctx: JobContext) -> None:
        ctx.publish("preview")
        raise InputError("file-needs-memory", path="a.png")

    queue.progressed.connect(note)
    queue.finished.connect(note)
    queue.submit(Work(lambda ctx: (ctx.publish(1), ctx.checkpoint(1, 1))), note, note, note)
    queue.submit(Work(fail), note, note, note)
    finish(qtbot, queue)
    assert threads == {threading.get_ident()}


def test_close_cancels_joins_and_later_results_reach_nobody(qtbot: QtBot) -> None:
    queue = JobQueue()
    results: list[object] = []
    handles = [queue.submit(Work(until_stopped, lane), results.append) for lane in (*Lane, Lane.GPU)]
    assert queue.close()
    qtbot.wait(50)
    assert results == []
    assert {handle.state for handle in handles} == {JobState.CANCELLED}
    assert queue.submit(Work(lambda _: 1), results.append).state is JobState.CANCELLED
    assert queue.active == [] and results == []


def test_a_job_without_checkpoints_does_not_hold_close_up_for_ever(qtbot: QtBot,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medsynth_gui.gui.job_queue.CLOSE_TIMEOUT_S", 0.1)
    queue, gate, begun = JobQueue(), threading.Event(), threading.Event()
    queue.submit(Work(lambda _: begun.set() or gate.wait(20)))
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    assert not queue.close()
    gate.set()
    assert queue.close()


def test_a_receiver_that_is_gone_breaks_nothing(qtbot: QtBot, queue: JobQueue) -> None:
    from PySide6.QtWidgets import QLabel
    from shiboken6 import delete

    label = QLabel()
    ended: list[int] = []
    gate = threading.Event()
    with qtbot.captureExceptions() as raised:
        queue.submit(Work(lambda _: gate.wait(10) and "late"), label.setText)
        delete(label)
        gate.set()
        queue.submit(Work(lambda _: 2), ended.append)
        finish(qtbot, queue)
    assert ended == [2]
    assert all("deleted" in str(error) for _, error, _ in raised)


def test_the_time_left_is_what_the_job_says_where_it_says_any(queue: JobQueue, qtbot: QtBot) -> None:
    go_on, seen = threading.Event(), []

    def work(ctx: JobContext) -> None:
        for left_s in (120.0, float("inf")):
            ctx.checkpoint(1, 2, left_s=left_s)
            go_on.wait(10)
            go_on.clear()

    handle = queue.submit(Work(work))
    for _ in range(2):
        told = len(seen)
        qtbot.waitUntil(lambda: handle.progress is not None and handle.progress.left_s not in seen, timeout=10_000)
        seen.append(handle.progress.left_s)
        assert handle.left_s == (120.0 if told == 0 else None)
        time.sleep(0.05)
        go_on.set()
    qtbot.waitUntil(lambda: handle.state is JobState.DONE, timeout=10_000)
