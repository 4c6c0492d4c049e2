"""How long one move of a window/level drag takes on a 5000 x 4000 16-bit mammogram, from mouse to repainted pixels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from medsynth_gui.app import Studio
from medsynth_gui.core.display import Display
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.study import Study
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.jobs.open_study import Opened
from medsynth_gui.session import commands
from tests.benchmarks.conftest import Table, milliseconds
from tests.benchmarks.test_drawing import Painted

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

ROWS, COLUMNS = 5000, 4000
MOVES = 60


class Looked(QWidget):
    """The floor: a lookup table over exactly the pixels of the widget, and one copy to the screen."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self.resize(size)
        self._values = np.random.default_rng(0).integers(0, 4096, (size.height(), size.width()), np.uint16)
        self._display = Display()

    def look(self, level: float) -> None:
        self._display = Display(WindowLevel(level, 2000))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self._display.apply(self._values)
        image = QImage(shown.data, self.width(), self.height(), self.width(), QImage.Format.Format_Grayscale8)
        QPainter(self).drawImage(0, 0, image)


@pytest.fixture
def studio(qapp: QApplication) -> Iterator[Studio]:
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    image = ((y * 7 + x * 5) % 4096 + np.random.default_rng(0).integers(0, 64, (ROWS, COLUMNS))).astype(np.uint16)
    studio = Studio(qapp)
    studio.window.show_workspace("annotate")
    studio.window.show()
    series = ImageSeries.from_array(image, title="mammogram", modality="MG")
    commands.open_studies(studio.context.session, Opened((Study("1", "", "benchmark", (series,)),)))
    while studio.window.workspace.canvas.layers.image.shape is None:
        qapp.processEvents()
    yield studio
    studio.window.close()
    studio.close()


def _send(canvas: Canvas, kind: QEvent.Type, at: QPointF) -> None:
    right, none = Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
    held = none if kind == QEvent.Type.MouseButtonRelease else right
    QApplication.sendEvent(canvas, QMouseEvent(kind, at, canvas.mapToGlobal(at),
                                               none if kind == QEvent.Type.MouseMove else right, held,
                                               Qt.KeyboardModifier.NoModifier))


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
@pytest.mark.parametrize("zoom", ["fitted", "1:1"])
def test_a_move_of_a_window_level_drag(table: Table, studio: Studio, qapp: QApplication, zoom: str,
                                       size: tuple[int, int]) -> None:
    studio.window.resize(*size)
    qapp.processEvents()
    canvas = studio.window.workspace.canvas
    canvas.fit() if zoom == "fitted" else canvas.actual_size()
    floor = Looked(canvas.size())
    floor.show()
    painted, least_painted = Painted(canvas), Painted(floor)
    painted.after(canvas.update)
    least_painted.after(floor.update)
    before = canvas.window
    points = [QPointF(100 + 2 * number, 100 + number) for number in range(MOVES + 1)]
    _send(canvas, QEvent.Type.MouseButtonPress, points[0])
    ours, least = [], []
    for number, at in enumerate(points[1:]):
        ours.append(milliseconds(partial(painted.after, partial(_send, canvas, QEvent.Type.MouseMove, at))))
        least.append(milliseconds(partial(least_painted.after, partial(floor.look, 1000.0 + number))))
    _send(canvas, QEvent.Type.MouseButtonRelease, points[-1])
    floor.close()
    assert canvas.window != before
    ratio = table.add(f"window/level, 16-bit, {size[0]}x{size[1]}, {zoom}", ours, least,
                      "lookup table on the widget's pixels")
    assert ratio <= 8
