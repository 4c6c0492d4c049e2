"""How much memory the window takes with something open: a program, so that nothing else is counted.

`python memory_of.py still` opens 4096 x 4096 and draws on it; `cine` opens 500 frames of 800 x 600 and labels all.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    still = sys.argv[1:] == ["still"]
    from medsynth_gui.app import Studio
    from medsynth_gui.core.image import ImageSeries
    from medsynth_gui.core.study import Study
    from medsynth_gui.jobs.open_study import Opened
    from medsynth_gui.session import commands
    from medsynth_gui.session.tools import PointerEvent

    application = QApplication([])
    studio = Studio(application)
    studio.window.show_workspace("annotate")
    studio.window.resize(1600, 1000)
    studio.window.show()
    session = studio.context.session
    frames, rows, columns = (1, 4096, 4096) if still else (500, 600, 800)
    noise = np.random.default_rng(0).integers(0, 256, (rows, columns), np.uint8)
    clip = np.stack([np.roll(noise, frame, axis=1) for frame in range(frames)])
    commands.open_studies(session, Opened((Study("1", "", "x", (ImageSeries.from_array(clip, title="x"),)),)))
    while studio.window.workspace.canvas.layers.image.shape is None:
        application.processEvents()
    figures = {"open": resident_mb()}
    session.toolbox.choose("brush")
    session.toolbox.set_option("radius", 40)
    for frame in range(frames):
        commands.select_frame(session, frame)
        for stroke in range(3):
            session.toolbox.press(PointerEvent(rows * 0.3 + 60 * stroke, columns * 0.3))
            session.toolbox.move(PointerEvent(rows * 0.3 + 60 * stroke + frame % 7, columns * 0.6))
            session.toolbox.release(PointerEvent(rows * 0.3 + 60 * stroke, columns * 0.6))
        application.processEvents()
    figures["labelled"] = resident_mb()
    studio.window.close()
    studio.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["MEDSYNTH_HOME"] = home
        main()
