"""The viewer: display, turned and mirrored views, magnifier, crosshair, comparison and linked views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsynth_gui.core.display import Display
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import Label
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.canvas.beside import Beside
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.theme import Theme
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from tests.builders import disc, ramp
from tests.gui.test_canvas import RED, WatchedCanvas, colour, drag, gray, shot

SIZE = 400


@pytest.fixture
def context(qtbot: QtBot) -> AppContext:
    """What a canvas needs of a window; arrays in memory need no job."""
    settings = Settings()
    theme = Theme(QApplication.instance(), "dark")
    return AppContext(Session(settings), None, ActionRegistry(settings), theme, settings)


@pytest.fixture
def canvas(qtbot: QtBot, context: AppContext) -> WatchedCanvas:
    made = WatchedCanvas(context)
    qtbot.addWidget(made)
    made.resize(SIZE, SIZE)
    made.show()
    qtbot.waitExposed(made)
    return made


views = st.builds(ViewTransform, scale=st.floats(0.02, 64), aspect=st.floats(0.2, 5), left=st.floats(-500, 500),
                  top=st.floats(-500, 500), turns=st.integers(0, 3), mirrored=st.booleans())


@given(view=views, y=st.floats(-50, 700), x=st.floats(-50, 900))
def test_a_point_comes_back_through_every_orientation(view: ViewTransform, y: float, x: float) -> None:
    assert view.to_image(view.to_widget(y, x)) == pytest.approx((y, x), abs=1e-3)
    placed = view.placement().map(view.upright_box(0, 0, y, x).bottomRight())
    at = view.to_widget(y, x)
    assert (placed.x(), placed.y()) == pytest.approx((at.x(), at.y()), abs=1e-2)
    for moved in (view.turned(1, QPointF(70, 30)), view.flipped(QPointF(70, 30)), view.zoomed(2, QPointF(70, 30))):
        assert moved.to_image(QPointF(70, 30)) == pytest.approx(view.to_image(QPointF(70, 30)), abs=1e-3)


@given(view=views)
def test_a_fitted_view_shows_the_whole_image(view: ViewTransform) -> None:
    box = view.fit(640, 400, 300, 200).box(0, 0, 300, 200)
    assert box.left() >= -1e-6 and box.top() >= -1e-6 and box.right() <= 640.001 and box.bottom() <= 400.001
    assert box.width() == pytest.approx(640) or box.height() == pytest.approx(400)


def test_a_quarter_turn_and_a_flip_move_the_corners_and_a_badge_says_so(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    image = gray(200, 200, 40)
    image[100:, 100:] = 200  # bottom right
    canvas.set_image(image)

    def bright() -> list[bool]:
        shown = shot(canvas)
        return [shown.pixelColor(x, y).red() > 120 for y in (120, 280) for x in (120, 280)]

    assert bright() == [False, False, False, True]
    canvas.turn()
    assert bright() == [False, False, True, False]
    canvas.flip()
    assert bright() == [False, False, False, True] and not canvas.view.upright
    badge = shot(canvas).copy(0, 0, 200, 40)
    canvas.turn()
    canvas.flip()
    canvas.turn(2)
    assert canvas.view.upright or shot(canvas).copy(0, 0, 200, 40) != badge


class Brush:
    """Paints one pixel wherever it is."""

    def __init__(self, document: MaskDocument) -> None:
        self._document = document

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        with self._document.step("dot"):
            self._document.paint(Region(0, int(y), int(x), int(y) + 10, int(x) + 10), np.ones((10, 10), bool), 1)

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None: ...

    release = double_click = move


def test_a_stroke_in_a_turned_view_paints_there_and_repaints_only_there(qtbot: QtBot, canvas: WatchedCanvas) -> None:
    document = MaskDocument(1, 100, 200)
    canvas.set_image(gray(100, 200))
    canvas.set_labels(document.labels(0), [RED])
    document.changed.connect(canvas.labels_changed)
    canvas.set_handler(Brush(document))
    canvas.setFocus()
    for turns, mirrored in ((0, True), (1, False), (2, False), (3, False), (1, True)):
        canvas.orient(replace(canvas.view, turns=turns, mirrored=mirrored))
        at = canvas.view.to_widget(30.5, 150.5).toPoint()
        qtbot.wait(30)
        canvas.painted.clear()
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(lambda: bool(canvas.painted), timeout=5000)
        ys, xs = np.nonzero(document.labels(0))
        assert (abs(ys.min() - 30), abs(xs.min() - 150)) <= (1, 1) and ys.size == 100
        wanted = canvas.view.box(ys.min(), xs.min(), ys.max() + 1, xs.max() + 1).toAlignedRect()
        painted = QRegion()
        for region in canvas.painted:
            painted += region
        assert painted.contains(wanted) and wanted.adjusted(-14, -14, 14, 14).contains(painted.boundingRect())
        assert colour(canvas, ys.min() + 5, xs.min() + 5).red() > 120 > colour(canvas, 70, 20).red()
        document.undo()


def test_window_inversion_gamma_and_colours_reach_the_pixels(canvas: WatchedCanvas) -> None:
    canvas.set_smooth(False)
    displays = (Display(WindowLevel(60, 80)), Display(WindowLevel(60, 80), invert=True),
                Display(WindowLevel(60, 110), gamma=2.0), Display(WindowLevel(60, 110), colors="viridis"))
    for dtype in (np.uint8, np.uint16, np.int16, np.float32):
        image = np.tile((np.arange(20) * 6).astype(dtype), (20, 1))
        canvas.set_image(image)
        for display in displays:
            canvas.set_display(display)
            shown = shot(canvas)
            wanted = display.palette()[display.apply(image)]
            for x in (0, 7, 12, 19):
                found = shown.pixelColor(canvas.view.to_widget(10.5, x + 0.5).toPoint())
                assert (found.red(), found.green(), found.blue()) == tuple(wanted[10, x].tolist())


def test_what_the_file_says_of_white_and_inversion_cancel(canvas: WatchedCanvas) -> None:
    series = replace(ImageSeries.from_array(gray(value=30)), invert=True)
    canvas.set_series(series)
    assert colour(canvas, 100, 100).red() == 225
    canvas.set_display(replace(canvas.display, invert=True))
    assert colour(canvas, 100, 100).red() == 30


def test_a_drag_on_a_large_16_bit_image_changes_the_picture_and_builds_nothing_anew(
        qtbot: QtBot, canvas: WatchedCanvas) -> None:
    canvas.set_image(np.tile(np.arange(3000, dtype=np.uint16), (2000, 1)))
    before = colour(canvas, 1000, 1500).red()
    levels = [id(level) for level in canvas.layers.image._levels]
    drag(qtbot, canvas, Qt.MouseButton.RightButton, QPoint(100, 100), QPoint(0, -60))
    assert colour(canvas, 1000, 1500).red() > before + 20
    assert [id(level) for level in canvas.layers.image._levels] == levels and len(levels) > 1


def hover(canvas: Canvas, at: QPoint) -> None:
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, QPointF(at), canvas.mapToGlobal(QPointF(at)),
                                               none, none, Qt.KeyboardModifier.NoModifier))


def test_the_magnifier_enlarges_what_is_under_the_pointer_and_takes_no_gesture(
        qtbot: QtBot, canvas: WatchedCanvas) -> None:
    image = gray(400, 400, 20)
    image[200:210, 210:220] = 250
    canvas.set_image(image)
    canvas.set_labels(disc(400, 400, center=(205, 190), radius=4), [Label(1, "a", "#00ff00", opacity=0.9)])
    canvas.set_lens(True)
    canvas.lens.power = 3.0
    hover(canvas, QPoint(200, 200))
    shown = shot(canvas)
    assert shown.pixelColor(200 + 3 * 15, 200 + 3 * 5).red() > 200 > 100 > shown.pixelColor(215, 205).red()
    assert shown.pixelColor(200 - 3 * 10, 200 + 3 * 5).green() > 150
    canvas.set_lens(False)
    assert shot(canvas).pixelColor(215, 205).red() > 200


def test_the_checkerboard_shows_every_other_square(canvas: WatchedCanvas) -> None:
    canvas.set_image(gray(160, 160, 40))
    canvas.set_comparison(gray(80, 80, 200), checkerboard=True)
    squares = [[colour(canvas, 10 + 20 * row, 10 + 20 * column).red() for column in range(8)] for row in range(8)]
    assert squares == [[(40, 200)[(row + column) % 2] for column in range(8)] for row in range(8)]


def test_the_difference_has_a_legend_and_follows_the_brush(canvas: WatchedCanvas) -> None:
    canvas.set_image(gray())
    plain = shot(canvas)
    gold = disc(200, 200, center=(100, 120), radius=40)
    canvas.set_difference(disc(200, 200, center=(100, 80), radius=40), gold, legend=True)
    assert len(canvas.overlays.legend) == 3
    corner = shot(canvas).copy(0, SIZE - 80, 160, 80)
    assert corner != plain.copy(0, SIZE - 80, 160, 80)
    colors = {QColor(corner.pixelColor(x, y)).name() for x in range(160) for y in range(80)}
    assert {color.name() for color, _ in canvas.overlays.legend} <= colors
    only_predicted = colour(canvas, 100, 50)
    gold[90:110, 40:60] = 1
    canvas.labels_changed(Region(0, 90, 40, 110, 60))
    assert colour(canvas, 100, 50) != only_predicted
    canvas.set_difference(None, None)
    assert shot(canvas) == plain


def test_linked_views_go_together(qtbot: QtBot, context: AppContext) -> None:
    first = Canvas(context)
    place = Beside(context, first)
    qtbot.addWidget(place)
    place.resize(800, SIZE)
    place.show()
    other, link = place.open_other()
    qtbot.waitExposed(place)
    first.set_image(ramp(200, 300))
    other.set_image(ramp(100, 150))
    qtbot.wait(30)
    link.on = True
    first.zoom_by(4, QPointF(30, 50))
    first.turn()
    middle, mine = QPointF(other.rect().center()), QPointF(first.rect().center())
    assert other.view.turns == 1 and other.view.scale == pytest.approx(2 * first.view.scale)
    assert np.multiply(other.view.to_image(middle), 2) == pytest.approx(first.view.to_image(mine), abs=0.1)
    other.pan_by(30, 10)
    assert np.multiply(other.view.to_image(middle), 2) == pytest.approx(first.view.to_image(mine), abs=0.1)
    first.set_crosshair(True)
    hover(first, QPoint(200, 200))
    y, x = first.view.to_image(QPointF(200, 200))
    assert other.overlays.crosshair == pytest.approx((y / 2, x / 2))
    link.on = False
    first.fit()
    assert not other.view.fitted
