"""ResultLayer: what a model proposes for a series, until a person accepts or rejects it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.labels import revalued
from medsynth_gui.core.provenance import Provenance

T = TypeVar("T")


@dataclass(frozen=True)
class ResultLayer:
    """A proposal. Accepting it is one undoable edit; rejecting it costs nothing.

    Attributes:
        masks: frame index to label values (y, x) uint8 in source size.
        confidence: frame index to 0..1; absent where the model gives none.
        document_revision: revision of the mask document that it was made for.
        uncertainty: frame index to entropy (y, x) uint8, 0 sure and 255 undecided, over the whole frame but in
            whatever size it was kept; absent where the model gives none.
        drifted: frames where what was carried along has lost the image.
        consistency: frame index to the Dice of its mask with that of the frame before.
        keys: frames that it was carried from.
        unlike: frames whose image is unlike what the model was taught with; they have no confidence.
        names: what the values mean to the model that gave them; empty where they are those of the label list.
    """

    masks: Mapping[int, npt.NDArray[np.uint8]]
    confidence: Mapping[int, float]
    provenance: Provenance
    title: str
    document_revision: int = 0
    uncertainty: Mapping[int, npt.NDArray[np.uint8]] = field(default_factory=dict)
    drifted: tuple[int, ...] = ()
    consistency: Mapping[int, float] = field(default_factory=dict)
    keys: tuple[int, ...] = ()
    unlike: tuple[int, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)

    def only(self, frames: Collection[int]) -> ResultLayer | None:
        """What it says of some frames; None if that is nothing."""
        masks = _of(self.masks, frames)
        return replace(self, masks=masks, confidence=_of(self.confidence, frames),
                       uncertainty=_of(self.uncertainty, frames), consistency=_of(self.consistency, frames),
                       drifted=tuple(frame for frame in self.drifted if frame in frames),
                       unlike=tuple(frame for frame in self.unlike if frame in frames)) if masks else None

    def with_mask(self, frame: int, mask: npt.NDArray[np.uint8]) -> ResultLayer | None:
        """With another mask on a frame; a frame that says nothing any more is left out, None if none is left."""
        if mask.any():
            return replace(self, masks={**self.masks, frame: mask})
        return self.only(self.masks.keys() - {frame})

    def in_values(self, values: Mapping[int, int]) -> ResultLayer:
        """With the values of a label list, by those of the model."""
        return replace(self, masks={frame: revalued(mask, values) for frame, mask in self.masks.items()}, names={})

    def over(self, older: ResultLayer | None) -> ResultLayer:
        """With what an older layer of the same making says of further frames."""
        if older is None or older.provenance.producer != self.provenance.producer:
            return self
        kept = older.only(older.masks.keys() - self.masks.keys())
        if kept is None:
            return self
        return replace(self, masks={**kept.masks, **self.masks}, confidence={**kept.confidence, **self.confidence},
                       uncertainty={**kept.uncertainty, **self.uncertainty},
                       consistency={**kept.consistency, **self.consistency},
                       drifted=tuple(sorted({*kept.drifted, *self.drifted})),
                       unlike=tuple(sorted({*kept.unlike, *self.unlike})))


def _of(values: Mapping[int, T], frames: Collection[int]) -> dict[int, T]:
    return {frame: value for frame, value in values.items() if frame in frames}
