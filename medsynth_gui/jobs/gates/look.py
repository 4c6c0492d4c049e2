"""Look: one image as all gates see it; what several of them need is computed once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from medsynth_gui.engine.features import Encoder

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]


class Look:
    """An image (y, x) uint8 and the mask that it was drawn for, of one size.

    Attributes:
        drawn: the image at the size that the generator draws: super-resolution must hide nothing.
        wanted: the mask at that size.
    """

    def __init__(self, image: Gray, mask: Gray, size: int, encoder: Encoder | None) -> None:
        import cv2

        from medsynth_gui.engine.gate_reference import drawn_size

        self.image, self.mask, self._encoder = image, mask, encoder
        self.drawn = drawn_size(image, size)
        self.wanted: Gray = mask if mask.shape == self.drawn.shape else np.asarray(cv2.resize(
            mask, self.drawn.shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)

    @cached_property
    def described(self) -> tuple[Float, Float]:
        """Features (1, d) and codes (1, k); asked for only where there is an encoder."""
        assert self._encoder is not None
        return self._encoder.describe([self.drawn])

    def code_beside(self, reference: Float) -> Float:
        """The code (1, k), put back to where the image is most like one of a reference (m, k)."""
        assert self._encoder is not None
        return self._encoder.put_back([self.drawn], self.described[1], reference)
