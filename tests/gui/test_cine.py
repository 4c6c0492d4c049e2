"""The cine by mouse and keys: order and speed of playing, marks, pictures on the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from medsynth_gui.core.cine import Mark, PlayMode
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobQueue
from medsynth_gui.gui.panels.cine_bar import CineBar
from medsynth_gui.gui.panels.cine_preview import CinePictures, CinePreview
from medsynth_gui.gui.panels.timeline import runs
from medsynth_gui.gui.theme import Theme
from medsynth_gui.session import commands
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from tests.gui.studio_window import settle, studio_window

FRAMES = 8
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def clip() -> ImageSeries:
    frames = np.repeat(np.arange(FRAMES, dtype=np.uint8) * 30, 60 * 80).reshape(FRAMES, 60, 80)
    return ImageSeries.from_array(frames, title="clip", frame_rate_hz=50.0)


class Bench(QWidget):
    """A cine bar at the bottom of a window, and the frames it went to."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        settings, theme = Settings(folder / "settings.json"), Theme(QApplication.instance())
        self.queue = JobQueue(self)
        self.actions_ = ActionRegistry(settings, parent=self)
        self.settings = settings
        self.bar = CineBar(AppContext(Session(settings, folder=folder), self.queue, self.actions_, theme, settings))
        self.actions_.set_scope("annotate", has_view=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 340, 0, 0)
        layout.addWidget(self.bar)
        self.frames: list[int] = []
        self.bar.moved.connect(self._moved)
        self.bar.set_cine(clip())
        self.resize(700, 400)
        self.show()

    def press(self, name: str) -> None:
        self.actions_.get(f"annotate.{name}").trigger()

    def run_ticks(self, count: int) -> None:
        """Play as a clock of 20 ms a tick would have it: one frame at 50 frames a second."""
        self.bar._clock = _Clock()
        self.bar.toggle()
        self.bar._timer.stop()
        for _ in range(count):
            self.bar._tick()
        self.bar.pause()

    def _moved(self, frame: int, _: int) -> None:
        self.frames.append(frame)
        self.bar.show_frame(frame)


class _Clock:
    def start(self) -> None:
        """From now on."""

    def restart(self) -> int:
        return 20


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    qtbot.addWidget(made)
    yield made
    assert made.queue.close()


@pytest.mark.parametrize(("mode", "frames"), [
    (PlayMode.LOOP, [1, 2, 3, 4, 5, 6, 7, 0, 1, 2]), (PlayMode.PING_PONG, [1, 2, 3, 4, 5, 6, 7, 6, 5, 4]),
    (PlayMode.ONCE, [1, 2, 3, 4, 5, 6, 7])])
def test_the_order_of_frames(bench: Bench, mode: PlayMode, frames: list[int]) -> None:
    bench.bar.set_mode(mode)
    bench.run_ticks(len(frames))
    assert bench.frames == frames


def test_a_clip_that_is_through_plays_again_from_its_start(bench: Bench) -> None:
    bench.bar.set_mode(PlayMode.ONCE)
    bench.press("last_frame")
    bench.press("play")
    assert (bench.bar.playing, bench.frames) == (True, [7, 0])
    bench.press("next_frame")
    assert (bench.bar.playing, bench.frames[-1]) == (False, 1)


@pytest.mark.parametrize(("speed", "frame"), [(0.5, 2), (1.0, 4), (2.0, 0)])
def test_speed_changes_how_far_it_gets(bench: Bench, speed: float, frame: int) -> None:
    bench.bar.set_speed(speed)
    bench.run_ticks(4)
    assert bench.frames[-1] == frame


def test_speed_and_direction_are_remembered(bench: Bench) -> None:
    bench.press("faster")
    bench.press("play_mode")
    assert (bench.settings["cine_speed"], bench.settings["cine_mode"]) == (2.0, "ping-pong")
    assert "2" in bench.bar.options.text()
    for _ in range(9):
        bench.press("slower")
    assert bench.bar.speed == 0.1


def test_marks_are_set_by_keys_reached_by_keys_and_kept(qtbot: QtBot) -> None:
    with studio_window(qtbot) as window:
        window.show_workspace("annotate")
        session, canvas = window.context.session, window.workspace.canvas
        commands.open_series(session, clip())
        window.activateWindow()
        qtbot.waitActive(window)
        settle(qtbot, window)
        canvas.setFocus()
        commands.select_frame(session, 2)
        qtbot.keyClick(canvas, Qt.Key.Key_T, CTRL)
        commands.select_frame(session, 6)
        qtbot.keyClick(canvas, Qt.Key.Key_T, CTRL | SHIFT)
        dialog = window.findChild(QInputDialog)
        dialog.setTextValue("end of diastole")
        dialog.accept()
        assert session.current.note.marks == (Mark(2), Mark(6, "end of diastole"))
        with session.document.step("draw"):
            session.document.paint(Region(4, 0, 0, 9, 9), np.ones((9, 9), bool), 1)
        commands.select_frame(session, 0)
        seen: list[int] = []
        session.frame_changed.connect(seen.append)
        canvas.setFocus()
        for _ in range(4):
            qtbot.keyClick(canvas, Qt.Key.Key_Right, CTRL)
        qtbot.keyClick(canvas, Qt.Key.Key_Left, CTRL)
        assert seen == [2, 4, 6, 4]
        commands.select_frame(session, 2)
        qtbot.keyClick(canvas, Qt.Key.Key_T, CTRL)
        assert session.current.note.marks == (Mark(6, "end of diastole"),)


def test_the_timeline_scrubs_and_shows_a_picture(qtbot: QtBot, bench: Bench) -> None:
    line = bench.bar.slider
    qtbot.mouseMove(line, QPoint(round(line.x_of(5)), 18))
    qtbot.waitUntil(lambda: not bench.queue.active)
    preview = bench.findChild(CinePreview)
    qtbot.waitUntil(preview.picture.isVisible)
    assert "6" in preview.words.text()
    assert preview.picture.pixmap().toImage().pixelColor(20, 20).red() == 150
    assert bench.rect().contains(preview.geometry())
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=QPoint(round(line.x_of(3)), 18))
    qtbot.mouseMove(line, QPoint(round(line.x_of(6)), 18))
    assert bench.frames == [3, 6]
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPoint(round(line.x_of(6)), -40))
    assert not preview.isVisible()


def test_pictures_are_one_a_job_and_bounded(qtbot: QtBot, bench: Bench) -> None:
    pictures = CinePictures(bench.queue, bench)
    pictures.set_series(ImageSeries.from_array(np.zeros((1000, 4, 4), np.uint8)))
    pictures.resting = True
    pictures.find(500)
    assert not bench.queue.active
    pictures.resting = False
    for frame in range(1000):
        pictures.find(frame)
    assert len(bench.queue.active) == 1
    qtbot.waitUntil(lambda: not bench.queue.active)
    # The first wish, which ran already, and the last.
    assert [*pictures._kept] == [0, 999]
    assert pictures.find(5) is pictures.find(0) is not None
    assert len({min(round(frame / 11) * 11, 999) for frame in range(1000)}) <= 96


def test_neighbouring_frames_are_one_run() -> None:
    assert runs([5, 1, 2, 3, 9, 5]) == ((1, 3), (5, 5), (9, 9))
