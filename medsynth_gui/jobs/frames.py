"""Frames: the fields of view of a generator's bank, from which a person may wish for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError, UsageError
from medsynth_gui.core.field_of_view import BY_SEED, WHOLE
from medsynth_gui.core.model_card import ModelCard

_SIDE = 64


def frame_pictures(card: ModelCard) -> Sequence[npt.NDArray[np.uint8]]:
    """Every frame of a generator's bank in its order, (y, x) with 255 inside; none where it has no bank."""
    import cv2

    from medsynth_gui.engine.field_bank import read_fields

    try:
        bank = read_fields(card.folder)
    except ModelError:
        return ()  # said when the model is loaded
    if bank is None:
        return ()
    found = []
    for field, aspect in zip(bank.fields, bank.aspects.tolist(), strict=True):
        columns, rows = round(_SIDE / max(1.0, aspect)), round(_SIDE * min(1.0, aspect))
        found.append(np.asarray(cv2.resize(field.astype(np.uint8) * 255, (max(8, columns), max(8, rows))), np.uint8))
    return found


def check_frame(card: ModelCard, frame: str) -> None:
    """Refuse a frame that a generator does not have.

    Args:
        frame: "seed", "whole", or the number of a frame in the bank, from 0.

    Raises:
        UsageError: there is no such frame.
    """
    if frame in (BY_SEED, WHOLE):
        return
    count = len(frame_pictures(card))
    if not count:
        raise UsageError("frame-no-bank", model=card.id)
    if not frame.isdecimal() or int(frame) >= count:
        raise UsageError("frame-unknown", model=card.id, name=frame, count=count, last=count - 1)
