"""Someone draws in the window and it is killed: started again, the image, the mask and its undo are there.

Run as a program, this file is the window that draws by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.io.raster_files import write_gray_png
from tests.builders import ramp

DRAWN, LIMIT_S = "drawn", 240.0
JOURNAL_S = 1.5
ROOT = Path(__file__).resolve().parents[2]


def started(path: Path | None = None) -> object:
    """The window, opened: with a file, or with what was open last."""
    from PySide6.QtWidgets import QApplication

    from medsynth_gui.app import Studio

    application = QApplication.instance() or QApplication(sys.argv[:1])
    studio = Studio(application)
    studio.start([path] if path else [])
    end = time.monotonic() + LIMIT_S
    while not studio.context.session.opened and time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)
    return studio


def draw_and_wait(path: Path) -> None:
    """Two strokes by mouse, one undone; say so once a second has passed, and go on living."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    studio = started(path)
    canvas = studio.window.workspace.canvas
    for y, x in ((20, 20), (60, 60)):
        start, end = (canvas.view.to_widget(y, x + step).toPoint() for step in (0, 20))
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        QTest.mouseMove(canvas, end)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    studio.context.actions.get("annotate.undo").trigger()
    np.save(path.with_suffix(".npy"), studio.context.session.document.labels(0))
    end_s = time.monotonic() + JOURNAL_S
    told = False
    while True:
        QApplication.processEvents()
        time.sleep(0.01)
        if not told and time.monotonic() > end_s:
            told = True
            print(DRAWN, flush=True)


@pytest.mark.slow
def test_a_killed_window_comes_back_with_mask_and_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image.png"
    write_gray_png(path, ramp(96, 128))
    home = tmp_path / "home"
    monkeypatch.setenv("MEDSYNTH_HOME", str(home))
    environment = {**os.environ, "MEDSYNTH_HOME": str(home), "QT_QPA_PLATFORM": "offscreen",
                   "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen([sys.executable, __file__, str(path)], env=environment, text=True,
                          stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline().strip() == DRAWN
        child.kill()
    drawn = np.load(path.with_suffix(".npy"))
    assert drawn[20, 30] == 1 and drawn[60, 70] == 0
    studio = started()
    try:
        session = studio.context.session
        assert session.current.series.path == str(path)
        assert np.array_equal(session.document.labels(0), drawn)
        studio.context.actions.get("annotate.redo").trigger()
        assert session.document.labels(0)[60, 70] == 1
        for _ in range(2):
            studio.context.actions.get("annotate.undo").trigger()
        assert not session.document.labels(0).any()
    finally:
        studio.window.close()
        assert studio.close()


if __name__ == "__main__":
    draw_and_wait(Path(sys.argv[1]))
