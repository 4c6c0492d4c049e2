"""Quality, Sets: synthetic images beside real ones, with the verdict on each figure and what to mind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.io.raster_files import write_gray_png
from tests.gui.studio_window import click, go, settle, studio_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def write(folder: Path, count: int, spread: float) -> Path:
    random = np.random.default_rng(count)
    for number in range(count):
        image = np.clip(random.normal(90, spread, (40, 48)), 0, 255).astype(np.uint8)
        write_gray_png(folder / f"{number}.png", image)
    return folder


def test_two_folders_are_compared(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "quality")
    qtbot.mouseClick(page.sources.switch.findChild(object, "segment-images"), Qt.MouseButton.LeftButton)
    images = page.sources.images
    assert images.report.isVisible() and not images.compare.isEnabled()
    images.real.set_path(write(tmp_path / "real", 24, 20))
    images.synthetic.set_path(write(tmp_path / "made", 12, 60))
    click(qtbot, window, "quality-compare-images")
    settle(qtbot, window)
    said = [label.text() for label in images.report.findChildren(QLabel)]
    assert any("12 synthetic and 24 real images" in words for words in said)
    assert any(words.startswith("far from real") for words in said)
    assert any("which real images show the same patient" in words for words in said)
    assert images.compare.isEnabled()


def test_a_folder_that_cannot_be_compared_is_a_notice(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "quality")
    qtbot.mouseClick(page.sources.switch.findChild(object, "segment-images"), Qt.MouseButton.LeftButton)
    images = page.sources.images
    images.real.set_path(write(tmp_path / "real", 4, 20))
    images.synthetic.set_path(write(tmp_path / "made", 4, 60))
    click(qtbot, window, "quality-compare-images")
    settle(qtbot, window)
    assert "too few images" in window.notice.text and images.compare.isEnabled()
