"""What Pillow would cut to 8 bits or refuse: 16-bit colour PNG and TIFF, float TIFF, PGM of any depth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import MOST_PAGES, check_size, quoted

_HEAD_BYTES = 4096
_STRIP_ROWS = 256
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNM = re.compile(rb"P([2356])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s")


@dataclass(frozen=True)
class _Layout:
    rows: int
    columns: int
    channels: int
    bits: int
    top: int | None
    details: tuple[tuple[str, str], ...]


class _DeepFrames:
    """Frames by a function of the page."""

    def __init__(self, path: Path, count: int, decode: Callable[[int], Frame]) -> None:
        self._path, self._count, self._read = path, count, decode
        self._cache = FrameCache()

    def __len__(self) -> int:
        return self._count

    def frame(self, index: int) -> Frame:
        return self._cache.get_or(index, self._decode)

    def kept(self, index: int) -> Frame | None:
        """The frame if it is in memory."""
        return self._cache.get(index)

    def _decode(self, index: int) -> Frame:
        try:
            return self._read(index)
        except MedSynthError:
            raise
        except FileNotFoundError:
            raise InputError("file-missing", path=self._path) from None
        # Codecs raise anything for damaged pixels.
        except Exception as error:
            raise InputError("image-damaged", path=self._path, detail=quoted(error)) from error


def open_deep(path: Path) -> tuple[ImageSeries, ...] | None:
    """The series of a file that needs more than Pillow, else None."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except OSError as error:
        raise InputError("file-unreadable", path=path, detail=error.strerror) from error
    if head[:8] == b"\x89PNG\r\n\x1a\n" and head[24:25] == b"\x10" and head[25:26] in (b"\2", b"\4", b"\6"):
        return _open_png(path, head)
    if match := _PNM.match(head):
        return _open_pnm(path, match)
    return _open_tiff(path) if head[:4] in _TIFF else None


def _series(path: Path, layout: _Layout, count: int, decode: Callable[[int], Frame]) -> tuple[ImageSeries, ...]:
    check_size(path, layout.rows, layout.columns)
    windows = (WindowLevel.from_range(0, layout.top),) if layout.top not in (None, 255) else ()
    return (ImageSeries(source=_DeepFrames(path, count, decode), rows=layout.rows, columns=layout.columns,
                        channels=layout.channels, bits=layout.bits, windows=windows, title=path.name, path=str(path),
                        photometric="RGB" if layout.channels == 3 else "MONOCHROME2", details=layout.details,
                        provenance=Provenance(synthetic=False, producer="file")),)


def _open_png(path: Path, head: bytes) -> tuple[ImageSeries, ...]:
    columns, rows = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    channels = 1 if head[25] == 4 else 3
    layout = _Layout(rows, columns, channels, 16, 65535 if channels == 3 else None, (("format", "PNG"),))
    return _series(path, layout, 1, lambda _: _flat(_cv2_page(path, 0), channels))


def _open_pnm(path: Path, match: re.Match[bytes]) -> tuple[ImageSeries, ...]:
    kind, columns, rows, top = (int(value) for value in match.groups())
    channels = 3 if kind in (3, 6) else 1
    if not 0 < top < 65536:
        raise InputError("image-damaged", path=path, detail=f"maximum value {top}")
    layout = _Layout(rows, columns, channels, max(1, top.bit_length()), top, (("format", "PNM"),))
    start, wide = match.end(), top > 255

    def decode(_: int) -> Frame:
        count = rows * columns * channels
        with path.open("rb") as file:
            file.seek(start)
            if kind in (5, 6):
                values = np.frombuffer(file.read(count * (2 if wide else 1)), ">u2" if wide else "u1")
            else:
                values = np.array(file.read(count * 7).split()[:count], np.int64).clip(0, 65535)
        if values.size < count:
            raise InputError("image-truncated", path=path)
        shape = (rows, columns, 3) if channels == 3 else (rows, columns)
        return values.astype(np.uint16 if wide else np.uint8).reshape(shape)

    return _series(path, layout, 1, decode)


def _open_tiff(path: Path) -> tuple[ImageSeries, ...] | None:
    """TIFF pages with samples Pillow has no mode for; None where it has one."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages.first
            bits, samples, kind = int(page.bitspersample), int(page.samplesperpixel), int(page.sampleformat)
            rows, columns = int(page.imagelength), int(page.imagewidth)
            if not _beyond_pillow(samples, bits, kind):
                return None
            numbers = [p.index for p in _pages(file) if p.shape == page.shape and p.dtype == page.dtype]
    # Pillow gets its try: it reads many TIFF files that are not quite right, and words the failure.
    except Exception:
        return None
    channels = 3 if samples >= 3 else 1
    top = 65535 if (bits, kind, channels) == (16, 1, 3) else None
    layout = _Layout(rows, columns, channels, bits, top, (("format", "TIFF"),))
    return _series(path, layout, len(numbers), lambda index: _flat(_tiff_page(path, numbers[index]), channels))


def _pages(file: Any) -> Iterator[Any]:
    """Each page once: a damaged file may name a page that came before as the next one."""
    seen: set[int] = set()
    for page in file.pages:
        if page.offset in seen or len(seen) == MOST_PAGES:
            return
        seen.add(page.offset)
        yield page


def _beyond_pillow(samples: int, bits: int, kind: int) -> bool:
    """Whether a TIFF has deep colour, signed or real samples; `kind` is its SampleFormat, 1 for unsigned."""
    return (samples > 1 and bits > 8) or (kind != 1 and bits >= 8) or bits > 16


def _tiff_page(path: Path, page: int) -> Frame:
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            keyframe = file.pages.first
            pixels: Frame = file.pages[page].asarray()
            planar = keyframe.planarconfig == 2 and pixels.ndim == 3
            if pixels.dtype.kind == "f" and not np.isfinite(pixels).any():
                raise InputError("image-damaged", path=path, detail="none of its values is a number")
            return np.moveaxis(pixels, 0, -1) if planar else pixels
    # tifffile lacks some codecs (LZW) that OpenCV has.
    except ValueError:
        return _cv2_page(path, page)


def _cv2_page(path: Path, page: int) -> Frame:
    """One page in RGB(A) order."""
    import cv2

    data = np.fromfile(path, np.uint8)
    done, pages = cv2.imdecodemulti(data, cv2.IMREAD_UNCHANGED, range=(page, page + 1))
    if not done or not pages:
        raise InputError("image-truncated", path=path)
    pixels: Frame = pages[0]
    if pixels.ndim == 3 and pixels.shape[2] >= 3:
        for strip in _strips(pixels):
            strip[..., [0, 2]] = strip[..., [2, 0]]
    return pixels


def _strips(pixels: Frame) -> Iterator[Frame]:
    """Views of a few rows each: a second copy of the largest images would not fit."""
    return (pixels[top:top + _STRIP_ROWS] for top in range(0, len(pixels), _STRIP_ROWS))


def _flat(pixels: Frame, channels: int) -> Frame:
    """(y, x) or (y, x, 3): alpha over black, native byte order."""
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if pixels.ndim == 2 and channels == 3:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] in (2, 4) and pixels.dtype == np.uint16 and pixels[..., -1].any():
        for strip in _strips(pixels):
            strip[...] = (strip.astype(np.float32) * (strip[..., -1:].astype(np.float32) / 65535)).round()
    return np.ascontiguousarray(pixels[..., :3] if channels == 3 else pixels[..., 0])
