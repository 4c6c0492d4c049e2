"""A video beside cv2: the whole of it in order, and going to a frame that was shown before."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.video import open_video
from tests.benchmarks.conftest import Table

pytestmark = pytest.mark.benchmark
FRAMES, ROWS, COLUMNS, ROUNDS = 300, 600, 800, 5


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """H.264 with B-frames where its encoder is there, else MPEG-4."""
    path = tmp_path_factory.mktemp("clip") / "cine.mp4"
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    speckle = cv2.GaussianBlur(np.random.default_rng(0).rayleigh(60, (ROWS, COLUMNS)), (0, 0), 3)
    speckle = cv2.normalize(speckle, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = COLUMNS, ROWS, "yuv420p", 30
        stream.max_b_frames, stream.bit_rate = 2, 4_000_000
        for number in range(FRAMES):
            gray = np.ascontiguousarray(np.repeat(np.roll(speckle, 3 * number, 1)[..., None], 3, axis=2))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        container.mux(stream.encode())
    return path


def _milliseconds(work: Callable[[], object]) -> float:
    """Of the processor, all threads together: both sides decode with two."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3


def _read_all(series: ImageSeries) -> None:
    for number in range(series.frame_count):
        series.frame(number)


def _cv2_all(path: Path) -> None:
    capture = cv2.VideoCapture(str(path))
    while capture.read()[0]:
        pass


def test_a_whole_video(table: Table, clip: Path) -> None:
    _read_all(open_video(clip)[0])
    _cv2_all(clip)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_milliseconds(lambda: _read_all(open_video(clip)[0])))
        theirs.append(_milliseconds(lambda: _cv2_all(clip)))
    assert table.add(f"MP4, open and all {FRAMES} frames", ours, theirs, "cv2.VideoCapture") <= 1.2


def test_a_frame_that_was_shown_before(table: Table, clip: Path) -> None:
    series, capture = open_video(clip)[0], cv2.VideoCapture(str(clip))
    numbers = [100 + 7 * step % 30 for step in range(30)]

    def seek(number: int) -> None:
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        capture.read()

    for number in numbers:
        series.frame(number)
    ours = [_milliseconds(lambda number=number: series.frame(number)) for number in numbers]
    theirs = [_milliseconds(lambda number=number: seek(number)) for number in numbers]
    assert table.add("MP4, a frame shown before", ours, theirs, "cv2.VideoCapture") <= 0.1
    assert np.allclose(series.frame(117).astype(int), _cv2_frame(clip, 117), atol=24)


def _cv2_frame(path: Path, number: int) -> np.ndarray:
    capture = cv2.VideoCapture(str(path))
    for _ in range(number):
        capture.grab()
    return capture.read()[1][..., ::-1].astype(int)
