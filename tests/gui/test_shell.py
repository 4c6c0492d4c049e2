"""The shell: seven workspaces, theme, status bar, failures, what was open last, closing while something runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from medsynth_gui.app import Studio
from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.window_actions import intended_use
from medsynth_gui.gui.workspaces.base import WORKSPACES
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.session import commands
from tests.builders import ramp
from tests.gui.studio_window import LONG_MS, settle, studio_window, write_images
from tests.gui.test_job_queue import Work


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        yield shown


def started(qtbot: QtBot, *paths: Path) -> Studio:
    """The window as `main` starts it, opened and warmed up."""
    studio = Studio(QApplication.instance())
    studio.context.settings["threads"] = 1
    studio.start(paths)
    qtbot.waitUntil(lambda: bool(studio.context.session.opened), timeout=LONG_MS)
    qtbot.waitUntil(lambda: bool(studio.window.status.device.text()), timeout=LONG_MS)
    settle(qtbot, studio.window)
    return studio


def ended(qtbot: QtBot, studio: Studio) -> None:
    settle(qtbot, studio.window)
    studio.window.close()
    assert studio.close()


def test_the_rail_opens_all_seven_workspaces(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.captureExceptions() as raised:
        for row in WORKSPACES:
            qtbot.mouseClick(window.findChild(QToolButton, f"rail-{row.key}"), Qt.MouseButton.LeftButton)
            settle(qtbot, window)
            assert window.workspace.key == row.key and window.workspace.isVisible()
    assert len(WORKSPACES) == 7 and not raised


def test_the_theme_changes_and_is_remembered(qtbot: QtBot, window: MainWindow) -> None:
    dark = window.rail.grab().toImage().pixelColor(5, 300).lightness()
    window.context.actions.get("window.theme").trigger()
    qtbot.wait(50)
    assert window.rail.grab().toImage().pixelColor(5, 300).lightness() > 200 > 60 > dark
    assert window.context.settings["theme"] == "light"


def test_the_status_bar_tells_place_value_zoom_and_frame(qtbot: QtBot, window: MainWindow) -> None:
    status, canvas = window.status, window.workspace.canvas
    image = ramp(100, 100)
    series = ImageSeries.from_array(image[None].repeat(3, axis=0), spacing=PixelSpacing(0.5, 0.5, "test"))
    commands.open_series(window.context.session, series)
    qtbot.wait(50)
    assert status.frame.text() == "frame 1 / 3"
    qtbot.mouseMove(canvas, canvas.view.to_widget(40.5, 20.5).toPoint() + QPoint(1, 1))
    assert status.position.text().startswith("x 20  y 40") and "mm" in status.position.text()
    assert str(image[40, 20]) in status.value.text()
    assert status.zoom.text() == f"zoom {round(canvas.zoom * 100)} %"
    commands.close_series(window.context.session, window.context.session.current.key)
    assert not any(label.text() for label in (status.frame, status.position, status.value, status.zoom))


def test_a_failed_job_is_told_with_its_remedy_until_it_is_read(qtbot: QtBot, window: MainWindow) -> None:
    def fail(_: JobContext) -> None:
        raise InputError("file-needs-memory", path="huge.png")

    window.context.queue.submit(Work(fail))
    settle(qtbot, window)
    assert window.notice.isVisible()
    assert "huge.png" in window.notice.text and "Close other programs" in window.notice.text
    with qtbot.waitSignal(window.notice.read):
        qtbot.mouseClick(window.findChild(QToolButton, "notice-close"), Qt.MouseButton.LeftButton)
    assert not window.notice.isVisible()


def test_files_that_cannot_be_opened_are_told_and_the_rest_opens(qtbot: QtBot, window: MainWindow,
                                                                 tmp_path: Path) -> None:
    good, = write_images(tmp_path, 1)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image at all")
    window.opener.open_paths([good, bad])
    settle(qtbot, window)
    assert len(window.context.session.opened) == 1
    assert window.notice.isVisible() and "bad.png" in window.notice.text
    window.opener.open_paths([bad, tmp_path / "gone.png"])
    settle(qtbot, window)
    assert "Library" in window.notice.text and str(tmp_path) not in window.notice.text


def test_a_running_job_shows_in_the_tray_and_can_be_cancelled(qtbot: QtBot, window: MainWindow) -> None:
    def run(ctx: JobContext) -> None:
        for done in range(100_000):
            ctx.checkpoint(done, 100_000)
            time.sleep(0.005)

    window.context.queue.submit(Work(run))
    qtbot.waitUntil(window.tray.isVisible, timeout=20_000)
    line, = window.tray._lines.values()
    qtbot.waitUntil(lambda: "of 100" in line._title.text(), timeout=20_000)
    qtbot.mouseClick(line.cancel, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert not window.tray.isVisible()


def test_the_tray_grows_with_its_words(qtbot: QtBot, window: MainWindow) -> None:
    shown, enough = threading.Event(), threading.Event()

    def run(ctx: JobContext) -> None:
        shown.wait(20)
        ctx.checkpoint(999_999_999, 1_000_000_000)
        enough.wait(20)

    window.context.queue.submit(Work(run))
    qtbot.waitUntil(window.tray.isVisible, timeout=20_000)
    line, = window.tray._lines.values()
    short = line._title.text()
    shown.set()
    try:
        qtbot.waitUntil(lambda: line._title.text() != short, timeout=20_000)
        qtbot.wait(100)
        assert line._title.heightForWidth(line._title.width()) <= line._title.height()
    finally:
        enough.set()
    settle(qtbot, window)


def test_first_start_says_what_it_is_for_and_names_device_and_offline(qtbot: QtBot, tmp_path: Path) -> None:
    studio = started(qtbot, *write_images(tmp_path, 2))
    window = studio.window
    try:
        assert intended_use() in window.notice.text and window.notice.isVisible()
        assert window.status.device.text().endswith("fp32 · offline") or "bf16 · offline" in window.status.device.text()
        row = window.workspace.series.list.currentIndex()
        assert row.isValid() and row.data() == window.context.session.current.title
        qtbot.mouseClick(window.findChild(QToolButton, "notice-close"), Qt.MouseButton.LeftButton)
    finally:
        ended(qtbot, studio)
    assert Studio(QApplication.instance()).close()
    assert studio.context.settings["intended_use_read"]


def test_what_was_open_comes_back_with_its_frame(qtbot: QtBot, tmp_path: Path) -> None:
    paths = write_images(tmp_path, 3)
    studio = started(qtbot, *paths)
    session = studio.context.session
    commands.select_series(session, session.opened[2].key)
    with session.document.step("Brush"):
        session.document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 1)
    shown = session.current.key
    ended(qtbot, studio)
    again = started(qtbot)
    try:
        assert len(again.context.session.opened) == 3
        assert again.context.session.current.key == shown
        assert again.context.session.document.labels(0)[:5, :5].all()
        assert again.context.session.document.undo_name == "Brush"
    finally:
        ended(qtbot, again)


def test_the_window_closes_while_a_job_runs(qtbot: QtBot) -> None:
    studio = Studio(QApplication.instance())
    studio.window.show()
    results: list[object] = []

    def run(ctx: JobContext) -> None:
        while True:
            ctx.checkpoint(0)
            time.sleep(0.005)

    studio.context.queue.submit(Work(run), results.append)
    qtbot.wait(50)
    studio.window.close()
    assert studio.close() and results == []


def test_the_session_is_polled_about_once_a_second(qtbot: QtBot, window: MainWindow,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    polled: list[float] = []
    monkeypatch.setattr(window.context.session, "poll", lambda: polled.append(time.monotonic()))
    qtbot.waitUntil(lambda: len(polled) >= 3, timeout=60_000)
    assert window._poll.interval() == 1000
