"""NIfTI files, packed or not: slices of a volume, or frames of a 2D cine, read when they are asked for."""

from __future__ import annotations

import gzip
import tempfile
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.windowing import WindowLevel, auto_window
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import quoted
from medsynth_gui.io.nifti_header import NiftiHeader, parse_header

GZIP = b"\x1f\x8b\x08"
_HEADER_BYTES = 540
_MOST_OPEN = 4
_MOST_BYTES = 1 << 30
_CHUNK = 1 << 20
_IN_MEMORY_BYTES = 64 << 20
# The window comes from the middle slice, unless most of a large volume would be unpacked for it.
_MOST_FOR_WINDOW = 256 << 20


class _Unpacked:
    """A packed file as far as it was asked for: small in memory, large in a nameless temporary file."""

    _kept: ClassVar[OrderedDict[int, _Unpacked]] = OrderedDict()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._packed = gzip.open(path, "rb")  # noqa: SIM115
        self._plain: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115
        self._length = 0

    @classmethod
    def read(cls, owner: object, path: Path, offset: int, count: int) -> bytes:
        """Bytes of the unpacked file; the few volumes used last are kept."""
        with cls._lock:
            if id(owner) not in cls._kept:
                cls._kept[id(owner)] = cls(path)
                while len(cls._kept) > _MOST_OPEN:
                    cls._kept.popitem(last=False)[1]._close()
            cls._kept.move_to_end(id(owner))
            return cls._kept[id(owner)]._read(offset, count)

    @classmethod
    def forget(cls, owner: object) -> None:
        # Without the lock: the collector may run inside it. A dictionary's pop is atomic.
        if (kept := cls._kept.pop(id(owner), None)) is not None:
            kept._close()

    def _read(self, offset: int, count: int) -> bytes:
        self._plain.seek(0, 2)
        while self._length < offset + count and (data := self._packed.read(_CHUNK)):
            self._plain.write(data)
            self._length += len(data)
        self._plain.seek(offset)
        return self._plain.read(count)

    def _close(self) -> None:
        self._packed.close()
        self._plain.close()


class NiftiFrames:
    """Slices, volume by volume, as upright pictures; thread-safe."""

    def __init__(self, header: NiftiHeader, count: int, *, packed: bool) -> None:
        self._header, self._count, self._packed = header, count, packed
        self._cache = FrameCache()

    def __len__(self) -> int:
        return self._count

    def __del__(self) -> None:
        _Unpacked.forget(self)

    def frame(self, index: int) -> Frame:
        return self._cache.get_or(index, self._decode)

    def kept(self, index: int) -> Frame | None:
        """The frame if it is in memory."""
        return self._cache.get(index)

    def stored(self, index: int) -> Frame:
        """Stored values of an upright picture: (y, x), or (y, x, 3 or 4).

        Raises:
            InputError: the file ends before it, or is damaged.
        """
        header = self._header
        offset = header.offset + index * header.frame_bytes
        with _told(header.path):
            if self._packed:
                data = _Unpacked.read(self, header.path, offset, header.frame_bytes)
            else:
                with header.path.open("rb") as file:
                    file.seek(offset)
                    data = file.read(header.frame_bytes)
        if len(data) < header.frame_bytes:
            raise InputError("image-truncated", path=header.path)
        shape = (header.rows, header.columns) + ((header.samples,) if header.samples > 1 else ())
        return _turned(np.frombuffer(data, header.dtype).reshape(shape), header.turn)

    def _decode(self, index: int) -> Frame:
        header, values = self._header, self.stored(index)
        if values.ndim == 3:
            # Alpha lies over black, as everywhere.
            parts = values.astype(np.float32)
            shown = parts[..., :3] * (parts[..., 3:] / 255) if header.samples == 4 else parts
            return np.ascontiguousarray(shown.round(), np.uint8)
        if header.scale is not None:
            values = values.astype(np.float64) * header.scale[0] + header.scale[1]
        if values.dtype.kind == "f":
            if self._count == 1 and not np.isfinite(values).any():
                raise InputError("image-damaged", path=header.path, detail="none of its values is a number")
            with np.errstate(over="ignore"):
                return np.ascontiguousarray(values, np.float32)
        return np.ascontiguousarray(values, values.dtype.newbyteorder("="))


def open_nifti(path: Path) -> tuple[ImageSeries, ...]:
    """Open a NIfTI-1 or -2 file: 2D, 2D over time (its frame rate from pixdim and units), 3D, or 3D over time.

    A slice is the plane of the first two stored axes. Where the file says how it lies in the patient, pictures
    stand as radiologists hold them: front or head up; the patient's right on the left; in sagittal planes the
    front on the left. That is also how ITK stores a 2D picture. Where it says nothing (no sform and qform, or a
    mere scale without an origin), the second stored axis goes down and the first to the right: depth is down.

    Raises:
        InputError: damaged, with impossible dimensions, cut, or too large.
    """
    header, source, problems = _open(path)
    rows, columns = header.size
    color = header.samples > 1
    details = [("format", f"NIfTI-{header.version}"), ("data type", str(header.dtype)),
               ("orientation", header.orientation)]
    return (ImageSeries(
        source=source, rows=rows, columns=columns, channels=3 if color else 1, title=path.name, path=str(path),
        bits=header.dtype.itemsize * 8, photometric="RGB" if color else "MONOCHROME2", spacing=header.spacing,
        frame_rate_hz=header.frame_rate_hz, windows=_windows(header, source), problems=problems,
        provenance=Provenance(synthetic=False, producer="file"), details=tuple(row for row in details if row[1])),)


def read_label_volume(path: Path) -> npt.NDArray[np.uint8]:
    """Label values (frame, y, x) of a NIfTI file, turned as `open_nifti` turns the image they belong to.

    Black and white alone (0 and 255) becomes 0 and 1.

    Raises:
        InputError: it cannot be opened, or holds what are no labels (0 to 255).
    """
    header, source, _ = _open(path)
    if header.samples > 1:
        raise InputError("mask-coloured", path=path)
    rows, columns = header.size
    if len(source) * rows * columns > _MOST_BYTES:
        raise InputError("unpacked-too-large", path=path, limit=_MOST_BYTES >> 30)
    labels = np.zeros((len(source), rows, columns), np.uint8)
    for index in range(len(source)):
        values = source.stored(index)
        if header.scale is not None:
            values = values.astype(np.float64) * header.scale[0] + header.scale[1]
        with np.errstate(invalid="ignore"):
            labels[index] = values
        if not np.array_equal(labels[index], values):
            raise InputError("mask-values", path=path)
    if labels.max() == 255 and np.isin(labels, (0, 255)).all():
        labels //= 255
    return labels


def _open(path: Path) -> tuple[NiftiHeader, NiftiFrames, tuple[Message, ...]]:
    with _told(path):
        with path.open("rb") as file:
            packed = file.read(len(GZIP)) == GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            header = parse_header(path, file.read(_HEADER_BYTES))
        there = path.stat().st_size - header.offset
    claimed = header.frames * header.frame_bytes
    if packed and header.offset + claimed > _MOST_BYTES:
        raise InputError("unpacked-too-large", path=path, limit=_MOST_BYTES >> 30)
    count = header.frames if packed else min(header.frames, max(0, there) // header.frame_bytes)
    if not count:
        raise InputError("image-truncated", path=path)
    problems = []
    if count < header.frames:
        problems.append(Message("frames-differ", {"path": path, "declared": header.frames, "found": count}))
    if header.slices > 1 and header.volumes > 1:
        problems.append(Message("nifti-volumes", {"path": path, "slices": header.slices, "volumes": header.volumes}))
    return header, NiftiFrames(header, count, packed=packed), tuple(problems)


def _windows(header: NiftiHeader, source: NiftiFrames) -> tuple[WindowLevel, ...]:
    """What the file asks for, else percentiles of the middle slice: the first is often empty."""
    if header.shown is not None:
        return (WindowLevel.from_range(*header.shown),)
    if header.samples > 1 or (header.dtype == np.uint8 and header.scale is None):
        return ()
    middle = len(source) // 2 if header.frames * header.frame_bytes <= _MOST_FOR_WINDOW else 0
    return (auto_window(source.frame(middle)),)


def _turned(values: Frame, turn: tuple[bool, bool, bool]) -> Frame:
    transposed, down, across = turn
    if transposed:
        values = values.swapaxes(0, 1)
    return values[::-1 if down else 1, ::-1 if across else 1]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except MedSynthError:
        raise
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except EOFError:
        raise InputError("image-truncated", path=path) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise InputError("image-damaged", path=path, detail=quoted(error)) from error
    except OSError as error:
        raise InputError("file-unreadable", path=path, detail=error.strerror or quoted(error)) from error
