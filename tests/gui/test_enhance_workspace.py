"""Enhance: a frame is enlarged, compared under the divider, and saved as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import list_models
from tests.gui.studio_window import click, go, settle, studio_window, write_images

pytestmark = pytest.mark.skipif(not list_models("super-resolution"), reason="no upscaler is shipped yet")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def test_without_an_image_nothing_can_be_enlarged(qtbot: QtBot, window: MainWindow) -> None:
    page = go(qtbot, window, "enhance")
    assert not page.setup.go.isEnabled()


def test_a_frame_is_enlarged_compared_and_saved_as_model_output(qtbot: QtBot, window: MainWindow,
                                                                tmp_path: Path) -> None:
    window.opener.open_paths(write_images(tmp_path / "images", 1))
    settle(qtbot, window)
    page = go(qtbot, window, "enhance")
    click(qtbot, window, "enhance-run")
    settle(qtbot, window)
    assert (page.enlarged.rows, page.enlarged.columns) == (192, 256)
    assert page.enlarged.synthetic
    middle = QPoint(page.canvas.width() // 2, 60)
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(page.canvas, QPoint(page.canvas.width() // 4, 60))
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=QPoint(page.canvas.width() // 4, 60))
    assert page.canvas.comparison.split == pytest.approx(0.25, abs=0.02)
    page.save_to(tmp_path / "large.png")
    settle(qtbot, window)
    saved = open_path(tmp_path / "large.png")[0].series[0]
    assert (saved.rows, saved.columns) == (192, 256) and saved.synthetic
    assert use_project(window.context, tmp_path / "study", create=True)
    click(qtbot, window, "enhance-keep")
    settle(qtbot, window)
    sample, = window.context.session.project.samples()
    assert sample.synthetic and sample.group == window.context.session.current.key


def test_another_image_leaves_the_enlarged_one_behind(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    from medsynth_gui.session.commands import select_series

    window.opener.open_paths(write_images(tmp_path / "images", 2))
    settle(qtbot, window)
    page = go(qtbot, window, "enhance")
    click(qtbot, window, "enhance-run")
    settle(qtbot, window)
    other = next(item for item in window.context.session.opened if item is not window.context.session.current)
    select_series(window.context.session, other.key)
    assert page.enlarged is None and page.canvas.comparison is None
