"""Videos: every frame by its number, from any thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.video import VideoFrames, open_video
from tests.builders import shared_data

COUNT = 40


def _write(path: Path, codec: str, pixels: str, *, b_frames: int = 0, rate: Fraction = Fraction(20)) -> None:
    """Frame k is gray of 5 k + 20."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, pixels, 12
        stream.max_b_frames = b_frames
        for number in range(COUNT):
            image = np.full((48, 64, 3), 5 * number + 20, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _decoded(path: Path) -> list[np.ndarray]:
    """All frames from first to last, as the decoder gives them."""
    with av.open(str(path)) as container:
        gray = container.streams.video[0].codec_context.pix_fmt == "gray"
        return [frame.to_ndarray(format="gray" if gray else "rgb24") for frame in container.decode(video=0)]


@pytest.fixture(autouse=True)
def _no_video_stays_open() -> Iterator[None]:
    yield
    assert len(VideoFrames._open) <= 4


@pytest.mark.parametrize(("suffix", "codec", "pixels", "b_frames"), [
    ("mp4", "mpeg4", "yuv420p", 0), ("mp4", "mpeg4", "yuv420p", 2), ("mov", "mjpeg", "yuvj420p", 0),
    ("avi", "mpeg4", "yuv420p", 0), ("avi", "mpeg4", "yuv420p", 2), ("avi", "mjpeg", "yuvj420p", 0),
    ("mp4", "libx264", "yuv420p", 3), ("mov", "libx264", "yuv420p", 0),
    ("avi", "ffv1", "gray", 0), ("mkv", "ffv1", "yuv444p", 0), ("mpg", "mpeg2video", "yuv420p", 2)])
def test_every_frame_by_its_number(tmp_path: Path, suffix: str, codec: str, pixels: str, b_frames: int) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this build of FFmpeg has no {codec}")
    rate = Fraction(25) if suffix == "mpg" else Fraction(20)
    _write(tmp_path / f"a.{suffix}", codec, pixels, b_frames=b_frames, rate=rate)
    series = open_video(tmp_path / f"a.{suffix}")[0]
    assert series.frame_count == COUNT
    assert series.frame_rate_hz == pytest.approx(float(rate))
    assert (series.rows, series.columns, series.channels) == (48, 64, 1 if pixels == "gray" else 3)
    decoded = _decoded(tmp_path / f"a.{suffix}")
    for number in (39, 0, 13, 12, 11, 38, 25, 1, 24):
        assert np.array_equal(series.frame(number), decoded[number]), number
    assert not series.frame(3).flags.writeable


def test_uneven_times_shift_no_frame(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=100)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size, stream.max_b_frames = 64, 48, "yuv420p", 12, 2
        for number in range(COUNT):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 5 * number + 20, np.uint8), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts = number * 5 + number % 4
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    series, decoded = open_video(tmp_path / "a.mp4")[0], _decoded(tmp_path / "a.mp4")
    assert series.frame_count == len(decoded) == COUNT
    for number in (39, 7, 0, 23, 12, 22, 11):
        assert np.array_equal(series.frame(number), decoded[number]), number


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_phone_held_sideways(tmp_path: Path, turns: int) -> None:
    """The matrix of the track header turns the picture clockwise; cv2 obeys it too."""
    _write(tmp_path / "a.mp4", "mpeg4", "yuv420p")
    data = bytearray((tmp_path / "a.mp4").read_bytes())
    one, at = 1 << 16, data.index(b"tkhd") + 4 + 40
    a, b = {1: (0, one), 2: (-one, 0), 3: (0, -one)}[turns]
    data[at:at + 36] = np.array([a, b, 0, -b, a, 0, 0, 0, 1 << 30], ">i4").tobytes()
    (tmp_path / "b.mp4").write_bytes(data)
    series = open_video(tmp_path / "b.mp4")[0]
    plain = open_video(tmp_path / "a.mp4")[0]
    assert (series.rows, series.columns) == ((64, 48) if turns % 2 else (48, 64))
    for number in (30, 3):
        assert np.array_equal(series.frame(number), np.rot90(plain.frame(number), -turns))
    assert cv2.VideoCapture(str(tmp_path / "b.mp4")).read()[1].shape == series.frame(0).shape


def test_threads_get_their_frames(tmp_path: Path) -> None:
    _write(tmp_path / "a.mp4", "mpeg4", "yuv420p")
    series = open_video(tmp_path / "a.mp4")[0]
    series.source._cache._capacity = 1  # type: ignore[attr-defined]
    numbers = [k * 17 % COUNT for k in range(60)]
    with ThreadPoolExecutor(4) as pool:
        frames = list(pool.map(series.frame, numbers))
    decoded = _decoded(tmp_path / "a.mp4")
    assert all(np.array_equal(frame, decoded[number]) for number, frame in zip(numbers, frames, strict=True))


def test_many_videos_keep_few_files_open(tmp_path: Path) -> None:
    opened = []
    for number in range(7):
        _write(tmp_path / f"{number}.mp4", "mpeg4", "yuv420p")
        opened.append(open_video(tmp_path / f"{number}.mp4")[0])
    assert len(VideoFrames._open) <= 4
    assert opened[0].frame(20).mean() == pytest.approx(120, abs=5)
    opened.clear()
    assert len(VideoFrames._open) == 0


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_cut_video_is_shorter_or_told(tmp_path: Path, share: float) -> None:
    _write(tmp_path / "a.avi", "mpeg4", "yuv420p")
    data = (tmp_path / "a.avi").read_bytes()
    first, end = data.index(b"movi"), data.index(b"idx1")
    (tmp_path / "b.avi").write_bytes(data[: int(first + (end - first) * share)])
    if share < 0.03:
        with pytest.raises(InputError) as caught:
            open_video(tmp_path / "b.avi")
        assert caught.value.message.id.startswith("video-")
    else:
        assert 0 < open_video(tmp_path / "b.avi")[0].frame_count < COUNT


def test_sound_alone_and_garbage_are_told(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (tmp_path / "b.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(range(256)) * 9)
    for name, message in (("a.mp4", "video-none"), ("b.mp4", "video-damaged"), ("c.mp4", "file-missing")):
        with pytest.raises(InputError) as caught:
            open_video(tmp_path / name)
        assert caught.value.message.id == message


def test_a_real_clip_equals_its_decoded_frames() -> None:
    path = min(shared_data("raw", "lung_us_covid_blues").glob("*.mp4"))
    series = open_video(path)[0]
    decoded = _decoded(path)
    assert series.frame_count == len(decoded)
    for number in (len(decoded) - 1, 0, 50, 49, 3):
        assert np.array_equal(series.frame(number), decoded[number])
