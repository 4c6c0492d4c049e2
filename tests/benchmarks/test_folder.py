"""A folder of ten thousand PNGs: until its list and first image are shown, and to the next image.

Opening is in seconds of the processor, all threads together, so that a busy machine changes no ratio; the next image
is as a person waits for it, the best of many steps on both sides.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QAbstractListModel
from PySide6.QtWidgets import QListView

from medsynth_gui.io.raster_files import write_gray_png
from tests.benchmarks.conftest import Table
from tests.benchmarks.peer import peer

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]
COUNT, ROUNDS = 10_000, 3
Seconds = dict[str, list[float]]


class _Names(QAbstractListModel):
    """The least that shows a folder."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names

    def rowCount(self, parent: object = None) -> int:
        return len(self._names)

    def data(self, index: object, role: int = 0) -> object:
        return self._names[index.row()] if role == 0 else None  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Speckle of 800 x 600; every picture hundreds of times over, for the disk's sake."""
    folder = tmp_path_factory.mktemp("crowded") / "images"
    rnd = np.random.default_rng(0)
    for number in range(COUNT):
        path, original = folder / f"image{number}.png", folder / f"image{number - number % 500}.png"
        if path == original:
            write_gray_png(path, rnd.rayleigh(40, (600, 800)).clip(0, 255).astype(np.uint8))
        else:
            os.link(original, path)
    os.link(folder / "image0.png", folder.parent / "first.png")
    return folder


def _ours(folder: Path, home: Path) -> Seconds:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "MEDSYNTH_HOME": str(home)}
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.window_folder", str(folder)], check=True, text=True,
                          capture_output=True, env=environment, cwd=Path(__file__).resolve().parents[2], timeout=600)
    answer: Seconds = json.loads(done.stdout.splitlines()[-1])
    return answer


def _floor(folder: Path) -> float:
    start = time.process_time()
    with os.scandir(folder) as found:
        view, model = QListView(), _Names(sorted(entry.name for entry in found))
    view.setUniformItemSizes(True)
    view.setModel(model)
    view.grab()
    return time.process_time() - start


def _add(table: Table, name: str, ours: list[float], theirs: list[float], floor: str) -> float:
    return table.add(name, [value * 1e3 for value in ours], [value * 1e3 for value in theirs], floor)


def test_beside_the_least_that_could_be_done(table: Table, folder: Path, tmp_path: Path, qapp: object) -> None:
    _floor(folder)
    ours = [_ours(folder, tmp_path)["open"][0] for _ in range(ROUNDS)]
    _add(table, f"folder of {COUNT:,} PNGs, list shown", ours, [_floor(folder) for _ in range(ROUNDS)],
         "os.scandir, QAbstractListModel")


def test_beside_labelme(table: Table, folder: Path, tmp_path: Path) -> None:
    ours: Seconds = {"open": [], "next": []}
    theirs: Seconds = {"open": [], "next": []}
    for _ in range(ROUNDS):
        for seconds, found in ((theirs, peer("labelme_folder.py", folder, needs="labelme")),
                               (ours, _ours(folder, tmp_path))):
            for name, values in found.items():
                seconds[name] += values
    opened = _add(table, f"folder of {COUNT:,} PNGs, list shown", ours["open"], theirs["open"], "labelme")
    following = _add(table, "folder, next image", [min(ours["next"])], [min(theirs["next"])], "labelme")
    assert opened <= 0.2
    assert following <= 0.4
