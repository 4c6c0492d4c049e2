"""The canvas: only what changed is redrawn; zoom, pan, window/level, physical aspect, comparison, overlays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import Label
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.main_window import MainWindow
from tests.builders import disc, ramp
from tests.gui.studio_window import studio_window

SIZE = 400
RED = Label(1, "lesion", "#ff0000", opacity=0.5)


class WatchedCanvas(Canvas):
    """Notes what it is asked to paint."""

    painted: list[QRegion]

    def paintEvent(self, event: QPaintEvent) -> None:
        self.__dict__.setdefault("painted", []).append(QRegion(event.region()))
        super().paintEvent(event)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


@pytest.fixture
def canvas(qtbot: QtBot, window: MainWindow) -> WatchedCanvas:
    made = WatchedCanvas(window.context)
    qtbot.addWidget(made)
    made.resize(SIZE, SIZE)
    made.show()
    qtbot.waitExposed(made)
    return made


def wheel(canvas: Canvas, at: QPoint, notches: int, modifiers: Qt.KeyboardModifier) -> None:
    QApplication.sendEvent(canvas, QWheelEvent(
        QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False))


def drag(qtbot: QtBot, canvas: Canvas, button: Qt.MouseButton, start: QPoint, by: QPoint) -> None:
    qtbot.mousePress(canvas, button, pos=start)
    qtbot.mouseMove(canvas, start + by)
    qtbot.mouseRelease(canvas, button, pos=start + by)


def shot(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def colour(canvas: Canvas, y: float, x: float) -> QColor:
    """What is painted at an image position."""
    return shot(canvas).pixelColor(canvas.view.to_widget(y, x).toPoint())


def gray(rows: int = 200, columns: int = 200, value: int = 100) -> npt.NDArray[np.uint8]:
    return np.full((rows, columns), value, np.uint8)


def test_only_the_dirty_rectangle_is_painted(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    document = MaskDocument(1, 200, 200)
    document.changed.connect(canvas.labels_changed)
    canvas.set_image(gray())
    with document.step("first"):
        document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), bool), 1)
    canvas.set_labels(document.labels(0), [RED])
    qtbot.wait(50)
    canvas.painted.clear()
    with document.step("second"):
        document.paint(Region(0, 100, 50, 120, 80), np.ones((20, 30), bool), 1)
    qtbot.waitUntil(lambda: bool(canvas.painted), timeout=5000)
    qtbot.wait(50)
    painted = QRegion()
    for region in canvas.painted:
        painted += region
    wanted = canvas.view.box(100, 50, 120, 80).toAlignedRect()
    assert painted.contains(wanted) and painted.boundingRect().contains(wanted)
    assert wanted.adjusted(-12, -12, 12, 12).contains(painted.boundingRect())
    assert colour(canvas, 110, 65).red() > colour(canvas, 60, 65).red()


def test_labels_of_another_frame_paint_nothing(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    canvas.set_labels(disc(200, 200, center=(50, 50), radius=10), [RED])
    qtbot.wait(50)
    canvas.painted.clear()
    canvas.labels_changed(Region(3, 0, 0, 20, 20))
    qtbot.wait(50)
    assert canvas.painted == []


def test_the_wheel_zooms_at_the_pointer_and_says_so(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(ramp(200, 200))
    at = QPoint(120, 310)
    before, scale = canvas.view.to_image(QPointF(at)), canvas.view.scale
    with qtbot.waitSignal(canvas.zoom_changed) as told:
        wheel(canvas, at, 3, Qt.KeyboardModifier.NoModifier)
    assert canvas.view.scale == pytest.approx(scale * 1.2**3)
    assert canvas.view.to_image(QPointF(at)) == pytest.approx(before)
    assert told.args == [pytest.approx(canvas.zoom)]


def test_ctrl_and_the_wheel_change_the_tool_and_not_the_zoom(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(ramp(200, 200))
    steps: list[int] = []
    canvas.size_stepped.connect(steps.append)
    view = canvas.view
    wheel(canvas, QPoint(50, 50), 1, Qt.KeyboardModifier.ControlModifier)
    wheel(canvas, QPoint(50, 50), -1, Qt.KeyboardModifier.ControlModifier)
    assert steps == [1, -1] and canvas.view == view


@pytest.mark.parametrize("space", [False, True])
def test_middle_drag_and_space_drag_move_the_image(qtbot: QtBot, canvas: WatchedCanvas, *, space: bool) -> None:
    canvas.set_image(ramp(200, 200))
    canvas.set_handler(Recorder())
    left, top = canvas.view.left, canvas.view.top
    if space:
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
    drag(qtbot, canvas, Qt.MouseButton.LeftButton if space else Qt.MouseButton.MiddleButton, QPoint(100, 100),
         QPoint(30, -20))
    assert (canvas.view.left, canvas.view.top) == pytest.approx((left + 30, top - 20))
    assert canvas.handler.events == []


def test_a_right_drag_changes_window_and_level_and_the_picture(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    before, dark = canvas.window, colour(canvas, 100, 100).red()
    with qtbot.waitSignal(canvas.window_changed) as told:
        drag(qtbot, canvas, Qt.MouseButton.RightButton, QPoint(100, 100), QPoint(40, -60))
    assert told.args == [canvas.window]
    assert canvas.window.width > before.width and canvas.window.level < before.level
    assert colour(canvas, 100, 100).red() > dark + 10


def test_the_left_button_reaches_the_tool_in_image_coordinates(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    recorder = Recorder()
    canvas.set_image(ramp(200, 200))
    canvas.set_handler(recorder)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, pos=QPoint(200, 100))
    name, y, x, held = recorder.events[-1]
    assert (name, y, x, held) == ("press", pytest.approx(50), pytest.approx(100), frozenset({"alt"}))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert recorder.events[-1][0] == "release"


class Recorder:
    """A tool that only notes."""

    def __init__(self) -> None:
        self.events: list[tuple[str, float, float, frozenset[str]]] = []

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self.events.append(("press", y, x, modifiers))

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        pass

    def release(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self.events.append(("release", y, x, modifiers))

    def double_click(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self.events.append(("double", y, x, modifiers))


def test_pixels_that_are_twice_as_high_are_shown_twice_as_high(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    series = ImageSeries.from_array(gray(100, 100), spacing=PixelSpacing(0.2, 0.1, "test"))
    canvas.set_series(series)
    box = canvas.view.box(0, 0, 100, 100)
    assert box.height() == pytest.approx(2 * box.width())
    assert box.height() == pytest.approx(SIZE)
    hovers: list[object] = []
    canvas.hovered.connect(hovers.append)
    place = canvas.view.to_widget(50, 25)
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, place, canvas.mapToGlobal(place),
                                               Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                                               Qt.KeyboardModifier.NoModifier))
    assert (hovers[-1].y_mm, hovers[-1].x_mm) == (pytest.approx(10, abs=0.2), pytest.approx(2.5, abs=0.2))
    assert hovers[-1].value == 100


def test_the_divider_shows_before_left_and_after_right_and_is_dragged(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray(value=40))
    canvas.set_comparison(gray(400, 400, value=200))
    assert (colour(canvas, 20, 50).red(), colour(canvas, 20, 150).red()) == (40, 200)
    drag(qtbot, canvas, Qt.MouseButton.LeftButton, QPoint(SIZE // 2, 60), QPoint(-SIZE // 4 - SIZE // 8, 0))
    assert canvas.comparison.split == pytest.approx(0.125, abs=0.01)
    assert colour(canvas, 20, 50).red() == 200
    canvas.set_comparison(None)
    assert colour(canvas, 20, 150).red() == 40


def test_labels_have_their_colour_an_outline_and_can_be_hidden(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    labels = disc(200, 200, center=(100, 100), radius=40)
    canvas.set_labels(labels, [RED])
    inside, rim = colour(canvas, 100, 100), colour(canvas, 100, 60.5)
    assert (inside.red(), inside.green()) == (pytest.approx(178, abs=3), pytest.approx(50, abs=3))
    assert rim.red() > inside.red() + 20 and rim.green() < inside.green() - 15
    canvas.set_label_table([Label(1, "lesion", "#00ff00", opacity=0.5)])
    assert colour(canvas, 100, 100).green() == pytest.approx(178, abs=3)
    canvas.set_label_table([Label(1, "lesion", "#00ff00", visible=False)])
    assert colour(canvas, 100, 100) == QColor(100, 100, 100)


def test_a_proposal_is_shown_apart_from_the_mask(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    canvas.set_proposal(disc(200, 200, center=(100, 100), radius=40), [RED])
    proposed = colour(canvas, 100, 100)
    assert proposed.red() > 110 > 100 > proposed.green()
    canvas.set_proposal(None)
    assert colour(canvas, 100, 100) == QColor(100, 100, 100)


def test_the_difference_names_both_sides(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    canvas.set_difference(disc(200, 200, center=(100, 80), radius=40), disc(200, 200, center=(100, 120), radius=40))
    shown = {colour(canvas, 100, x).name() for x in (55, 100, 145)}
    assert len(shown) == 3 and QColor(100, 100, 100).name() not in shown


def test_a_synthetic_image_wears_its_badge(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    plain = shot(canvas)
    canvas.set_image(gray(), synthetic=True)
    assert shot(canvas) != plain


def test_what_fails_while_painting_is_told_once_and_ends_nothing(qtbot: QtBot, window: MainWindow,
                                                                canvas: WatchedCanvas) -> None:
    import cv2

    told: list[object] = []
    window.context.notify = lambda what, tone: told.append((what.id, tone))

    def fails(*_: object) -> None:
        cv2.resize(np.zeros((0, 0), np.uint8), (1, 1))

    canvas.set_image(ramp())
    qtbot.waitUntil(lambda: canvas.layers.image.shape is not None)
    canvas.add_painter(fails)
    for _ in range(3):
        canvas.repaint()
        qtbot.wait(10)
    assert told == [("unexpected", "bad")]
