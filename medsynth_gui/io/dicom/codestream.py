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


def without_notes(data: bytes) -> bytes:
    """A JPEG stream without application segments and comments; as it is where its segments are damaged."""
    kept, position = [data[:2]], 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        marker = data[position + 1]
        end = position + 2 + (0 if marker in _BARE else struct.unpack(">H", data[position + 2:position + 4])[0])
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(data[position:end])
        position = end
    return b"".join([*kept, data[position:]]) if data[position:position + 2] == b"\xff\xda" else data
