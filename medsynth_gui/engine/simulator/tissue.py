"""What sound meets: acoustic properties at points of the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.simulator.fields import Array

Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Points:
    """Points of material in mm, arrays (rows along the beam, columns across).

    Attributes:
        y, x: depth and lateral position; x is 0 in the middle, y is 0 where the probe touches.
        depth: distance from the probe's surface: y for a linear probe.
        across: place of the beam, in mm on an arc a little under the surface: x for a linear probe.
    """

    y: Array
    x: Array
    depth: Array
    across: Array


@dataclass(frozen=True)
class Tissue:
    """Acoustic properties, all of one shape.

    Attributes:
        echo_db: mean backscatter amplitude in dB; glandular tissue is 0.
        attenuation: one way, dB/(cm MHz).
        specular: amplitude of coherent reflection; 1 is the mean backscatter of glandular tissue.
    """

    echo_db: Array
    attenuation: Array
    specular: Array


class Medium(Protocol):
    """One drawn phantom: a function of the plane, so that every grid and every frame agrees."""

    @property
    def class_name(self) -> str: ...

    def tissue(self, points: Points) -> Tissue: ...

    def labels(self, points: Points) -> Labels:
        """Label values at the points."""
        ...

    def facts(self) -> dict[str, float | str]:
        """What was drawn, for the manifest. `focus_y`, `focus_x`, `focus_radius`: where motion is centred."""
        ...
