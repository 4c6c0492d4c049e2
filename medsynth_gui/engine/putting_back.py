"""Putting back: a copy may be shifted or cropped; moved or shrunk back, its code is again that of its original."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.training.copies import Square

# Crops to nine tenths and shifts by a twentieth of the side: half of what is left in between is within reach of a code.
_SHRUNK, _SHIFTED = 0.9, 0.05


@dataclass(frozen=True)
class Place:
    """Where the content of a square goes; what it leaves free mirrors it.

    Attributes:
        scale: of the content.
        at: where in the free room it lies, 0..1 of rows and columns.
        shift: how far it moves down and right, as share of the content.
    """

    scale: float = 1.0
    at: tuple[float, float] = (0.5, 0.5)
    shift: tuple[float, float] = (0.0, 0.0)


PLACES: tuple[Place, ...] = (
    *(Place(_SHRUNK, (y, x)) for y in (0.0, 0.5, 1.0) for x in (0.0, 0.5, 1.0)),
    *(Place(shift=(_SHIFTED * float(np.sin(angle)), _SHIFTED * float(np.cos(angle))))
      for angle in np.arange(8) * np.pi / 4))


def put_back(square: Square, place: Place) -> Square:
    """The square with its content at another place."""
    import cv2

    content = square.image[square.inside]
    free = (1 - place.scale) * np.array(content.shape)
    down, right = (free * place.at + np.array(place.shift) * content.shape + (place.scale - 1) / 2).tolist()
    matrix = np.array([[place.scale, 0, right], [0, place.scale, down]], np.float32)
    moved: npt.NDArray[np.uint8] = np.zeros_like(square.image)
    moved[square.inside] = cv2.warpAffine(np.ascontiguousarray(content), matrix, content.shape[::-1],
                                          flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return Square(moved, square.inside)
