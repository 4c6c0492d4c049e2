"""Where each frame of a DICOM file lies: found by walking items, in milliseconds for a long cine."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.dicom.header import ITEM, UNDEFINED, Header, PixelPlace
from medsynth_gui.io.limits import quoted

Span = tuple[int, int]
_MOST_FRAMES = 1_000_000
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0c")


@dataclass(frozen=True)
class FrameIndex:
    """The byte spans of each frame as (offset, length); `declared` is what the header says."""

    frames: tuple[tuple[Span, ...], ...]
    declared: int


def declared_frames(header: Header) -> int:
    """NumberOfFrames; 1 where it is absent.

    Raises:
        InputError: no frames, or not a number.
    """
    value = header.get("NumberOfFrames", 1)
    try:
        count = int(value)
    except (TypeError, ValueError):
        raise InputError("dicom-attribute", path=header.path, attribute="NumberOfFrames", value=quoted(value)) from None
    if count < 1:
        raise InputError("dicom-no-frames", path=header.path)
    return count


def index_native(header: Header, place: PixelPlace, frame_bits: int, *, size: int) -> FrameIndex:
    """Frames of uncompressed pixels. A last frame that lacks less than a thousandth is kept.

    Args:
        frame_bits: length of one frame in bits (one-bit images do not end on a byte).
        size: bytes that the file has from the first pixel on.
    """
    declared = declared_frames(header)
    available = min(place.length, size) * 8
    count = min(declared, (available + frame_bits // 1000) // frame_bits, _MOST_FRAMES)
    spans = []
    for frame in range(count):
        first, last = frame * frame_bits // 8, -(-(frame + 1) * frame_bits // 8)
        spans.append(((place.offset + first, last - first),))
    return FrameIndex(tuple(spans), declared)


def index_encapsulated(header: Header, place: PixelPlace) -> FrameIndex:
    """Frames of compressed pixels, with or without an offset table."""
    declared = declared_frames(header)
    with place.open(header.path) as file:
        table, fragments = _walk_items(file, place)
        frames = _group(header, file, table, fragments, declared)
    return FrameIndex(tuple(tuple(frame) for frame in frames[:_MOST_FRAMES]), declared)


def read_spans(path: Path, place: PixelPlace, spans: Sequence[Span]) -> bytes:
    """The bytes of one frame."""
    with place.open(path) as file:
        parts = []
        for offset, length in spans:
            file.seek(offset)
            parts.append(file.read(length))
    return b"".join(parts)


def _walk_items(file: BinaryIO, place: PixelPlace) -> tuple[list[int], list[Span]]:
    """The offset table (may be empty) and all whole fragments; a cut one at the end of the file is left out."""
    end = file.seek(0, 2)
    position, table, fragments, first = place.offset, list[int](), list[Span](), True
    while position + 8 <= end:
        file.seek(position)
        head = file.read(8)
        length = struct.unpack("<I", head[4:])[0]
        if head[:4] != ITEM or length == UNDEFINED or position + 8 + length > end:
            break
        if first:
            table = [value[0] for value in struct.iter_unpack("<I", file.read(length // 4 * 4))]
        else:
            fragments.append((position + 8, length))
        first, position = False, position + 8 + length
    return table, fragments


def _group(header: Header, file: BinaryIO, table: list[int], fragments: list[Span],
           declared: int) -> list[list[Span]]:
    """Fragments to frames: by count, by offset table, else by how a code stream begins."""
    if declared == len(fragments) or not fragments:
        return [[fragment] for fragment in fragments]
    if declared == 1:
        return [fragments]
    if extended := header.get("ExtendedOffsetTable"):
        table = [value[0] for value in struct.iter_unpack("<Q", bytes(extended)[: len(extended) // 8 * 8])]
    base = fragments[0][0] - 8
    starts = {base + offset for offset in table}
    positions = {offset - 8 for offset, _ in fragments}
    # An entry beyond the last fragment belongs to a part that was cut off.
    if len(table) < 2 or any(start not in positions for start in starts if start <= max(positions)):
        starts = {offset - 8 for offset, _ in fragments if _begins_frame(file, offset)}
        if len(starts) < 2:
            return [[fragment] for fragment in fragments]
    frames: list[list[Span]] = []
    for fragment in fragments:
        if fragment[0] - 8 in starts or not frames:
            frames.append([])
        frames[-1].append(fragment)
    return frames


def _begins_frame(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    return file.read(4).startswith(_STARTS)
