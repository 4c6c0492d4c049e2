"""labelme opens a folder and goes to the next image; a program for the environment of the peers, not for ours."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from labelme.app import MainWindow
from PyQt5 import QtWidgets

NEXT = 12


def main(folder: str) -> None:
    application = QtWidgets.QApplication([])
    window = MainWindow(config_overrides={"auto_save": False})
    window.show()
    first = str(min(Path(folder).parent.glob("first.png")))
    window._load_file(first)
    _settle(application)
    start = time.process_time()
    window._import_images_from_dir(root_dir=folder)
    window._open_next_image()
    application.processEvents()
    seconds = {"open": [time.process_time() - start], "next": []}
    for _ in range(NEXT):
        _settle(application)
        start = time.perf_counter()
        window._open_next_image()
        application.processEvents()
        seconds["next"].append(time.perf_counter() - start)
    print(json.dumps(seconds), flush=True)
    os._exit(0)


def _settle(application: QtWidgets.QApplication) -> None:
    for _ in range(30):
        application.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1])
