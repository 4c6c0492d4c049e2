"""Prompts: what a hand tells the interactive segmenter of one structure in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Prompts:
    """Clicks and scribbles as pixels, a box, and the mask to be corrected; all in image pixels.

    Attributes:
        positive: (y, x) pixels that belong to the structure.
        negative: (y, x) pixels that do not; where both are set, the negative counts.
        box: (y0, x0, y1, x1) around the structure, half-open; None where not drawn.
        previous: (y, x) mask so far; None for none.
    """

    positive: Mask
    negative: Mask
    box: Box | None = None
    previous: Mask | None = None

    @classmethod
    def empty(cls, rows: int, columns: int) -> Prompts:
        """Nothing told yet."""
        return cls(np.zeros((rows, columns), np.bool_), np.zeros((rows, columns), np.bool_))

    @property
    def says_where(self) -> bool:
        """There is a positive pixel, a box or a mask: enough to look for something."""
        return bool(self.positive.any()) or self.box is not None or bool(self.previous is not None
                                                                         and self.previous.any())
