"""Decoding in a child: it comes back after a death, keeps time, and leaves no orphan."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import medsynth_gui
from medsynth_gui.io.dicom.child import DecoderChildren
from medsynth_gui.io.dicom.frame_index import index_encapsulated, read_spans
from medsynth_gui.io.dicom.header import read_header
from medsynth_gui.io.dicom.layout import PixelLayout, read_layout
from tests.builders import ramp
from tests.unit.io.dicom.files import dataset, opened
from tests.unit.io.dicom.test_syntaxes import _LOSSLESS, _transcoded

GRAY = ramp()[None]


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, PixelLayout, str]:
    return _coded(tmp_path_factory.mktemp("lossless"), GRAY)


def _coded(folder: Path, frames: np.ndarray) -> tuple[bytes, PixelLayout, str]:
    opened(folder / "plain.dcm", dataset(frames))
    path = _transcoded(folder / "plain.dcm", folder / "a.dcm", _LOSSLESS["70"])
    header = read_header(path)
    assert header.pixels is not None
    (spans,) = index_encapsulated(header, header.pixels).frames
    return read_spans(path, header.pixels, spans), read_layout(header, header.pixels), header.syntax


@pytest.fixture(scope="module")
def children() -> Iterator[DecoderChildren]:
    made = DecoderChildren()
    yield made
    made.close()


def _pids(children: DecoderChildren) -> list[int]:
    return [child._process.pid for child in children._all]


def test_decodes_from_several_threads_with_no_more_than_two_children(children: DecoderChildren,
                                                                     coded: tuple[bytes, PixelLayout, str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        frames = list(pool.map(lambda _: children.decode(*coded), range(8)))
    assert all(np.array_equal(frame, GRAY[0]) for frame in frames)
    assert len(_pids(children)) <= 2


def test_a_frame_that_it_refuses_costs_no_child(children: DecoderChildren,
                                                coded: tuple[bytes, PixelLayout, str]) -> None:
    children.decode(*coded)
    before = _pids(children)
    with pytest.raises(ValueError):
        children.decode(b"no code stream", *coded[1:])
    assert np.array_equal(children.decode(*coded), GRAY[0])
    assert _pids(children) == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_it_comes_back_after_a_death(children: DecoderChildren, coded: tuple[bytes, PixelLayout, str],
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    children.decode(*coded)
    # Dead while they wait: not the next frame's fault.
    for child in children._all:
        os.kill(child._process.pid, signal.SIGKILL)
        child._process.wait()
    assert np.array_equal(children.decode(*coded), GRAY[0])
    # Dead over a frame.
    child = children._idle[-1]
    os.kill(child._process.pid, signal.SIGKILL)
    monkeypatch.setattr(type(child), "alive", True)
    with pytest.raises(ValueError, match="it ends the decoder"):
        children.decode(*coded)
    monkeypatch.undo()
    assert np.array_equal(children.decode(*coded), GRAY[0])


def test_a_frame_has_its_time(children: DecoderChildren, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1, 1500, 1500), np.uint8)
    slow = _coded(tmp_path, noise)
    with pytest.raises(ValueError, match=r"more than 0\.01 seconds"):
        children.decode(*slow, seconds=0.01)
    assert np.array_equal(children.decode(*slow), noise[0])


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_no_orphan_after_a_kill() -> None:
    program = ("import sys, time; from medsynth_gui.io.dicom.child import _Child; "
               "print(_Child()._process.pid, flush=True); time.sleep(60)")
    root = str(Path(medsynth_gui.__file__).parents[1])
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": root})
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while _runs(pid):
        assert time.monotonic() < deadline, "the decoder outlived the program"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # Where nobody collects it, a process that has ended is still listed.
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
