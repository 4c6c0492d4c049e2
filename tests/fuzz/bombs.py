"""Decompression bombs: a few kilobytes that claim, or unpack to, gigabytes."""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache

_SIDES = (9_000, 40_000, 1 << 30)


@cache
def zeros(kind: int, megabytes: int) -> bytes:
    """So many megabytes of zeros as raw deflate (-15), zlib (15) or gzip (31)."""
    packer = zlib.compressobj(9, wbits=kind)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def png(rnd: random.Random) -> bytes:
    side = rnd.choice(_SIDES)
    color = rnd.choice((0, 2, 3, 6))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, rnd.choice((8, 16)), color, 0, 0, 0))]
    chunks += [(b"zTXt", b"Comment\0\0" + zeros(15, 256))] * rnd.randrange(2)
    chunks += [(b"acTL", struct.pack(">II", rnd.choice((2, 1 << 30)), 0))] * rnd.randrange(2)
    chunks += [(b"IDAT", zeros(15, 256)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(body)) + kind + body
                                           + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks)


def tiff(rnd: random.Random) -> bytes:
    side = rnd.choice(_SIDES)
    data = zeros(15, 256)
    bits, samples = rnd.choice((8, 16, 32)), rnd.choice((1, 3, 60_000))
    entries = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, bits), (259, 3, 1, 8), (262, 3, 1, 1),
               (273, 4, 1, 8), (277, 3, 1, samples), (278, 4, 1, side), (279, 4, 1, len(data))]
    folder = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    # The next folder is this one again.
    following = struct.pack("<I", rnd.choice((0, 8 + len(data))))
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + folder + following


def nifti(rnd: random.Random) -> bytes:
    head = bytearray(352)
    head[:4] = (348).to_bytes(4, "little")
    side, frames = rnd.choice((2000, 9_000, 32_767)), rnd.choice((1, 60, 32_767))
    head[40:56] = struct.pack("<8h", 4, side, side, 1, frames, 1, 1, 1)
    head[70:72] = struct.pack("<h", rnd.choice((2, 64)))
    head[108:112] = struct.pack("<f", 352)
    head[344:348] = b"n+1\0"
    whole = gzip.compress(bytes(head), mtime=0)
    return whole + zeros(31, 256) * rnd.choice((1, 12))


def gif(rnd: random.Random) -> bytes:
    """A huge screen and many frames of a few bytes."""
    frame = b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0" + struct.pack("<HH", 1, 1) + b"\0\x02\x02\x44\x01\0"
    screen = rnd.choice((9_000, 65_535))
    return b"GIF89a" + struct.pack("<HH", screen, screen) + b"\xf0\0\0" + bytes(6) + frame * 20_000 + b"\x3b"


def dicom(rnd: random.Random) -> bytes:
    """A deflated data set, or one whose size is only claimed."""
    deflated = rnd.random() < 0.6
    syntax = b"1.2.840.10008.1.2.1.99" if deflated else b"1.2.840.10008.1.2.4.90\0"
    meta = _element(0x0002, 0x0010, b"UI", syntax + b"\0" * (len(syntax) % 2))
    rows = rnd.choice((512, 9_000, 65_535))
    body = b"".join((_element(0x0028, 0x0002, b"US", b"\1\0"), _element(0x0028, 0x0004, b"CS", b"MONOCHROME2 "),
                     _element(0x0028, 0x0008, b"IS", rnd.choice((b"1 ", b"999999999 "))),
                     _element(0x0028, 0x0010, b"US", struct.pack("<H", rows)),
                     _element(0x0028, 0x0011, b"US", struct.pack("<H", rows)),
                     _element(0x0028, 0x0100, b"US", b"\x10\0"), _element(0x0028, 0x0101, b"US", b"\x10\0"),
                     _element(0x0028, 0x0102, b"US", b"\x0f\0"), _element(0x0028, 0x0103, b"US", b"\0\0")))
    if deflated:
        packer = zlib.compressobj(9, wbits=-15)
        body += b"\xe0\x7f\x10\0OW\0\0" + struct.pack("<I", 0xFFFFFFFE)
        body = packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH) + zeros(-15, 256) * rnd.choice((1, 16))
    else:
        stream = b"\xff\x4f\xff\x51\0\x29\0\0" + struct.pack(">8I", *(rows,) * 2, 0, 0, *(rows,) * 2, 0, 0)
        stream += b"\0\1\x0f\1\1" + bytes(50)
        body += b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\0\0\0\0\xfe\xff\0\xe0"
        body += struct.pack("<I", len(stream) + len(stream) % 2) + stream + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return bytes(128) + b"DICM" + meta + body


def jpeg(rnd: random.Random) -> bytes:
    """A progressive JPEG of 64 megapixels with many scans of nothing."""
    frame = b"\xff\xc2\0\x11\x08" + struct.pack(">HH", *(rnd.choice((8_000, 65_500)),) * 2)
    frame += b"\3\1\x11\0\2\x11\0\3\x11\0"
    tables = b"\xff\xdb\0\x43\0" + b"\1" * 64 + b"\xff\xc4\0\x14\0" + b"\1" + bytes(15) + b"\0"
    return b"\xff\xd8" + tables + frame + b"\xff\xda\0\x0c\3\1\0\2\0\3\0\0\0\0" * rnd.choice((10, 2_000)) + b"\xff\xd9"


def _element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH", group, number) + vr + struct.pack("<H", len(value)) + value


BOMBS: tuple[Callable[[random.Random], bytes], ...] = (png, tiff, nifti, gif, dicom, jpeg)
