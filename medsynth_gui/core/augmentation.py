"""Augmentation: how far a training may change its images, within what a probe can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

# No vertical flip and no half turn exist here at all: sound comes from the probe, and depth runs down.
MOST_ROTATION_DEG = 30.0


@dataclass(frozen=True)
class Range:
    """What a number may be."""

    low: float
    high: float

    def check(self, name: str, value: float) -> None:
        """Raises ValueError for a number outside."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{name} is {value}, but must be from {self.low:g} to {self.high:g}")


GEOMETRY_LIMITS: Mapping[str, Range] = {
    "rotate_deg": Range(0.0, MOST_ROTATION_DEG), "smallest": Range(0.5, 1.0), "largest": Range(1.0, 2.0),
    "stretch": Range(0.0, 0.3), "shift": Range(0.0, 0.25)}
INTENSITY_LIMITS: Mapping[str, Range] = {"strength": Range(0.0, 1.5)}


@dataclass(frozen=True)
class Geometry:
    """Ranges of the random affine map: degrees, scale factors, share of the side; left and right may be swapped.

    Raises:
        ValueError: a value that would make an image no probe can take.
    """

    rotate_deg: float = 15.0
    scale: tuple[float, float] = (0.75, 1.35)
    stretch: float = 0.12
    shift: float = 0.1
    mirror: bool = True

    def __post_init__(self) -> None:
        smallest, largest = self.scale
        values = {"rotate_deg": self.rotate_deg, "smallest": smallest, "largest": largest, "stretch": self.stretch,
                  "shift": self.shift}
        for name, value in values.items():
            GEOMETRY_LIMITS[name].check(name, value)


@dataclass(frozen=True)
class Intensity:
    """Changes of gray (gain, contrast, depth gain, speckle, blur, shadow): how strong, and how many at most."""

    strength: float = 1.0
    most: int = 3

    def __post_init__(self) -> None:
        INTENSITY_LIMITS["strength"].check("strength", self.strength)


def augmentation_of(data: Mapping[str, Any]) -> tuple[Geometry, Intensity]:
    """What the `[data]` table of a recipe says, with defaults for the rest.

    Raises:
        ValueError, TypeError: a name or a value that does not exist.
    """
    return Geometry(**data.get("geometry", {})), Intensity(**data.get("intensity", {}))


def geometry_table(geometry: Geometry) -> dict[str, Any]:
    """The `[data.geometry]` table of a recipe."""
    return {item.name: list(value) if isinstance(value := getattr(geometry, item.name), tuple) else value
            for item in fields(geometry)}
