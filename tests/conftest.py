"""Fixtures of every test: a private home, no window system needed, and no thread or timer left behind."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine is no failure: examples have no deadline; CI repeats the same ones.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

_GRACE_S = 5.0


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, journal and logs of a test are its own."""
    monkeypatch.setenv("MEDSYNTH_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread running, or, where it used Qt, a QThread or a timer.

    Set up before and so torn down after the fixtures that a test asks for: widgets are closed by then.
    """
    before = set(threading.enumerate())
    qt = "qapp" in request.fixturenames
    timers = _active_timers() if qt else set()
    yield
    deadline = time.monotonic() + _GRACE_S
    while (left := _leaks(before, timers, qt)) and time.monotonic() < deadline:
        time.sleep(0.02)
    if left:
        pytest.fail("left behind: " + ", ".join(left))


def _leaks(before: set[threading.Thread], timers: set[int], qt: bool) -> list[str]:
    threads = [f"thread {thread.name}" for thread in threading.enumerate()
               if thread not in before and not thread.daemon and thread.is_alive()]
    if not qt:
        return threads
    from PySide6.QtCore import QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    lanes = [f"QThread {item.objectName()}" for item in _qt_objects(QThread)
             if item.isRunning() and item is not QThread.currentThread()]
    clocks = [f"timer of {item.parent()!r}" for item in _qt_objects(QTimer)
              if item.isActive() and id(item) not in timers]
    return threads + lanes + clocks


def _active_timers() -> set[int]:
    from PySide6.QtCore import QTimer

    return {id(item) for item in _qt_objects(QTimer) if item.isActive()}


def _qt_objects(kind: type) -> list[Any]:
    from shiboken6 import isValid

    gc.collect()
    return [item for item in gc.get_objects() if issubclass(type(item), kind) and isValid(item)]


def pytest_report_header() -> str:
    return f"MedSynth Studio on Python {sys.version.split()[0]}"
