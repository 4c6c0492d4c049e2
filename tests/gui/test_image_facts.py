"""Image: what is known of it in words, calibration on the ruler, colours overruled, crop to the field of view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.image_words import facts, region_words, spacing_words, summary
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.session import commands
from tests.builders import disc
from tests.gui.studio_window import click, settle, studio_window
from tests.gui.test_annotate import stroke
from tests.unit.core.test_calibration import TISSUE, TRACE
from tests.unit.io.dicom.files import dataset, opened

TICK_PX, ROWS, COLUMNS = 22.5, 260, 320


def screen() -> np.ndarray:
    """A scanner's screen (y, x): speckle in a rectangle, a ruler with ticks beside it."""
    noise = np.random.default_rng(0).standard_normal((ROWS, COLUMNS)).astype(np.float32)
    speckle = 90 + 25 * cv2.GaussianBlur(noise, (0, 0), 1.5) / 0.2
    image = np.zeros((ROWS, COLUMNS), np.uint8)
    image[20:240, 30:270] = np.clip(speckle, 1, 255)[20:240, 30:270]
    for number in range(10):
        y = round((20 + number * TICK_PX - 0.5) * 256)
        cv2.line(image, (300 * 256, y), (308 * 256, y), 220, 1, cv2.LINE_AA, 8)
    return image


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.context.settings["image_facts_open"] = True
        shown.show_workspace("annotate")
        commands.open_series(shown.context.session, ImageSeries.from_array(screen(), title="screen"))
        shown.activateWindow()
        qtbot.waitActive(shown)
        settle(qtbot, shown)
        shown.workspace.canvas.setFocus()
        yield shown


def calibrate(qtbot: QtBot, window: MainWindow) -> None:
    """Draw along the ruler, say that a tick is 5 mm."""
    window.context.actions.get("annotate.tool_calibrate").trigger()
    stroke(qtbot, window, (12, 304), (100, 303), (228, 304))
    dialog = window.workspace.calibrate
    qtbot.waitUntil(dialog.isVisible)
    interval = dialog.findChild(QDoubleSpinBox, "calibrate-interval")
    interval.selectAll()
    qtbot.keyClicks(interval, "5")
    qtbot.keyClick(interval, Qt.Key.Key_Tab)
    assert dialog.length.value() == pytest.approx(45)
    click(qtbot, window, "calibrate-accept")


def test_a_line_along_the_ruler_calibrates(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    commands.put_labels(session, session.current, {0: disc(ROWS, COLUMNS, center=(100, 100), radius=30)}, name="Draw",
                        clear=frozenset())
    assert not window.workspace.image_facts.revoke.isVisible()
    calibrate(qtbot, window)
    spacing = session.current.series.spacing
    assert (spacing.source, spacing.y_mm) == ("manual", pytest.approx(5 / TICK_PX, rel=0.005))
    assert spacing.y_mm == spacing.x_mm
    assert window.workspace.canvas.series is session.current.series
    assert session.document.labels(0)[100, 100]
    window.workspace.image_facts.revoke_calibration()
    assert session.current.series.spacing is None


def test_a_known_pixel_size_offers_the_interval_that_it_says(qtbot: QtBot, window: MainWindow) -> None:
    """Enter must not double what the file says where its ruler has a tick each 5 mm."""
    session, dialog = window.context.session, window.workspace.calibrate
    commands.open_series(session, ImageSeries.from_array(
        screen(), title="known", spacing=PixelSpacing(5.1 / TICK_PX, 5.1 / TICK_PX, "PixelSpacing")))
    settle(qtbot, window)
    session.toolbox.choose("calibrate")
    stroke(qtbot, window, (12, 304), (100, 303), (228, 304))
    assert dialog.isVisible() and dialog.interval.value() == 5
    dialog.reject()


def test_a_length_that_makes_no_sense_is_told(qtbot: QtBot, window: MainWindow) -> None:
    session, dialog = window.context.session, window.workspace.calibrate
    session.toolbox.choose("calibrate")
    session.toolbox.set_option("snap", False)
    stroke(qtbot, window, (100, 100), (100, 200))
    dialog.axis.choose("y")
    dialog.accept()
    assert dialog.isVisible() and "pixels" in dialog.failure.text()
    dialog.axis.choose("x")
    dialog.accept()
    assert not dialog.isVisible() and session.current.series.spacing is not None


def test_another_tool_or_image_ends_the_question(qtbot: QtBot, window: MainWindow) -> None:
    session, dialog = window.context.session, window.workspace.calibrate
    session.toolbox.choose("calibrate")
    stroke(qtbot, window, (100, 100), (100, 200))
    assert dialog.isVisible()
    session.toolbox.choose("brush")
    assert not dialog.isVisible() and session.current.series.spacing is None


def test_crop_and_back(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    window.context.actions.get("annotate.crop_view").trigger()
    settle(qtbot, window)
    assert session.current.adjustments.crop == Region(0, 20, 30, 240, 270)
    assert window.workspace.canvas.series.rows == 220
    assert window.workspace.image_facts.crop.text().strip() == "Show the whole image"
    mask = disc(220, 240, center=(100, 100), radius=30)
    commands.put_labels(session, session.current, {0: mask}, name="Draw", clear=frozenset())
    click(qtbot, window, "image-crop")
    assert session.current.series.rows == 220
    commands.undo(session)
    click(qtbot, window, "image-crop")
    assert session.current.series.rows == ROWS


def test_colours_are_overruled_from_the_list(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    session, choice = window.context.session, window.findChild(QComboBox, "image-colour")
    assert not choice.isVisible()
    gray = np.repeat(np.random.default_rng(0).integers(0, 256, (1, 64, 64, 1), np.uint8), 3, axis=3)
    commands.open_series(session, opened(tmp_path / "a.dcm", dataset(gray)))
    settle(qtbot, window)
    assert choice.isVisible() and choice.currentData() == "auto"
    choice.setCurrentIndex(3)
    choice.activated.emit(3)
    settle(qtbot, window)
    assert session.current.adjustments.colour == "YBR"
    assert not np.array_equal(window.workspace.canvas.series.frame(0), gray[0])


def test_words(qtbot: QtBot) -> None:
    from dataclasses import replace

    from medsynth_gui.core.geometry import PixelSpacing

    assert "magnified" in spacing_words(PixelSpacing(0.1, 0.1, "ImagerPixelSpacing"))
    assert spacing_words(PixelSpacing(0.1, 0.2, "manual")) == "0.1000 mm down, 0.2000 mm across, set by hand"
    assert region_words(TRACE) == "spectral, PW Doppler: 2 cm/s down, 0.01 s across"
    assert region_words(replace(TRACE, y_axis=None, x_axis=None)).endswith("no units")
    series = replace(ImageSeries.from_array(screen()), regions=(TISSUE, TRACE))
    rows = dict(facts(series))
    assert rows["Regions"].count("\n") == 1 and rows["Pixel"].startswith("not calibrated")
    assert summary(series) == "US · 320 × 260 · not calibrated"
