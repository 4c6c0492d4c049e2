"""Someone draws and the program is killed, again and again: what is older than a second is always there, undo too.

Run as a program, this file is the one who draws.
"""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.mask_document import DocumentState, MaskDocument
from medsynth_gui.session import commands
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.tools import PointerEvent

FRAMES, ROWS, COLUMNS = 3, 200, 240
PROMISE_S = 1.0
WRITERS, KILLS = 4, {"quick": 12, "many": 100}
_PACE_S = 0.002


def open_session(folder: Path) -> Session:
    session = Session(Settings(folder / "settings.json"), folder=folder / "journal")
    commands.open_series(session, ImageSeries.from_array(np.zeros((FRAMES, ROWS, COLUMNS), np.uint8), title="clip"))
    return session


def play(session: Session, seed: int) -> Iterator[None]:
    """Strokes of a person in a hurry, some of them longer than a second; one yield an action."""
    chance = random.Random(seed)
    toolbox = session.toolbox
    while True:
        commands.choose_label(session, 1)
        commands.select_frame(session, chance.randrange(FRAMES))
        toolbox.choose(chance.choice(["brush", "brush", "eraser"]))
        toolbox.set_option("radius", chance.uniform(2, 15))
        y, x = chance.uniform(0, ROWS), chance.uniform(0, COLUMNS)
        toolbox.press(PointerEvent(y, x))
        yield
        for _ in range(chance.choice([5, 30, 900])):
            y, x = (y + chance.uniform(-9, 10)) % ROWS, (x + chance.uniform(-9, 10)) % COLUMNS
            toolbox.move(PointerEvent(y, x))
            yield
        if chance.random() < 0.1:
            toolbox.cancel()
        toolbox.release(PointerEvent(y, x))
        yield
        for _ in range(chance.choice([0, 0, 1, 3])):
            chance.choice([commands.undo, commands.undo, commands.redo])(session)
            yield


def draw_for_ever(folder: Path, seed: int) -> None:
    """The child: draws, and notes each action with its time once it is done."""
    session = open_session(folder)
    log = os.open(folder / f"log-{seed}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(log, f"{time.monotonic()}\n".encode())
    for _ in play(session, seed):
        os.write(log, f"{time.monotonic()}\n".encode())
        time.sleep(_PACE_S)


def kill_one(folder: Path, seed: int, life_s: float) -> list[float]:
    """Let a child draw for a while, kill it; the times of its actions, relative to the kill."""
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    log = folder / f"log-{seed}"
    with subprocess.Popen([sys.executable, __file__, str(folder), str(seed)], env=environment) as child:
        while not log.exists() and child.poll() is None:
            time.sleep(0.005)
        time.sleep(life_s)
        killed = time.monotonic()
        assert child.poll() is None, "the child ended by itself"
        child.kill()
    return [float(line) - killed for line in log.read_text().splitlines() if line.strip()]


def could_be(found: DocumentState, before: DocumentState, *, seed: int, folder: Path, first: int, last: int) -> bool:
    """The mask is what the same script gives if it is stopped after `first`, first + 1, ... or `last` actions."""
    labels = labels_of(found)
    with started(folder / f"reference-{seed}", before) as session:
        candidates = [count for count, _ in zip(range(1, last + 1), play(session, seed), strict=False)
                      if count >= first and np.array_equal(shown(session), labels)]
    return any(state_after(count, before, seed, folder) == found for count in [0, *candidates] if count >= first)


def state_after(count: int, before: DocumentState, seed: int, folder: Path) -> DocumentState:
    """What the script gives after some actions; the stroke in hand is kept as far as it went."""
    with started(folder / f"reference-{seed}-{count}", before) as session:
        for _ in itertools.islice(play(session, seed), count):
            pass
        session.toolbox.finish()
        assert session.document is not None
        return session.document.state()


@contextmanager
def started(folder: Path, state: DocumentState) -> Iterator[Session]:
    session = open_session(folder)
    assert session.document is not None
    session.document.restore(state)
    yield session
    session.close()


def shown(session: Session) -> np.ndarray:
    assert session.document is not None
    return np.stack([session.document.labels(frame) for frame in range(FRAMES)])


def labels_of(state: DocumentState) -> np.ndarray:
    document = MaskDocument(FRAMES, ROWS, COLUMNS)
    document.restore(state)
    return np.stack([document.labels(frame) for frame in range(FRAMES)])


def live_and_die(folder: Path, seed: int, kills: int) -> None:
    chance = random.Random(seed)
    before = DocumentState({})
    for kill in range(kills):
        child_seed = seed * 100 + kill
        times = kill_one(folder, child_seed, chance.choice([0.05, 0.7, 1.6]) + chance.random() * 0.3)
        safe = sum(moment <= -PROMISE_S for moment in times) - 1
        done = len(times) - 1
        session = open_session(folder)
        assert session.document is not None
        found = session.document.state()
        session.close()
        # One action may have been done but not noted.
        assert could_be(found, before, seed=child_seed, folder=folder, first=max(safe, 0), last=done + 1), \
            f"seed {child_seed}: {safe} actions were older than a second, {done} were done"
        before = found


@pytest.mark.parametrize("kills", ["quick", pytest.param("many", marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_what_is_older_than_a_second_survives_every_kill(tmp_path: Path, kills: str) -> None:
    folders = [tmp_path / str(writer) for writer in range(WRITERS)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(partial(live_and_die, kills=KILLS[kills] // WRITERS), folders, range(1, WRITERS + 1)))


if __name__ == "__main__":
    draw_for_ever(Path(sys.argv[1]), int(sys.argv[2]))
