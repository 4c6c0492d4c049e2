"""napari's brush, measured as ours is; a program for the environment of the peers, not for ours.

`python napari_brush.py [SIDE]` prints one JSON object: milliseconds of a move of the brush with and without redraw,
of an undo with redraw, and the memory with image and labels open. It needs a display with OpenGL (Xvfb will do).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ["QT_API"] = "pyside6"  # another peer brings PyQt5, without what a display needs
MOVES = 40
STEP_PX = 12


def resident_mb() -> float:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[1]) * 4096 / 2**20
    except OSError:
        return 0.0


def milliseconds(work: Callable[[], object]) -> float:
    """What this thread works for."""
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1e3


class Desk:
    """A viewer with one image and one label layer."""

    def __init__(self, side: int) -> None:
        import napari
        import numpy as np
        from qtpy.QtWidgets import QApplication

        self.viewer = napari.Viewer()
        self.viewer.window.resize(1600, 1000)
        self._application = QApplication.instance()
        self.viewer.add_image(np.random.default_rng(0).integers(0, 256, (side, side), np.uint8))
        self.labels = self.viewer.add_labels(np.zeros((side, side), np.uint8))
        self.labels.mode = "paint"
        self._canvas = self.viewer.window._qt_viewer.canvas._scene_canvas
        self._drawn = 0
        self._canvas.events.draw.connect(self._note)
        for _ in range(50):
            self._application.processEvents()

    def _note(self, _: object) -> None:
        self._drawn += 1

    def drawn_after(self, change: Callable[[], object]) -> None:
        """Change something and wait until the canvas has been painted."""
        before, limit = self._drawn, time.monotonic() + 5
        change()
        self._canvas.update()
        while self._drawn == before and time.monotonic() < limit:
            self._application.processEvents()

    def stroke(self, size: int, row: float, *, redraw: bool) -> list[float]:
        """Times of the moves of one stroke."""
        self.labels.brush_size = size
        left = self.labels.data.shape[1] / 2 - MOVES / 2 * STEP_PX
        times = []
        with self.labels.block_history():
            for number in range(MOVES):
                ends = [(row, left + (number + step) * STEP_PX) for step in (0, 1)]

                def move(ends: list[tuple[float, float]] = ends) -> None:
                    self.labels._draw(1, ends[0], ends[1])

                times.append(milliseconds((lambda do=move: self.drawn_after(do)) if redraw else move))
        return times


def measure(side: int) -> dict[str, object]:
    """Everything for one size of image."""
    desk = Desk(side)
    memory = resident_mb()
    figures: dict[str, object] = {"side": side, "memory_mb": round(memory, 1)}
    middle = side / 2
    for number, size in enumerate((40, 400)):
        for redraw in (True, False):
            times = desk.stroke(size, middle + 100 * number, redraw=redraw)
            figures[f"brush_{size}_{'redraw' if redraw else 'bare'}_ms"] = round(statistics.median(times), 3)
    strokes = 6
    for number in range(strokes):
        desk.stroke(40, middle - 200 - 60 * number, redraw=False)
    undo = [milliseconds(lambda: desk.drawn_after(desk.labels.undo)) for _ in range(strokes)]
    figures["undo_ms"] = round(statistics.median(undo), 3)
    desk.viewer.close()
    return figures


def main() -> int:
    try:
        import napari
    except ImportError as error:
        print(json.dumps({"skipped": f"napari is not installed here: {error}"}))
        return 0
    try:
        print(json.dumps({"napari": napari.__version__, **measure(int(sys.argv[1]) if sys.argv[1:] else 4096)}))
    except Exception as error:  # another program's failure is a reason, not ours
        print(json.dumps({"skipped": f"napari does not run here: {type(error).__name__}: {error}"}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
