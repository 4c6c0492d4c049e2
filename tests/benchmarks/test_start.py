"""How long until a window is painted, and until it shows an image: fresh processes, in turn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.conftest import Table

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

ROUNDS = 5

OURS = """
import sys
from medsynth_gui.app import main
sys.exit(main([]))
"""
GRAPHICS_VIEW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView, QMainWindow

def told():
    print("window painted", flush=True)
    QApplication.exit(0)

class View(QGraphicsView):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, told)

application = QApplication([])
window = QMainWindow()
scene = QGraphicsScene()
if len(sys.argv) > 1:
    scene.addPixmap(QPixmap(sys.argv[1]))
window.setCentralWidget(View(scene))
window.resize(1280, 800)
window.show()
application.exec()
"""
PYQTGRAPH = """
import sys
import pyqtgraph
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

def told():
    print("window painted", flush=True)
    QApplication.exit(0)

class View(pyqtgraph.GraphicsLayoutWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, told)

application = QApplication([])
window = QMainWindow()
view = View()
view.addViewBox().addItem(pyqtgraph.ImageItem())
window.setCentralWidget(view)
window.resize(1280, 800)
window.show()
application.exec()
"""
OUR_IMAGE = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from medsynth_gui.app import Studio

application = QApplication([])
studio = Studio(application)

def look():
    canvas = studio.window.workspace.canvas
    if canvas.series is not None and canvas.layers.image.shape is not None:
        canvas.repaint()
        print("window painted", flush=True)
        application.exit(0)

watch = QTimer(interval=1)
watch.timeout.connect(look)
watch.start()
studio.start([Path(sys.argv[1])])
application.exec()
watch.stop()
studio.close()
"""


def _seconds_until_painted(code: str, home: Path, *arguments: str) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
                   "MEDSYNTH_HOME": str(home), "MEDSYNTH_SELFTEST": "1"}
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - start
        process.wait(60)
    assert line.strip() == "window painted"
    return seconds


def _in_turn(programs: dict[str, str], home: Path, *arguments: str) -> dict[str, list[float]]:
    for code in programs.values():
        _seconds_until_painted(code, home, *arguments)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, code in programs.items():
            times[name].append(_seconds_until_painted(code, home, *arguments) * 1e3)
    return times


def test_start_to_painted_window(table: Table, tmp_path: Path) -> None:
    times = _in_turn({"ours": OURS, "view": GRAPHICS_VIEW, "pyqtgraph": PYQTGRAPH}, tmp_path)
    table.add("start to painted window", times["ours"], times["view"], "QMainWindow with a QGraphicsView")
    ratio = table.add("start to painted window", times["ours"], times["pyqtgraph"], "bare pyqtgraph window")
    assert ratio <= 1.5


def test_start_to_first_image(table: Table, tmp_path: Path) -> None:
    from medsynth_gui.io.raster_files import write_gray_png

    write_gray_png(tmp_path / "image.png", np.random.default_rng(0).integers(0, 256, (600, 800), np.uint8), None)
    times = _in_turn({"ours": OUR_IMAGE, "view": GRAPHICS_VIEW}, tmp_path / "home", str(tmp_path / "image.png"))
    table.add("start to first image (600 x 800 PNG)", times["ours"], times["view"], "QGraphicsView with a QPixmap")
