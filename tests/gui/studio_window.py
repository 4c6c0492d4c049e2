"""A whole window for tests, as `app` builds it, and ways to act on it like a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from medsynth_gui.app import Studio
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from tests.builders import disc, ramp

LONG_MS = 120_000


@contextmanager
def studio_window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window at 1280 x 800 with an empty session; everything is joined and closed afterwards."""
    from PySide6.QtWidgets import QApplication

    studio = Studio(QApplication.instance())
    studio.context.settings["threads"] = 1
    studio.window.resize(1280, 800)
    studio.window.show()
    try:
        yield studio.window
    finally:
        settle(qtbot, studio.window)
        studio.window.close()
        assert studio.close()


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until no job waits or runs."""
    qtbot.wait(30)
    qtbot.waitUntil(lambda: not window.context.queue.active, timeout=LONG_MS)
    qtbot.wait(30)


def go(qtbot: QtBot, window: MainWindow, key: str) -> Workspace:
    """The workspace, brought to the front."""
    window.show_workspace(key)
    settle(qtbot, window)
    return window.workspace


def click(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Press the button of this object name with the mouse."""
    button = window.findChild(QAbstractButton, name)
    assert button is not None and button.isVisible() and button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def write_images(folder: Path, count: int) -> list[Path]:
    """Gray PNGs of which each differs."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"case-{number:02d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        write_gray_png(path, np.roll(ramp(96, 128), number, axis=1))
    return paths


def write_masks(folder: Path, count: int, *, radius: float) -> None:
    """A disc for each image of `write_images`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        write_label_png(folder / f"case-{number:02d}.png", disc(96, 128, center=(48, 64), radius=radius - number))
