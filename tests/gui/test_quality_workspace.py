"""Quality: folders are compared and sorted by worst; one image is compared with what was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.quality_data import image_row, read_gold, read_pair
from medsynth_gui.io.raster_files import write_label_png
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.session.commands import put_labels
from tests.builders import disc
from tests.gui.studio_window import click, go, settle, studio_window, write_images, write_masks


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Predictions that get worse, and their truth; the last one is missed."""
    write_images(tmp_path / "truth" / "images", 4)
    for number in range(4):
        truth = disc(96, 128, center=(48, 64), radius=20)
        write_label_png(tmp_path / "truth" / "masks" / f"case-{number:02d}.png", truth)
        predicted = disc(96, 128, center=(48, 64), radius=20 - 4 * number) if number < 3 else np.zeros_like(truth)
        write_label_png(tmp_path / "predictions" / f"case-{number:02d}.png", predicted)
    return tmp_path / "predictions", tmp_path / "truth"


def test_folders_are_compared_worst_first_and_a_row_is_shown(qtbot: QtBot, window: MainWindow,
                                                             folders: tuple[Path, Path]) -> None:
    page = go(qtbot, window, "quality")
    qtbot.mouseClick(page.sources.switch.findChild(object, "segment-folders"), Qt.MouseButton.LeftButton)
    page.sources.predictions.set_path(folders[0])
    page.sources.truth.set_path(folders[1])
    click(qtbot, window, "quality-evaluate")
    settle(qtbot, window)
    assert [row.id for row in page.results.model.rows] == ["case-03", "case-02", "case-01", "case-00"]
    assert page.results.model.rows[0].verdict == "missed"
    assert page.pair.title == "case-03" and page.legend.isVisible()
    page.results.table.selectRow(3)
    settle(qtbot, window)
    assert page.pair.title == "case-00" and page.pair.figures["1"]["dice"] == 1.0
    shown = page.findChild(QLabel, "quality-dice").text()
    assert shown.startswith("Dice 0.")


@pytest.mark.skipif(not list_models("segmentation"), reason="no segmenter is shipped yet")
def test_the_open_image_is_compared_with_what_is_drawn(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.opener.open_paths(write_images(tmp_path / "images", 1))
    settle(qtbot, window)
    session = window.context.session
    gold = disc(96, 128, center=(48, 64), radius=20)
    put_labels(session, session.current, {0: gold}, name="Draw", clear=frozenset())
    page = go(qtbot, window, "quality")
    click(qtbot, window, "quality-compare")
    settle(qtbot, window)
    assert np.array_equal(page.pair.gold, gold)
    hits = int(((page.pair.predicted == 1) & (gold == 1)).sum())
    expected = 2 * hits / (int((page.pair.predicted == 1).sum()) + int(gold.sum()))
    assert page.pair.figures["1"]["dice"] == pytest.approx(expected)


def test_a_false_alarm_is_named(tmp_path: Path) -> None:
    row = image_row({"id": "a", "labels": {"1": {"dice": 0.0, "true_positive": 0, "false_positive": 5,
                                                "false_negative": 0}}})
    assert row.verdict == "false positive"
    assert image_row({"id": "b", "labels": {}}).dice is None


def test_masks_of_another_size_are_refused_in_words(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    from medsynth_gui.core.errors import InputError

    with pytest.raises(InputError, match="Choose the mask of this image"):
        read_gold(folders[1] / "masks" / "case-00.png", 10, 10)
    write_masks(folders[0], 1, radius=10)
    assert read_pair(*folders, "case-00").figures["1"]["dice"] < 1
