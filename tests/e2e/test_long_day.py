"""A long day of drawing: memory and history stay flat."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.session import commands
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.tools import PointerEvent

STROKES, FRAMES, ROWS, COLUMNS = 2000, 10, 300, 400
STATM = Path("/proc/self/statm")


def resident_mb() -> float:
    return int(STATM.read_text(encoding="ascii").split()[1]) * 4096 / 2**20


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(Settings(tmp_path / "settings.json"), folder=tmp_path / "journal")
    commands.open_series(made, ImageSeries.from_array(np.zeros((FRAMES, ROWS, COLUMNS), np.uint8), title="clip"))
    yield made
    made.close()


def history_bytes(session: Session) -> int:
    state = session.document.state()
    return sum(step.size_bytes for step in (*state.undo, *state.redo)) + sum(map(len, state.frames.values()))


@pytest.mark.skipif(not STATM.exists(), reason="resident memory is read from /proc")
def test_two_thousand_strokes_take_no_more_memory_than_their_history(session: Session) -> None:
    chance, toolbox = random.Random(0), session.toolbox
    toolbox.choose("brush")
    resident: list[float] = []
    for number in range(STROKES):
        commands.select_frame(session, chance.randrange(FRAMES))
        toolbox.set_option("radius", chance.uniform(2, 20))
        y, x = chance.uniform(0, ROWS), chance.uniform(0, COLUMNS)
        toolbox.press(PointerEvent(y, x))
        for _ in range(3):
            toolbox.move(PointerEvent(y + chance.uniform(-30, 30), x + chance.uniform(-30, 30), frozenset()))
        toolbox.release(PointerEvent(y, x))
        if number % 3 == 0:
            commands.undo(session)
        if number % 250 == 249:
            session.poll()
            session._writer.flush()
            resident.append(resident_mb())
    assert history_bytes(session) < 8 << 20
    assert resident[-1] - resident[1] < 12
