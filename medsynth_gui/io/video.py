"""Video files: every frame by its number, decoded when it is asked for."""

from __future__ import annotations

import bisect
import io
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import check_size, quoted

_MOST_OPEN = 4
_THREADS = 2
_MOST_FRAMES = 1_000_000


@dataclass(frozen=True)
class _Index:
    """Presentation times of all frames in order; of key frames the numbers and when they are decoded.

    `counted`: the container has no usable times, a frame is found by counting from the start.
    """

    times: list[int]
    keys: list[int]
    decode_times: list[int]
    counted: bool = False


class _Decoder:
    """An open video that goes forward, and back to a key frame where it must."""

    def __init__(self, path: Path, data: bytes | None, index: _Index) -> None:
        from av.video.reformatter import VideoReformatter

        self._path, self._data, self._index = path, data, index
        # One for all frames: a new one prepares its tables anew.
        self._converter = VideoReformatter()
        self._open()

    def _open(self) -> None:
        self._container = _container(self._path, self._data)
        self._stream = self._container.streams.video[0]
        # Frames are decoded beside each other; more threads would only hold more frames in flight.
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = _THREADS
        self._frames: Iterator[Any] = self._container.decode(self._stream)
        self._next = 0

    def read(self, number: int, *, from_start: bool = False) -> Iterator[tuple[int, Frame]]:
        """Decode up to a frame, by number; what lies between is given out as well.

        Times tell which frame it is, so that a broken packet shifts none of the others.
        """
        index = self._index
        which = 0 if from_start else bisect.bisect_right(index.keys, number) - 1
        key = index.keys[which]
        if from_start or not 0 <= self._next <= number or key > self._next:
            self._go_to(which)
        for frame in self._frames:
            position = self._next if index.counted else self._position(frame)
            if position is not None:
                self._next = position + 1
                if position >= key:
                    yield position, _pixels(frame, self._converter)
                if position >= number:
                    return
        self._next = -1

    def _go_to(self, which: int) -> None:
        if which == 0:
            self.close()
            self._open()
            return
        # Some containers are sought by decoding times, which never come after the others.
        self._container.seek(self._index.decode_times[which], stream=self._stream, backward=True, any_frame=False)
        self._frames = self._container.decode(self._stream)

    def _position(self, frame: Any) -> int | None:
        times = self._index.times
        position = bisect.bisect_left(times, frame.pts) if frame.pts is not None else len(times)
        return position if position < len(times) and times[position] == frame.pts else None

    def close(self) -> None:
        self._container.close()


class VideoFrames:
    """Frames of a video; thread-safe. At most a few videos are held open at a time."""

    _open: ClassVar[OrderedDict[int, _Decoder]] = OrderedDict()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path, data: bytes | None, index: _Index) -> None:
        self._path, self._data, self._index = path, data, index
        self._cache = FrameCache()

    def __len__(self) -> int:
        return len(self._index.times)

    def frame(self, index: int) -> Frame:
        if (kept := self._cache.get(index)) is not None:
            return kept
        with VideoFrames._lock, _told(self._path):
            if (kept := self._cache.get(index)) is not None:
                return kept
            # Some containers seek past the key frame that was asked for: then once more from the start.
            for from_start in (False, True):
                for position, pixels in self._decoder().read(index, from_start=from_start):
                    kept = self._cache.put(position, pixels)
                    if position == index:
                        return kept
        raise InputError("video-frame", path=self._path, frame=index)

    def kept(self, index: int) -> Frame | None:
        """The frame if it is in memory."""
        return self._cache.get(index)

    def _decoder(self) -> _Decoder:
        """This video's decoder; the one unused for longest is closed for it."""
        opened = VideoFrames._open
        if id(self) not in opened:
            opened[id(self)] = _Decoder(self._path, self._data, self._index)
            while len(opened) > _MOST_OPEN:
                opened.popitem(last=False)[1].close()
        opened.move_to_end(id(self))
        return opened[id(self)]

    def __del__(self) -> None:
        # Without the lock: the collector may run inside it. A dictionary's pop is atomic.
        if (decoder := VideoFrames._open.pop(id(self), None)) is not None:
            decoder.close()


def open_video(path: Path) -> tuple[ImageSeries, ...]:
    """Open a video file; frames are counted by reading packets, not by what its header claims.

    Raises:
        InputError: damaged, without pictures, or too large.
    """
    return (open_stream(path, None),)


def open_stream(path: Path, data: bytes | None) -> ImageSeries:
    """Open a video from a file, or from bytes that came out of one.

    Raises:
        InputError: damaged, without pictures, or too large.
    """
    with _told(path), _container(path, data) as container:
        if not container.streams.video:
            raise InputError("video-none", path=path)
        stream = container.streams.video[0]
        check_size(path, stream.height or 0, stream.width or 0)
        index = _read_index(container, stream)
        rate = stream.average_rate or stream.guessed_rate
        codec, layout = stream.codec_context.name, stream.codec_context.pix_fmt or ""
        name = container.format.long_name
    if not index.times:
        raise InputError("video-none", path=path)
    source = VideoFrames(path, data, index)
    first = source.frame(0)
    return ImageSeries(source=source, rows=first.shape[0], columns=first.shape[1],
                       channels=first.shape[2] if first.ndim == 3 else 1, title=path.name, modality="OT",
                       photometric="RGB" if first.ndim == 3 else "MONOCHROME2", path=str(path),
                       frame_rate_hz=float(rate) if rate else None,
                       provenance=Provenance(synthetic=False, producer="file"),
                       details=(("format", name), ("codec", codec), ("pixel format", layout)))


def _container(path: Path, data: bytes | None) -> Any:
    import av

    av.logging.set_level(None)
    return av.open(io.BytesIO(data) if data is not None else str(path))


def _read_index(container: Any, stream: Any) -> _Index:
    """Packets tell the times without decoding; where they lack them (AVI with B-frames), frames are counted."""
    marks: list[tuple[int, int, bool]] = []
    timed = True
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard and not packet.is_corrupt:
            timed = timed and packet.pts is not None
            time = packet.pts if packet.pts is not None else -1
            marks.append((time, packet.dts if packet.dts is not None else time, packet.is_keyframe))
        if len(marks) > _MOST_FRAMES:
            break
    if not timed or len({mark[0] for mark in marks}) < len(marks):
        container.seek(0)
        return _Index(list(range(sum(1 for _ in container.decode(stream)))), [0], [0], counted=True)
    marks.sort()
    keys = [number for number, (_, _, key) in enumerate(marks) if key or number == 0]
    return _Index([mark[0] for mark in marks], keys, [min(marks[key][:2]) for key in keys])


def _pixels(frame: Any, converter: Any) -> Frame:
    gray = frame.format.name.startswith(("gray", "monow", "monob"))
    # One thread: waking more costs more than a frame takes.
    converted = converter.reformat(frame, format="gray" if gray else "rgb24", threads=1)
    plane, samples = converted.planes[0], 1 if gray else 3
    if plane.line_size == plane.width * samples:
        # Without a copy: the array keeps the plane.
        pixels: Frame = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.width, samples)
        pixels = pixels[..., 0] if gray else pixels
    else:
        pixels = converted.to_ndarray()
    turns = round((getattr(frame, "rotation", 0) or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """FFmpeg's failures as sentences."""
    try:
        yield
    except MedSynthError:
        raise
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    # PyAV raises even AttributeError for a stream that no decoder fits.
    except Exception as error:
        detail = quoted(getattr(error, "strerror", None) or error)
        raise InputError("video-damaged", path=path, detail=detail) from error
