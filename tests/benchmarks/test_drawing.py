"""How long a move of the brush takes on 4096 x 4096, from the mouse event to the repainted pixels; and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from medsynth_gui.app import Studio
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.study import Study
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.jobs.open_study import Opened
from medsynth_gui.session import commands
from tests.benchmarks.conftest import Table, milliseconds
from tests.benchmarks.indexed_brush import IndexedBrush

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

SIZE = 4096
MOVES = 60
STEP_PX = 12.0


@pytest.fixture
def studio(qapp: QApplication) -> Iterator[Studio]:
    image = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE), np.uint8)
    studio = Studio(qapp)
    studio.window.show_workspace("annotate")
    studio.window.resize(1600, 1000)
    studio.window.show()
    series = ImageSeries.from_array(image, title="benchmark")
    commands.open_studies(studio.context.session, Opened((Study("1", "", "benchmark", (series,)),)))
    while studio.window.workspace.canvas._image.shape is None:
        qapp.processEvents()
    yield studio
    studio.window.close()
    studio.close()


class Painted(QObject):
    """Runs a change of a widget until the widget has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._painted = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._painted |= event.type() == QEvent.Type.Paint
        return False

    def after(self, change: Callable[[], object]) -> None:
        self._painted = False
        change()
        while not self._painted:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _send(canvas: Canvas, kind: QEvent.Type, at: QPointF, *, pressed: bool = True) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    event = QMouseEvent(kind, at, canvas.mapToGlobal(at), button, left if pressed else none,
                        Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def _stroke(canvas: Canvas, row: float) -> list[float]:
    """Times of the moves of one stroke across the middle of the canvas."""
    left = canvas.width() / 2 - MOVES / 2 * STEP_PX
    points = [QPointF(left + number * STEP_PX, row) for number in range(MOVES + 1)]
    painted = Painted(canvas)
    painted.after(partial(_send, canvas, QEvent.Type.MouseButtonPress, points[0]))
    times = [milliseconds(partial(painted.after, partial(_send, canvas, QEvent.Type.MouseMove, at)))
             for at in points[1:]]
    _send(canvas, QEvent.Type.MouseButtonRelease, points[-1], pressed=False)
    return times


@pytest.mark.parametrize("zoom", ["1:1", "fitted"])
@pytest.mark.parametrize("size", [40, 400])
def test_a_move_of_the_brush(table: Table, studio: Studio, zoom: str, size: int) -> None:
    canvas = studio.window.workspace.canvas
    canvas.fit() if zoom == "fitted" else canvas.actual_size()
    toolbox = studio.context.session.toolbox
    toolbox.choose("brush")
    toolbox.set_option("radius", size / 2)
    assert toolbox.options["radius"] == size / 2
    top, left = canvas.view.to_image(QPointF(0, 0))
    image = np.asarray(canvas.series.frame(0))
    floor = IndexedBrush(image, canvas.view.scale, (top, left))
    floor.resize(canvas.size())
    floor.show()
    painted = Painted(floor)
    painted.after(floor.update)
    ours, least = _stroke(canvas, canvas.height() * 0.4), []
    y = int(top + canvas.height() * 0.4 / canvas.view.scale)
    for number in range(MOVES):
        x = int(left + (canvas.width() / 2 + (number - MOVES / 2) * STEP_PX) / canvas.view.scale)
        least.append(milliseconds(partial(painted.after, partial(floor.stamp, y, x, size // 2))))
    floor.close()
    assert studio.context.session.document.labels(0).any()
    table.add(f"brush {size} px on {SIZE}², {zoom}", ours, least, "Indexed8, dirty rectangle")


def test_undo(table: Table, studio: Studio) -> None:
    canvas, session = studio.window.workspace.canvas, studio.context.session
    session.toolbox.choose("brush")
    session.toolbox.set_option("radius", 20)
    canvas.actual_size()
    snapshots = []
    for number in range(10):
        snapshots.append(session.document.labels(0).copy())
        _stroke(canvas, canvas.height() * (0.2 + 0.05 * number))
    ours, least = [], []
    painted = Painted(canvas)
    buffer = session.document.labels(0).copy()
    for snapshot in reversed(snapshots):
        ours.append(milliseconds(partial(painted.after, partial(commands.undo, session))))
        least.append(milliseconds(partial(np.copyto, buffer, snapshot)))
    assert not session.document.labels(0).any()
    table.add(f"undo a stroke on {SIZE}²", ours, least, "a snapshot copied back, nothing repainted")
