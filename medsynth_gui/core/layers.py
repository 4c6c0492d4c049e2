"""ResultLayer: what a model proposes for a series, until a person accepts or rejects it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.provenance import Provenance


@dataclass(frozen=True)
class ResultLayer:
    """A proposal. Accepting it is one undoable edit; rejecting it costs nothing.

    Attributes:
        masks: frame index to label values (y, x) uint8 in source size.
        confidence: frame index to 0..1; absent where the model gives none.
        document_revision: revision of the mask document that it was made for.
    """

    masks: Mapping[int, npt.NDArray[np.uint8]]
    confidence: Mapping[int, float]
    provenance: Provenance
    title: str
    document_revision: int = 0
