"""Measuring by mouse: what is drawn, what is read, listed, renamed, copied and deleted; graphs below the image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.canvas import measure_layer
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.measurements import MeasurementRow
from medsynth_gui.session import commands
from tests.gui.studio_window import click, settle, studio_window

ROWS, COLUMNS, FRAMES = 120, 160, 6
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        frames = np.zeros((FRAMES, ROWS, COLUMNS), np.uint8)
        for number in range(FRAMES):
            frames[number, 20 + 10 * number] = 200
        commands.open_series(shown.context.session, ImageSeries.from_array(
            frames, title="clip", frame_rate_hz=40.0, spacing=PixelSpacing(0.5, 0.5, "manual")))
        shown.activateWindow()
        qtbot.waitActive(shown)
        settle(qtbot, shown)
        shown.workspace.canvas.setFocus()
        yield shown


def at(window: MainWindow, y: float, x: float) -> QPoint:
    return window.workspace.canvas.view.to_widget(y, x).toPoint()


def drag(qtbot: QtBot, window: MainWindow, tool: str, *points: tuple[float, float]) -> None:
    canvas = window.workspace.canvas
    window.context.actions.get(f"annotate.tool_{tool}").trigger()
    qtbot.mousePress(canvas, LEFT, pos=at(window, *points[0]))
    for point in points[1:]:
        qtbot.mouseMove(canvas, at(window, *point))
    qtbot.mouseRelease(canvas, LEFT, pos=at(window, *points[-1]))
    settle(qtbot, window)


def rows(window: MainWindow) -> list[MeasurementRow]:
    panel = window.workspace.measurements
    return [panel._rows[item.id] for item in window.context.session.measuring.items]


def test_a_caliper_is_drawn_read_renamed_copied_and_deleted(qtbot: QtBot, window: MainWindow) -> None:
    panel, canvas, session = window.workspace.measurements, window.workspace.canvas, window.context.session
    assert not panel.isVisible()
    before = canvas.grab().toImage()
    drag(qtbot, window, "caliper", (90, 20), (90, 60), (90, 100))
    assert panel.isVisible()
    assert [row.value.text() for row in rows(window)] == ["40.0 mm"]
    assert canvas.grab().toImage() != before
    row, = rows(window)
    qtbot.mouseDClick(row, LEFT)
    row.edit.setText("femur")
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    click(qtbot, window, "measurements-copy")
    name, kind, frame, quantity, value, unit, _ = QGuiApplication.clipboard().text().splitlines()[1].split("\t")
    assert (name, kind, frame, quantity, unit) == ("femur", "caliper", "1", "length", "mm")
    assert float(value) == pytest.approx(40, abs=0.3)
    commands.select_frame(session, 4)
    assert session.measuring.selected == ""
    assert "frame 1" in rows(window)[0].value.text()
    qtbot.mouseClick(rows(window)[0], LEFT)
    assert session.frame == 0
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert rows(window) == []
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [row.value.text() for row in rows(window)] == ["40.0 mm"]


def test_graphs_below_the_image(qtbot: QtBot, window: MainWindow) -> None:
    """An M-mode shows what moves and goes to the frame that is clicked; gray values are counted and plotted."""
    strip, session = window.workspace.graph, window.context.session
    drag(qtbot, window, "mmode", (10.5, 80.5), (60, 80.5), (110.5, 80.5))
    assert strip.isVisible()
    assert np.diff(strip._result.image.argmax(axis=0)) == pytest.approx(10, abs=1)
    view = strip._mmode
    place = view.getPlotItem().vb.mapViewToScene(QPointF(3.5 / 40, 10))
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.mapFromScene(place))
    settle(qtbot, window)
    assert session.frame == 3
    assert view.marker.value() == pytest.approx(3.5 / 40)
    click(qtbot, window, "graph-close")
    assert not strip.isVisible()
    drag(qtbot, window, "histogram", (15, 20), (30, 40), (55, 60))
    assert strip.isVisible()
    assert rows(window)[1].value.text().startswith("5.0 ±")
    drag(qtbot, window, "profile", (5.5, 100.5), (40, 100.5), (70.5, 100.5))
    x, y = strip._plot.line.getData()
    assert y.max() > 100
    assert x[np.argmax(y)] == pytest.approx(22.5, abs=0.6)


def test_the_image_stays_where_it_is_while_a_line_is_drawn(qtbot: QtBot, window: MainWindow) -> None:
    """The first press deselects the M-mode; its strip goes when the line is finished, or the rest of it would land
    elsewhere."""
    canvas, strip = window.workspace.canvas, window.workspace.graph
    drag(qtbot, window, "mmode", (10, 80), (60, 80), (110, 80))
    window.context.actions.get("annotate.tool_caliper").trigger()
    height, end = canvas.height(), at(window, 90, 100)
    qtbot.mousePress(canvas, LEFT, pos=at(window, 20, 20))
    settle(qtbot, window)
    assert strip.isVisible() and canvas.height() == height
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, LEFT, pos=end)
    settle(qtbot, window)
    assert not strip.isVisible() and canvas.height() > height
    assert window.context.session.measuring.items[1].points[1] == pytest.approx((90, 100), abs=1)


def test_without_calibration_the_panel_says_why_it_is_pixels(qtbot: QtBot, window: MainWindow) -> None:
    commands.open_series(window.context.session, ImageSeries.from_array(np.zeros((90, 90), np.uint8), title="bare"))
    settle(qtbot, window)
    drag(qtbot, window, "caliper", (20, 20), (20, 40), (20, 60))
    assert rows(window)[0].value.text().endswith("px")
    assert "not calibrated" in window.workspace.measurements.note.text()


def test_plates_stand_free_and_inside() -> None:
    """Beside the line, over no line and no other plate, whatever the line."""
    random, widget = np.random.default_rng(3), QRectF(QRect(0, 0, 600, 400))
    for _ in range(40):
        lines = [[QPointF(*random.uniform((20, 20), (580, 380))) for _ in range(2)] for _ in range(3)]
        taken = [point for line in lines for point in measure_layer._dense(line)]
        plates: list[QRectF] = []
        for line in lines:
            plates.append(measure_layer._place(QSizeF(64, 22), line, taken, plates, widget))
        for number, plate in enumerate(plates):
            assert widget.contains(plate)
            assert not any(plate.contains(point) for point in taken)
            assert not any(plate.intersects(other) for other in plates[:number])
