"""Video files: every frame by its number, decoded when it is asked for."""

from __future__ import annotations

import bisect
import io
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import check_size

_MOST_OPEN = 4
_MOST_FRAMES = 1_000_000


class _Decoder:
    """An open video that goes forward, and back to a key frame where it must."""

    def __init__(self, path: Path, data: bytes | None, times: list[int], keys: list[int]) -> None:
        import av

        self._container: Any = av.open(io.BytesIO(data) if data is not None else str(path))
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = 1
        self._times, self._keys = times, keys
        self._frames: Iterator[Any] = iter(())
        self._next = -1

    def read(self, index: int) -> Iterator[tuple[int, Frame]]:
        """Decode up to a frame, by number; what lies between is given out as well.

        Times tell which frame it is, so that a broken packet shifts none of the others.
        """
        key = self._keys[bisect.bisect_right(self._keys, index) - 1]
        if not 0 <= self._next <= index or key > self._next:
            self._container.seek(self._times[key], stream=self._stream, backward=True, any_frame=False)
            self._frames = self._container.decode(self._stream)
        target = self._times[index]
        for frame in self._frames:
            position = bisect.bisect_left(self._times, frame.pts if frame.pts is not None else -1)
            if position < len(self._times) and self._times[position] == frame.pts:
                self._next = position + 1
                if position >= key:
                    yield position, _pixels(frame)
            if frame.pts is not None and frame.pts >= target:
                return
        self._next = -1

    def close(self) -> None:
        self._container.close()


class VideoFrames:
    """Frames of a video; thread-safe. At most a few videos are held open at a time."""

    _open: ClassVar[OrderedDict[int, _Decoder]] = OrderedDict()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path, data: bytes | None, times: list[int], keys: list[int]) -> None:
        self._path, self._data, self._times, self._keys = path, data, times, keys
        self._cache = FrameCache()

    def __len__(self) -> int:
        return len(self._times)

    def frame(self, index: int) -> Frame:
        if (kept := self._cache.get(index)) is not None:
            return kept
        with VideoFrames._lock, _told(self._path):
            if (kept := self._cache.get(index)) is not None:
                return kept
            found = None
            for position, pixels in self._decoder().read(index):
                self._cache.put(position, pixels)
                found = pixels if position == index else found
        if found is None:
            raise InputError("video-frame", path=self._path, frame=index)
        return found

    def _decoder(self) -> _Decoder:
        """This video's decoder; the one unused for longest is closed for it."""
        opened = VideoFrames._open
        if id(self) not in opened:
            opened[id(self)] = _Decoder(self._path, self._data, self._times, self._keys)
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
    import av

    av.logging.set_level(None)
    with _told(path), av.open(io.BytesIO(data) if data is not None else str(path)) as container:
        if not container.streams.video:
            raise InputError("video-none", path=path)
        stream = container.streams.video[0]
        check_size(path, stream.height or 0, stream.width or 0)
        times, keys = _index(container, stream)
        rate = stream.average_rate or stream.guessed_rate
        codec, layout = stream.codec_context.name, stream.codec_context.pix_fmt or ""
        name = container.format.long_name
    if not times:
        raise InputError("video-none", path=path)
    source = VideoFrames(path, data, times, keys)
    first = source.frame(0)
    return ImageSeries(source=source, rows=first.shape[0], columns=first.shape[1],
                       channels=first.shape[2] if first.ndim == 3 else 1, title=path.name, modality="OT",
                       photometric="RGB" if first.ndim == 3 else "MONOCHROME2", path=str(path),
                       frame_rate_hz=float(rate) if rate else None,
                       provenance=Provenance(synthetic=False, producer="file"),
                       details=(("format", name), ("codec", codec), ("pixel format", layout)))


def _index(container: Any, stream: Any) -> tuple[list[int], list[int]]:
    """Presentation times of all frames in order, and the numbers of key frames.

    Packets tell them without decoding; where they lack times (AVI with B-frames), everything is decoded once.
    """
    marks: list[tuple[int, bool]] = []
    timed = True
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard and not packet.is_corrupt:
            timed = timed and packet.pts is not None
            marks.append((packet.pts if packet.pts is not None else -1, packet.is_keyframe))
        if len(marks) > _MOST_FRAMES:
            break
    if not timed or len({time for time, _ in marks}) < len(marks):
        container.seek(0, stream=stream)
        marks = [(frame.pts, frame.key_frame) for frame in container.decode(stream) if frame.pts is not None]
    marks.sort()
    keys = [number for number, (_, key) in enumerate(marks) if key]
    return [time for time, _ in marks], sorted({0, *keys})


def _pixels(frame: Any) -> Frame:
    gray = frame.format.name.startswith(("gray", "monow", "monob"))
    pixels: Frame = frame.to_ndarray(format="gray" if gray else "rgb24")
    turns = round((getattr(frame, "rotation", 0) or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """FFmpeg's failures as sentences."""
    import av

    try:
        yield
    except MedSynthError:
        raise
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except (av.error.FFmpegError, OSError, ValueError, EOFError, MemoryError, IndexError, StopIteration) as error:
        raise InputError("video-damaged", path=path, detail=getattr(error, "strerror", None) or error) from error
