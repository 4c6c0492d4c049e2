"""Our window opens a folder and goes to the next image: a program, so that it starts from nothing as its peer does.

Opening is in seconds of the processor, all threads together; the next image is as a person waits for it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from medsynth_gui.app import Studio

NEXT = 12


def main(folder: Path) -> None:
    application = QApplication([])
    studio = Studio(application)
    studio.start([folder.parent / "first.png"])
    page = studio.window.workspace
    # The first image, and what is loaded a second after it: labelme has imported everything by now, too.
    _wait(application, lambda: _shown(page, None))
    _settle(application, 1.5)
    _wait(application, lambda: not studio.context.queue.active)
    count, before = sum(1 for _ in folder.iterdir()), page.canvas.series
    start = time.process_time()
    studio.window.opener.open_paths([folder])
    _wait(application, lambda: page.series.model.rowCount() > count and _shown(page, before))
    # What is not painted yet is now.
    application.processEvents()
    seconds = {"open": [time.process_time() - start], "next": []}
    for _ in range(NEXT):
        _settle(application, 0.5)
        _wait(application, lambda: not studio.context.queue.active)
        before = page.canvas.series
        start = time.perf_counter()
        page.context.actions.get("annotate.next_series").trigger()
        _wait(application, lambda before=before: _shown(page, before))
        application.processEvents()
        seconds["next"].append(time.perf_counter() - start)
    print(json.dumps(seconds), flush=True)
    studio.window.close()
    studio.close()
    os._exit(0)


def _shown(page: Any, before: object) -> bool:
    return page.canvas.series not in (None, before) and page.canvas.layers.image.shape is not None


def _wait(application: QApplication, done: Callable[[], bool]) -> None:
    while not done():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _settle(application: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
