"""FrameMemo: what a tool worked out from the shown image, kept until another one is shown."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Gray = npt.NDArray[np.uint8]


class FrameMemo:
    """Results by key for one image."""

    def __init__(self) -> None:
        self._image: Gray | None = None
        self._found: dict[Hashable, Any] = {}

    def get(self, image: Gray, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for this image and key; it is called once."""
        if image is not self._image:
            self._image, self._found = image, {}
        if key not in self._found:
            self._found[key] = make()
        found: T = self._found[key]
        return found

    def smoothed(self, image: Gray, sigma: float) -> Gray:
        """The image blurred by a Gaussian of `sigma` pixels; itself for 0."""
        if sigma <= 0:
            return image

        def blur() -> Gray:
            import cv2

            return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)

        return self.get(image, ("smoothed", sigma), blur)
