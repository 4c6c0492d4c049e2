"""The size that a compressed frame claims, read from its markers before a codec sees it."""

from __future__ import annotations

import struct

_SIZED = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
_BARE = {0x01, *range(0xD0, 0xDA)}


def claimed_size(data: bytes) -> tuple[int, int, int] | None:
    """Rows, columns and components of a JPEG, JPEG-LS or JPEG 2000 code stream; None where it cannot be told."""
    if data[:2] == b"\xff\xd8":
        frame = _jpeg_frame(data)
        return frame[1:] if frame else None
    start = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start >= 0 and len(data) >= start + 42:
        x1, y1, x0, y0 = struct.unpack(">4I", data[start + 8:start + 24])
        return y1 - y0, x1 - x0, struct.unpack(">H", data[start + 40:start + 42])[0]
    return None


def precision(data: bytes, default: int) -> int:
    """Bits of a sample in a JPEG or JPEG-LS code stream."""
    frame = _jpeg_frame(data)
    return frame[0] if frame and frame[0] else default


def _jpeg_frame(data: bytes) -> tuple[int, int, int, int] | None:
    """Precision, rows, columns and components of the frame header."""
    position = 2
    while position + 10 <= len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _SIZED:
            bits, rows, columns, components = struct.unpack(">BHHB", data[position + 4:position + 10])
            return bits, rows, columns, components
        elif marker == 0xDA:
            return None
        else:
            position += 2 if marker in _BARE else 2 + struct.unpack(">H", data[position + 2:position + 4])[0]
    return None


def sound_markers(data: bytes) -> bool:
    """Whether the segments before the first scan of a JPEG or JPEG-LS stream are whole and enough to decode it.

    GDCM ends the process where they are not, so nothing is handed to it untested.
    """
    position, frame, tables = 2, b"", set[int]()
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xD8:
            position += 2
            continue
        length = struct.unpack(">H", data[position + 2:position + 4])[0]
        body = data[position + 4:position + 2 + length]
        if length < 2 or len(body) < length - 2:
            return False
        if marker == 0xDA:
            return _sound_scan(body, frame, tables, lossless_jls=b"\xff\xf7" in data[:position])
        if marker in _SIZED:
            if frame:
                return False
            frame = body
        elif marker == 0xC4:
            if (found := _huffman_tables(body)) is None:
                return False
            tables |= found
        elif not (0xE0 <= marker <= 0xEF or marker in (0xDB, 0xDD, 0xF8, 0xFE)):
            return False
        position += 2 + length
    return False


def _sound_scan(body: bytes, frame: bytes, tables: set[int], *, lossless_jls: bool) -> bool:
    """A scan names components of the frame and tables that were defined, and how to predict."""
    count = body[0] if body else 0
    if len(frame) < 6 or len(frame) != 6 + 3 * frame[5] or not 1 <= count <= 4 or len(body) != 4 + 2 * count:
        return False
    known = {frame[6 + 3 * index] for index in range(frame[5])}
    if any(frame[7 + 3 * index] not in (0x11, 0x21, 0x22) for index in range(frame[5])):
        return False
    pairs = [(body[1 + 2 * index], body[2 + 2 * index]) for index in range(count)]
    if len({name for name, _ in pairs}) < count or any(name not in known for name, _ in pairs):
        return False
    if lossless_jls:
        return body[-2] <= 2
    return 1 <= body[-3] <= 7 and body[-2] == 0 and body[-1] < frame[0] and all(t >> 4 in tables for _, t in pairs)


def _huffman_tables(body: bytes) -> set[int] | None:
    """Numbers of the DC tables in a segment; None where it is not whole."""
    position, found = 0, set[int]()
    while position < len(body):
        counts = body[position + 1:position + 17]
        # A code of n bits has at most 2**n words, the shorter ones taken off.
        left = 1
        for count in counts:
            left = left * 2 - count
            if left < 0:
                return None
        values = body[position + 17:position + 17 + sum(counts)]
        if len(counts) < 16 or len(values) < sum(counts) or not counts or sum(counts) == 0 or max(values) > 16:
            return None
        found.add(body[position])
        position += 17 + sum(counts)
    return found


def without_notes(data: bytes) -> bytes:
    """The stream without application segments and comments; its markers must be sound."""
    kept, position = [data[:2]], 2
    while data[position + 1] != 0xDA:
        bare = data[position + 1] in _BARE
        end = position + 2 + (0 if bare else struct.unpack(">H", data[position + 2:position + 4])[0])
        if not (0xE0 <= data[position + 1] <= 0xEF or data[position + 1] == 0xFE):
            kept.append(data[position:end])
        position = end
    return b"".join([*kept, data[position:]])
