"""Ways to break a file: each takes a source of chance, the file and another one, and gives bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.fuzz.bombs import BOMBS

Mutation = Callable[[random.Random, bytes, bytes], bytes]

_HEAD = 1500
_INTEGERS = (0, 1, 2, 3, 7, 8, 9, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF,
             0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
# Group 0028: SamplesPerPixel, PlanarConfiguration, NumberOfFrames, Rows, Columns, BitsAllocated, BitsStored, HighBit,
# PixelRepresentation, palette descriptors and data, window, LUT descriptor.
_ELEMENTS = (0x0002, 0x0006, 0x0008, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103, 0x1101, 0x1102, 0x1103, 0x1201,
             0x1050, 0x1051, 0x3002)
_PIXEL_DATA = re.compile(rb"\xe0\x7f\x10\x00(?:O[BW]\0\0)?")
_LONG_VR = re.compile(rb"[\x02-\x50]\0..(?:OB|OW|SQ|UN|UT|OF|OL)\0\0", re.DOTALL)
_SHORT_VR = re.compile(rb"[\x02-\x50]\0..(?:US|IS|DS|UI|CS|LO|SH|PN|DA|TM|AT|FD|UL|SS)", re.DOTALL)


def flip_bits(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rnd.choice((1, 1, 4, 16, 200))):
        changed[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
    return bytes(changed)


def set_head_bytes(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rnd.choice((1, 3, 12))):
        changed[rnd.randrange(min(len(data), _HEAD))] = rnd.choice((0, 1, 127, 128, 255, rnd.randrange(256)))
    return bytes(changed)


def set_integer(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """Overwrite two, four or eight bytes with a number that arithmetic stumbles over."""
    changed = bytearray(data)
    for _ in range(rnd.choice((1, 2))):
        width, at = rnd.choice((2, 4, 4, 8)), rnd.randrange(min(len(data), _HEAD))
        value = rnd.choice((*_INTEGERS, len(data), len(data) * 2)) % (1 << 8 * width)
        changed[at:at + width] = value.to_bytes(width, rnd.choice(("little", "big")))
    return bytes(changed)


def truncate(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: rnd.choice((rnd.randrange(len(data)), rnd.randrange(min(len(data), 600)), len(data) - 1))]


def noise(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    at, length = rnd.randrange(len(data)), rnd.choice((8, 64, 2000))
    return data[:at] + rnd.randbytes(length) + data[at + length:]


def remove(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    at = rnd.randrange(len(data))
    return data[:at] + data[at + rnd.choice((1, 2, 8, 500)):]


def repeat(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    at, length = rnd.randrange(len(data)), rnd.choice((4, 100, 3000))
    return data[:at] + data[at:at + length] * rnd.choice((2, 30)) + data[at + length:]


def splice(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return data[: rnd.randrange(len(data))] + other[rnd.randrange(len(other)):]


def swap_lengths(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """Exchange or overwrite the length fields of DICOM elements; elsewhere, of two words of the head."""
    marks = [(found.end(), 2) for found in _SHORT_VR.finditer(data[:20_000])]
    marks += [(found.end(), 4) for found in _LONG_VR.finditer(data[:20_000])]
    marks = marks or [(rnd.randrange(min(len(data), 400)), 4) for _ in range(4)]
    changed = bytearray(data)
    (first, width), (second, _) = rnd.choice(marks), rnd.choice(marks)
    if rnd.random() < 0.5:
        changed[first:first + width], changed[second:second + width] = (data[second:second + width],
                                                                        data[first:first + width])
    else:
        value = rnd.choice((*_INTEGERS, len(data) - first)) % (1 << 8 * width)
        changed[first:first + width] = value.to_bytes(width, "little")
    return bytes(changed)


def absurd_attribute(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """Rows, columns, frames, bits or samples that cannot be."""
    changed = bytearray(data)
    for _ in range(rnd.choice((1, 1, 3))):
        number = rnd.choice(_ELEMENTS)
        for order in ("little", "big"):
            tag = (0x28).to_bytes(2, order) + number.to_bytes(2, order)
            if (at := data.find(tag)) >= 0:
                _set_value(rnd, changed, at, order)
                break
        else:
            return set_integer(rnd, data, other)
    return bytes(changed)


def _set_value(rnd: random.Random, changed: bytearray, at: int, order: str) -> None:
    length = int.from_bytes(changed[at + 6:at + 8], order) or 2  # type: ignore[arg-type]
    if bytes(changed[at + 4:at + 6]) in (b"IS", b"DS"):
        text = rnd.choice((b"0", b"-1", b"9" * length, b"1e9", b"nan", b"x", b"2147483648", b"1\\2"))
        changed[at + 8:at + 8 + length] = text.ljust(length, b" ")[:length]
    else:
        value = rnd.choice((0, 1, 2, 3, 4, 7, 8, 9, 12, 16, 17, 32, 64, 255, 30000, 32768, 65535))
        changed[at + 8:at + 10] = value.to_bytes(2, order)  # type: ignore[arg-type]


def nest(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """Sequences within sequences, deeper than any stack."""
    level = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    at = data.find(b"\x08\x00\x16\x00", 132)
    at = at if at >= 0 else min(len(data), 132)
    return data[:at] + level * rnd.choice((50, 2_000, 40_000)) + data[at:]


def cut_offsets(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """Damage what says where frames begin: the offset table and the lengths of items."""
    found = _PIXEL_DATA.search(data)
    items = [] if found is None else [match.start() + found.end()
                                      for match in re.finditer(rb"\xfe\xff\x00\xe0", data[found.end():])]
    if not items:
        return swap_lengths(rnd, data, other)
    changed = bytearray(data)
    at = rnd.choice((items[0], rnd.choice(items)))
    kind = rnd.randrange(4)
    if kind == 0:
        changed[at + 4:at + 8] = rnd.choice((*_INTEGERS, len(data))).to_bytes(4, "little")
    elif kind == 1:
        del changed[at:at + rnd.choice((4, 8, 12))]
    elif kind == 2:
        changed[at + 8:at + 16] = rnd.randbytes(8)
    else:
        del changed[at + rnd.randrange(2000):]
    return bytes(changed)


def claim_size(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """A code stream that claims another size than it has: JPEG, JPEG-LS, JPEG 2000, PNG, GIF."""
    changed = bytearray(data)
    marks = [(match.start() + 5, 4, "big") for match in re.finditer(rb"\xff[\xc0-\xc3\xf7]\0", data)]
    marks += [(match.start() + 6, 8, "big") for match in re.finditer(rb"\xff\x4f\xff\x51", data)]
    marks += [(match.start() + 4, 8, "big") for match in re.finditer(rb"IHDR|ihdr", data)]
    if not marks:
        return absurd_attribute(rnd, data, other)
    at, width, _ = rnd.choice(marks)
    size = rnd.choice((b"\xff" * width, b"\0" * width, b"\x7f" * width, b"\0\0\x27\x10" * 2, b"\x40\0\0\1" * 2))
    changed[at:at + width] = size[:width]
    return bytes(changed)


def bomb(rnd: random.Random, data: bytes, other: bytes) -> bytes:
    """A small file that unpacks to a large one."""
    return rnd.choice(BOMBS)(rnd)


MUTATIONS: tuple[tuple[str, Mutation, int], ...] = (
    # name, function, how often in relation to the others
    ("flipped bits", flip_bits, 4), ("head bytes", set_head_bytes, 4), ("integers", set_integer, 4),
    ("truncated", truncate, 4), ("noise", noise, 2), ("removed", remove, 2), ("repeated", repeat, 2),
    ("spliced", splice, 3), ("lengths", swap_lengths, 4), ("absurd attributes", absurd_attribute, 5),
    ("nested", nest, 1), ("offset tables", cut_offsets, 4), ("claimed size", claim_size, 2), ("bombs", bomb, 1),
)
