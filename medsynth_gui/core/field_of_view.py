"""FieldOfView: the part of an ultrasound frame that shows the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region

Kind = Literal["whole", "linear", "curved"]
_ARC_POINTS = 33

# Which field of view a generated image has, where it is no number of a frame: by its seed, or the whole image.
BY_SEED, WHOLE = "seed", "whole"


@dataclass(frozen=True)
class Fan:
    """A sector in pixels: around an apex, between two angles from straight down (left is negative) and two radii."""

    apex_y: float
    apex_x: float
    left: float
    right: float
    inner: float
    outer: float

    def inside(self, rows: int, columns: int) -> npt.NDArray[np.bool_]:
        """The pixels (y, x) of an image whose centres lie in it."""
        down = np.arange(rows)[:, None] + 0.5 - self.apex_y
        side = np.arange(columns)[None, :] + 0.5 - self.apex_x
        radius, angle = np.hypot(down, side), np.arctan2(side, down)
        within = (radius >= self.inner) & (radius <= self.outer) & (angle >= self.left) & (angle <= self.right)
        return np.asarray(within, np.bool_)

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Its border as points (y, x), the arcs in short chords."""
        angles = np.linspace(self.left, self.right, _ARC_POINTS)
        arcs = ((self.inner, angles), (self.outer, angles[::-1]))
        return tuple((self.apex_y + radius * float(np.cos(angle)), self.apex_x + radius * float(np.sin(angle)))
                     for radius, along in arcs for angle in along)


@dataclass(frozen=True)
class FieldOfView:
    """Where the body is shown.

    Attributes:
        kind: "linear" is a rectangle, "curved" a fan, "whole" the image where nothing else stands out.
        box: the smallest box around it, within the image.
        fan: the geometry of a curved one.
    """

    kind: Kind
    box: Region
    fan: Fan | None = None

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Its border as points (y, x); a fan may reach beyond the image."""
        box = self.box
        corners = ((box.y0, box.x0), (box.y0, box.x1), (box.y1, box.x1), (box.y1, box.x0))
        return self.fan.outline if self.fan else corners

    def mask(self, rows: int, columns: int) -> npt.NDArray[np.bool_]:
        """The pixels (y, x) inside it."""
        inside = np.zeros((rows, columns), np.bool_)
        inside[self.box.slices] = True
        if self.fan:
            inside &= self.fan.inside(rows, columns)
        return inside
