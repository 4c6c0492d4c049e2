"""The journal's bytes: records with a length and a checksum, from document events and states and back.

A file is `MAGIC` and records: length of the payload and CRC-32 of kind and payload (little-endian uint32 each),
one byte of kind, the payload. First a header (JSON), then perhaps a state, then events.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from medsynth_gui.core.edits import EditStep, RegionEdit
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_document import DocumentEvent, DocumentState

MAGIC = b"MedSynth journal 1\n"
HEADER, FRAME, UNDO_STEP, REDO_STEP = b"H", b"F", b"S", b"T"
_EVENTS = {"begin": b"B", "paint": b"P", "finish": b"E", "abandon": b"A", "undo": b"U", "redo": b"R"}
_EVENT_OF = {code: kind for kind, code in _EVENTS.items()}

_PREFIX = struct.Struct("<II")
_PAINT = struct.Struct("<5IB")
_EDIT = struct.Struct("<5IhII")
_COUNT = struct.Struct("<I")


@dataclass(frozen=True)
class Header:
    """Which series a journal belongs to."""

    frames: int
    rows: int
    columns: int
    title: str = ""

    def encode(self) -> bytes:
        """Magic and the first record."""
        return MAGIC + record(HEADER, json.dumps(self.__dict__).encode())

    @staticmethod
    def start(data: bytes) -> int:
        """The offset behind the header of a journal; raises ValueError where there is none."""
        found = read_header(data)
        if found is None:
            raise ValueError("not a journal")
        return found[1]


def record(kind: bytes, payload: bytes) -> bytes:
    """One record, framed."""
    return _PREFIX.pack(len(payload), zlib.crc32(payload, zlib.crc32(kind))) + kind + payload


def records(data: bytes, start: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Whole records from `start` on as (kind, payload, offset behind it); ends at the first that is torn."""
    view = memoryview(data)
    while start + _PREFIX.size < len(data):
        length, checksum = _PREFIX.unpack_from(data, start)
        body = start + _PREFIX.size
        end = body + 1 + length
        if end > len(data) or zlib.crc32(view[body:end]) != checksum:
            return
        yield data[body:body + 1], data[body + 1:end], end
        start = end


def is_cut(data: bytes, at: int) -> bool:
    """The record at this offset merely ends too early, as when its writer was killed; not that it is damaged."""
    return at + _PREFIX.size > len(data) or at + _PREFIX.size + 1 + _PREFIX.unpack_from(data, at)[0] > len(data)


def read_header(data: bytes) -> tuple[Header, int] | None:
    """The header and the offset behind it; None where it is damaged or of another kind."""
    if not data.startswith(MAGIC):
        return None
    for kind, payload, end in records(data, len(MAGIC)):
        try:
            return (Header(**json.loads(payload)), end) if kind == HEADER else None
        except (ValueError, TypeError):
            return None
    return None


def encode_event(event: DocumentEvent) -> bytes:
    """One event as a record."""
    payload = event.text.encode()
    if event.region is not None:
        region = event.region
        payload = _PAINT.pack(region.frame, region.y0, region.x0, region.y1, region.x1, event.value)
        payload += zlib.compress(event.bits, 1)
    return record(_EVENTS[event.kind], payload)


def decode_event(kind: bytes, payload: bytes) -> DocumentEvent | None:
    """The event of a record; None if it is of another kind.

    Raises:
        ValueError, struct.error, zlib.error: the payload makes no sense.
    """
    name = _EVENT_OF.get(kind)
    if name == "paint":
        *box, value = _PAINT.unpack_from(payload)
        return DocumentEvent(name, region=Region(*box), bits=zlib.decompress(payload[_PAINT.size:]), value=value)
    return DocumentEvent(name, text=payload.decode()) if name else None


def encode_state(state: DocumentState) -> Iterator[bytes]:
    """Records of a whole document."""
    for frame, packed in state.frames.items():
        yield record(FRAME, encode_frame(frame, packed))
    for kind, steps in ((UNDO_STEP, state.undo), (REDO_STEP, state.redo)):
        for step in steps:
            yield record(kind, _encode_step(step))


def _encode_step(step: EditStep) -> bytes:
    name = step.name.encode()
    parts = [_COUNT.pack(len(name)), name]
    for edit in step.edits:
        values = b"" if isinstance(edit.values, int) else edit.values
        uniform = edit.values if isinstance(edit.values, int) else -1
        box = edit.region
        parts += [_EDIT.pack(box.frame, box.y0, box.x0, box.y1, box.x1, uniform, len(edit.bits), len(values)),
                  edit.bits, values]
    return b"".join(parts)


def decode_step(payload: bytes) -> EditStep:
    """The step of a record.

    Raises:
        ValueError, struct.error: the payload makes no sense.
    """
    length, = _COUNT.unpack_from(payload)
    at = _COUNT.size + length
    name, edits = payload[_COUNT.size:at].decode(), []
    while at < len(payload):
        *box, uniform, bits, values = _EDIT.unpack_from(payload, at)
        at += _EDIT.size
        edits.append(RegionEdit(Region(*box), payload[at:at + bits],
                                payload[at + bits:at + bits + values] if uniform < 0 else uniform))
        at += bits + values
    return EditStep(name, tuple(edits))


def encode_frame(frame: int, packed: bytes) -> bytes:
    """The payload of a frame record."""
    return _COUNT.pack(frame) + packed


def decode_frame(payload: bytes) -> tuple[int, bytes]:
    """Index and packed labels of a frame record; raises struct.error if it is too short."""
    frame, = _COUNT.unpack_from(payload)
    return frame, payload[_COUNT.size:]
