"""The first hour, with mouse and keys: open, draw, undo, segment, accept, synthesise, upscale, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.opening import sample_paths
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import list_models
from tests.gui.studio_window import click, settle, studio_window

pytestmark = pytest.mark.skipif(not (sample_paths() and {card.task for card in list_models()} >= {
    "segmentation", "synthesis", "super-resolution"}), reason="needs the sample case and the three shipped models")
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key,
          modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key, and what it sets off."""
    window.activateWindow()
    qtbot.keyClick(window, key, modifiers)
    settle(qtbot, window)


def stroke(qtbot: QtBot, window: MainWindow) -> None:
    """Drag the left button across the middle of the canvas."""
    canvas = window.workspace.canvas
    start = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(canvas, start + QPoint(8 * step, 3 * step))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 15))
    settle(qtbot, window)


def test_from_the_sample_case_to_an_exported_dataset(qtbot: QtBot, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    folders = iter((tmp_path / "study", tmp_path / "dataset"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(next(folders)))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "large.png"), ""))
    with studio_window(qtbot) as window:
        session = window.context.session
        window.show_workspace("annotate")
        window.open_first([])
        settle(qtbot, window)
        frame = session.frame
        _draw_and_undo(qtbot, window)
        press(qtbot, window, Qt.Key.Key_S)
        assert session.proposal is not None
        press(qtbot, window, Qt.Key.Key_Return)
        drawn = session.document.labels(frame).copy()
        assert session.proposal is None and drawn.any()

        press(qtbot, window, Qt.Key.Key_1, CONTROL)
        window.workspace.grid.selectAll()
        click(qtbot, window, "library-add")
        settle(qtbot, window)
        real, = session.project.samples()
        assert real.mask is not None

        press(qtbot, window, Qt.Key.Key_3, CONTROL)
        page = window.workspace
        assert np.array_equal(page.masks()[0], drawn)
        page.setup.count.setValue(1)
        page.setup.steps.setValue(3)
        click(qtbot, window, "synthesize-run")
        settle(qtbot, window)
        press(qtbot, window, Qt.Key.Key_K)
        assert sum(sample.synthetic for sample in session.project.samples()) >= 1

        press(qtbot, window, Qt.Key.Key_4, CONTROL)
        click(qtbot, window, "enhance-run")
        settle(qtbot, window)
        press(qtbot, window, Qt.Key.Key_S, CONTROL)
        large = open_path(tmp_path / "large.png")[0].series[0]
        assert large.rows == 2 * session.current.series.rows and large.synthetic

        _export(qtbot, window, tmp_path / "dataset")


def _draw_and_undo(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    assert session.current is not None and not session.document.labels(session.frame).any()
    press(qtbot, window, Qt.Key.Key_B)
    stroke(qtbot, window)
    assert session.document.labels(session.frame).any()
    press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    assert not session.document.labels(session.frame).any()


def _export(qtbot: QtBot, window: MainWindow, target: Path) -> None:
    press(qtbot, window, Qt.Key.Key_7, CONTROL)
    page = window.workspace
    page.setup.out._choose()
    click(qtbot, window, "export-write")
    settle(qtbot, window)
    written = {path.stem for path in target.rglob("*.png") if path.parent.name == "images"}
    refused = len(page.view.left_out.rows)
    assert len(written) == len(window.context.session.project.samples()) - refused
    assert any(name.endswith("_synthetic") for name in written)
