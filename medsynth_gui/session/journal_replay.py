"""Replay: from the records of a journal back to a mask document."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from medsynth_gui.core.edits import EditStep
from medsynth_gui.core.mask_document import DocumentState, MaskDocument
from medsynth_gui.session.journal_records import (
    FRAME,
    REDO_STEP,
    UNDO_STEP,
    decode_event,
    decode_frame,
    decode_step,
    records,
)


@dataclass
class Replayed:
    """What a replay found: how many bytes are whole, and how many events they held."""

    good_bytes: int = 0
    events: int = 0


@dataclass
class _Start:
    """The state that a compacted journal begins with."""

    frames: dict[int, bytes] = field(default_factory=dict)
    undo: list[EditStep] = field(default_factory=list)
    redo: list[EditStep] = field(default_factory=list)

    def take(self, kind: bytes, payload: bytes) -> bool:
        """Keep a record of a state; False if it is none."""
        if kind == FRAME:
            frame, packed = decode_frame(payload)
            self.frames[frame] = packed
        elif kind in (UNDO_STEP, REDO_STEP):
            (self.undo if kind == UNDO_STEP else self.redo).append(decode_step(payload))
        return kind in (FRAME, UNDO_STEP, REDO_STEP)


def replay(data: bytes, start: int, document: MaskDocument,
           checkpoint: Callable[[], None] = lambda: None) -> Replayed:
    """Do everything again that the whole records from `start` on say; the step of a torn end stays open.

    Args:
        checkpoint: called before each event.
    """
    found, state, restored = Replayed(start), _Start(), False
    for kind, payload, end in records(data, start):
        try:
            if not state.take(kind, payload):
                if not restored:
                    document.restore(DocumentState(state.frames, tuple(state.undo), tuple(state.redo)))
                    restored = True
                if event := decode_event(kind, payload):
                    checkpoint()
                    document.replay(event)
                    found.events += 1
        except (ValueError, RuntimeError, IndexError, struct.error, zlib.error):
            return found
        found.good_bytes = end
    if not restored:
        document.restore(DocumentState(state.frames, tuple(state.undo), tuple(state.redo)))
    return found
