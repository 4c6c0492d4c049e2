"""How long a move of the brush takes, from the mouse event to the repainted pixels; undo; history and memory.

Ours is the whole window with locks, outline, cursor, history and journal. Beside it in the same run: a bare prototype
(`indexed_brush`) and, where `make bench-peers` has installed it, napari.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

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
from tests.benchmarks.conftest import Table, milliseconds, percentile
from tests.benchmarks.indexed_brush import IndexedBrush

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

SIDE, LARGE = 4096, 16_000
MOVES = 60
STEP_PX = 12.0
PEERS = Path(__file__).resolve().parents[2] / ".venv-peers"


@contextmanager
def window_on(qapp: QApplication, side: int) -> Iterator[Studio]:
    """A window with one image of side x side pixels."""
    # Tiled noise: a large image must not take its time to be made.
    image = np.tile(np.random.default_rng(0).integers(0, 256, (500, 500), np.uint8), (-(-side // 500),) * 2)
    studio = Studio(qapp)
    studio.window.show_workspace("annotate")
    studio.window.resize(1600, 1000)
    studio.window.show()
    series = ImageSeries.from_array(np.ascontiguousarray(image[:side, :side]), title="benchmark")
    commands.open_studies(studio.context.session, Opened((Study("1", "", "benchmark", (series,)),)))
    while studio.window.workspace.canvas.layers.image.shape is None:
        qapp.processEvents()
    try:
        yield studio
    finally:
        studio.window.close()
        studio.close()


@pytest.fixture
def studio(qapp: QApplication) -> Iterator[Studio]:
    with window_on(qapp, SIDE) as made:
        yield made


@pytest.fixture(scope="session")
def napari() -> dict[str, float]:
    """napari's figures; empty where it is not installed or does not run."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        return {}
    xvfb = [shutil.which("xvfb-run") or "", "-a", "-s", "-screen 0 1920x1200x24"]
    display = [] if os.environ.get("DISPLAY") else xvfb
    if display and not display[0]:
        return {}
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    ran = subprocess.run([*display, str(python), str(Path(__file__).parent / "peers" / "napari_brush.py"), str(SIDE)],
                         capture_output=True, text=True, timeout=300, env=environment, check=False)
    figures = json.loads(ran.stdout.splitlines()[-1]) if ran.stdout.strip() else {}
    return {} if "skipped" in figures else figures


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


def _send(widget: QWidget, kind: QEvent.Type, at: QPointF, *, pressed: bool = True) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, left if pressed else none,
                        Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def _points(widget: QWidget, row: float) -> list[QPointF]:
    left = widget.width() / 2 - MOVES / 2 * STEP_PX
    return [QPointF(left + number * STEP_PX, row) for number in range(MOVES + 1)]


def _stroke(widget: QWidget, row: float) -> list[float]:
    """Times of the moves of one stroke across the middle of the canvas, or of the floor's viewport."""
    points = _points(widget, row)
    painted = Painted(widget)
    painted.after(partial(_send, widget, QEvent.Type.MouseButtonPress, points[0]))
    times = [milliseconds(partial(painted.after, partial(_send, widget, QEvent.Type.MouseMove, at)))
             for at in points[1:]]
    _send(widget, QEvent.Type.MouseButtonRelease, points[-1], pressed=False)
    return times


def _floor(canvas: Canvas, size: int) -> IndexedBrush:
    floor = IndexedBrush(np.asarray(canvas.series.frame(0)), canvas.view.scale, canvas.view.to_image(QPointF(0, 0)))
    floor.radius = size // 2
    floor.resize(canvas.size())
    floor.show()
    floor.look()
    Painted(floor.viewport()).after(floor.viewport().update)
    return floor


def _brush(studio: Studio, size: int, zoom: str) -> Canvas:
    canvas, toolbox = studio.window.workspace.canvas, studio.context.session.toolbox
    canvas.fit() if zoom == "fitted" else canvas.actual_size()
    toolbox.choose("brush")
    toolbox.set_option("radius", size / 2)
    assert toolbox.options["radius"] == size / 2
    return canvas


@pytest.mark.parametrize("zoom", ["1:1", "fitted"])
@pytest.mark.parametrize("size", [40, 400])
def test_a_move_of_the_brush(table: Table, studio: Studio, napari: dict[str, float], zoom: str, size: int) -> None:
    canvas = _brush(studio, size, zoom)
    floor = _floor(canvas, size)
    ours, least = [], []
    for part in (0.35, 0.45, 0.55):  # in turn, so that a busy moment meets both
        ours += _stroke(canvas, canvas.height() * part)
        least += _stroke(floor.viewport(), canvas.height() * part)
    floor.close()
    assert studio.context.session.document.labels(0).any()
    ratio = table.add(f"brush {size} px on {SIDE}², {zoom}", ours, least, "Indexed8, cv2.line, tiles")
    assert ratio <= 5
    assert percentile(ours, 95) <= 5 * percentile(least, 95)
    if napari:
        table.add(f"  beside napari with redraw, {zoom}", ours, [napari[f"brush_{size}_redraw_ms"]], "napari")
        assert statistics.median(ours) <= 0.1 * napari[f"brush_{size}_redraw_ms"]


def test_undo(table: Table, studio: Studio, napari: dict[str, float]) -> None:
    canvas, session = _brush(studio, 40, "1:1"), studio.context.session
    floor = _floor(canvas, 40)
    ours, least = [], []
    painted, painted_floor = Painted(canvas), Painted(floor.viewport())
    before = session.document.labels(0).copy()
    for number in range(10):
        row = canvas.height() * (0.2 + 0.05 * number)
        _stroke(canvas, row)
        _stroke(floor.viewport(), row)
        ours.append(milliseconds(partial(painted.after, partial(commands.undo, session))))
        least.append(milliseconds(partial(painted_floor.after, floor.undo)))
        assert (session.document.labels(0) == before).all()
        commands.redo(session)
        before = session.document.labels(0).copy()
    floor.close()
    table.add(f"undo a stroke on {SIDE}²", ours, least, "tiles copied back")
    if napari:
        table.add("  beside napari's undo", ours, [napari["undo_ms"]], "napari")
        assert statistics.median(ours) <= 0.35 * napari["undo_ms"]


@pytest.mark.parametrize("zoom", ["1:1", "fitted"])
def test_a_large_image_costs_no_more_than_twice_as_much(table: Table, studio: Studio, qapp: QApplication,
                                                        zoom: str) -> None:
    small = _brush(studio, 40, zoom)
    with window_on(qapp, LARGE) as other:
        large = _brush(other, 40, zoom)
        _stroke(large, large.height() * 0.3)
        ours, least = [], []
        for part in (0.4, 0.5, 0.6):
            ours += _stroke(large, large.height() * part)
            least += _stroke(small, small.height() * part)
    ratio = table.add(f"brush 40 px on {LARGE}², {zoom}", ours, least, f"ours on {SIDE}²")
    assert ratio <= 2


def test_history_of_200_strokes(table: Table, studio: Studio) -> None:
    canvas, document = _brush(studio, 40, "1:1"), studio.context.session.document
    before = sum(step.size_bytes for step in document.state().undo)
    for number in range(200):
        points = _points(canvas, canvas.height() * (0.1 + 0.8 * number / 200))[::12]
        _send(canvas, QEvent.Type.MouseButtonPress, points[0])
        for at in points[1:]:
            _send(canvas, QEvent.Type.MouseMove, at)
        _send(canvas, QEvent.Type.MouseButtonRelease, points[-1], pressed=False)
    grown = sum(step.size_bytes for step in document.state().undo) - before
    table.note("history of 200 strokes", f"{grown / 2**20:.2f} MB")
    assert 0 < grown < 50 << 20


def test_the_journal_does_not_hold_who_draws(table: Table, studio: Studio) -> None:
    """Time of the drawing thread inside the journal, for every event of a few strokes."""
    canvas, session = _brush(studio, 400, "1:1"), studio.context.session
    journal = next(iter(session._journals.values()))
    times: list[float] = []
    record = journal._record

    def timed(event: object) -> None:
        times.append(milliseconds(partial(record, event)))

    session.document.recorded.disconnect(record)
    session.document.recorded.connect(timed)
    for part in (0.3, 0.5, 0.7):
        _stroke(canvas, canvas.height() * part)
    session.document.recorded.disconnect(timed)
    session.document.recorded.connect(record)
    table.note("journal, per event", f"median {statistics.median(times):.3f} ms, largest {max(times):.3f} ms")
    assert percentile(times, 99) < 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")
@pytest.mark.parametrize("what", ["still", "cine"])
def test_memory(table: Table, napari: dict[str, float], what: str) -> None:
    """Resident memory in a process of its own (`memory_of`)."""
    ran = subprocess.run([sys.executable, str(Path(__file__).parent / "memory_of.py"), what], capture_output=True,
                         text=True, timeout=300, check=True)
    figures = json.loads(ran.stdout.splitlines()[-1])
    table.note(f"memory, {what}", ", ".join(f"{name} {value:.0f} MB" for name, value in figures.items()))
    if what == "cine":
        assert figures["labelled"] - figures["open"] <= 60
    elif napari:
        table.note("  napari", f"{napari['memory_mb']:.0f} MB")
        assert figures["open"] <= 0.6 * napari["memory_mb"]
