"""Measurements on a frame: calipers, ellipses, areas, angles, profiles, histograms, and what they read.

Points are (y, x) in image pixels. A `Scale` turns them into lengths; pixels need not be square.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from medsynth_gui.core.calibration import axis_spans, axis_units, calibration_for, region_at
from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.plane import (
    Point,
    angle_deg,
    ellipse_area,
    ellipse_circumference,
    ellipse_points,
    path_length,
    polygon_area,
    semi_axes,
)

_REFUSING = frozenset({"measure-across-regions", "measure-leaves-region", "measure-no-length"})


@dataclass(frozen=True)
class Quantity:
    """One figure that is read off, "length" or "area" say; `unit` is "mm", "mm²", "px", "px²", "°", "s", ..."""

    name: str
    value: float
    unit: str = ""


@dataclass(frozen=True)
class Reading:
    """The figures of a measurement.

    Attributes:
        note: why they are in pixels, or why there are none.
        refused: nothing may be measured between these points.
    """

    values: tuple[Quantity, ...]
    note: Message | None = None
    refused: bool = False


@dataclass(frozen=True)
class Scale:
    """Length of a pixel along y and x in `unit`."""

    y: float = 1.0
    x: float = 1.0
    unit: str = "px"


@dataclass(frozen=True)
class Statistics:
    """Gray values of a region: `counts` are those of equal bins from `low` to `high`."""

    n: int
    mean: float
    sd: float
    median: float
    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Measurement(ABC):
    """What every measurement has.

    Attributes:
        frame: where it was made, from 0.
        name: what the person calls it; empty: its kind.
        kind: key of `KINDS`.
        every_frame: it holds for the whole cine.
        gray: it reads pixels, not distances alone: it is never refused.
    """

    frame: int
    points: tuple[Point, ...]
    name: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    kind: ClassVar[str] = ""
    every_frame: ClassVar[bool] = False
    gray: ClassVar[bool] = False

    @property
    def outline(self) -> tuple[Point, ...]:
        """The line that is drawn, through (y, x) points; a closed one ends where it begins."""
        return self.points

    @property
    def extent(self) -> tuple[Point, ...]:
        """The points that must share one calibration."""
        return self.outline

    def on(self, frame: int) -> bool:
        """It is shown on this frame."""
        return self.every_frame or self.frame == frame

    @abstractmethod
    def values(self, scale: Scale) -> tuple[Quantity, ...]:
        """The figures under a scale."""

    def record(self) -> dict[str, Any]:
        """A JSON-ready record; see `from_record`."""
        return {"kind": self.kind, **asdict(self)}


class Caliper(Measurement):
    """The distance between two points."""

    kind = "caliper"

    def values(self, scale: Scale) -> tuple[Quantity, ...]:
        return (Quantity("length", path_length(self.points, scale.y, scale.x), scale.unit),)


class Angle(Measurement):
    """The angle at the second of three points, 0 to 180 degrees."""

    kind = "angle"

    def values(self, scale: Scale) -> tuple[Quantity, ...]:
        first, vertex, last = self.points
        return (Quantity("angle", angle_deg(first, vertex, last, y=scale.y, x=scale.x), "°"),)


class EllipseMeasure(Measurement):
    """An ellipse by the two ends of one diameter and an end of the radius conjugate to it.

    Conjugate radii stay conjugate under any scaling of the axes, so the points mean the same ellipse whatever
    the shape of a pixel.
    """

    kind = "ellipse"

    @property
    def outline(self) -> tuple[Point, ...]:
        start, end, side = self.points
        return ellipse_points(start, end, side)

    def values(self, scale: Scale) -> tuple[Quantity, ...]:
        start, end, side = self.points
        a, b = semi_axes(start, end, side, y=scale.y, x=scale.x)
        return (Quantity("circumference", ellipse_circumference(a, b), scale.unit),
                Quantity("area", ellipse_area(a, b), f"{scale.unit}²"),
                Quantity("long axis", 2 * a, scale.unit), Quantity("short axis", 2 * b, scale.unit))


class PolygonArea(Measurement):
    """Area and perimeter inside corners."""

    kind = "area"

    @property
    def outline(self) -> tuple[Point, ...]:
        return (*self.points, self.points[0])

    def values(self, scale: Scale) -> tuple[Quantity, ...]:
        return (Quantity("area", polygon_area(self.points, scale.y, scale.x), f"{scale.unit}²"),
                Quantity("perimeter", path_length(self.outline, scale.y, scale.x), scale.unit))


class Profile(Caliper):
    """Gray values along a line."""

    kind = "profile"
    gray = True


class MModeLine(Caliper):
    """A line whose gray values are followed through the frames of a cine."""

    kind = "mmode"
    every_frame = True
    gray = True


@dataclass(frozen=True)
class RegionHistogram(Measurement):
    """Gray values inside a box (two opposite corners), or of a labelled area within it.

    Attributes:
        label: value of the label; 0 takes the whole box.
        statistics: None until they are counted.
    """

    kind = "histogram"
    gray = True
    label: int = 0
    statistics: Statistics | None = None

    @property
    def outline(self) -> tuple[Point, ...]:
        (y0, x0), (y1, x1) = self.points
        return (y0, x0), (y0, x1), (y1, x1), (y1, x0), (y0, x0)

    def values(self, scale: Scale) -> tuple[Quantity, ...]:
        found = self.statistics
        if found is None:
            return ()
        area = Quantity("area", found.n * scale.y * scale.x, f"{scale.unit}²")
        return (Quantity("mean", found.mean), Quantity("SD", found.sd), Quantity("median", found.median),
                Quantity("n", found.n), *((area,) if scale.unit != "px" else ()))


KINDS: dict[str, type[Measurement]] = {
    one.kind: one for one in (Caliper, EllipseMeasure, PolygonArea, Angle, Profile, RegionHistogram, MModeLine)}
_POINTS = {"caliper": 2, "ellipse": 3, "angle": 3, "profile": 2, "histogram": 2, "mmode": 2}


def from_record(record: Mapping[str, Any]) -> Measurement:
    """The inverse of `Measurement.record`.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    fields = dict(record)
    kind = fields.pop("kind")
    points = tuple((float(y), float(x)) for y, x in fields.pop("points"))
    if len(points) != _POINTS.get(kind, max(3, len(points))) or not np.isfinite(points).all():
        raise ValueError(f"a {kind} of {len(points)} points")
    if statistics := fields.pop("statistics", None):
        fields["statistics"] = Statistics(**{**statistics, "counts": tuple(statistics["counts"])})
    return KINDS[kind](points=points, **fields)


def read_measurement(measurement: Measurement, series: ImageSeries) -> Reading:
    """What a measurement says on a series: mm where it is calibrated, else pixels with the reason.

    Between regions of different calibration it says nothing. In an M-mode or Doppler trace a caliper reads along
    the axes (a time, a depth, a velocity); other shapes say nothing there.
    """
    found = calibration_for(series, measurement.extent)
    if not isinstance(found, Message):
        return Reading(measurement.values(Scale(found.y_mm, found.x_mm, "mm")))
    if spans := _spans(measurement, series, found):
        return Reading(spans)
    if found.id in _REFUSING and not measurement.gray:
        return Reading((), found, refused=True)
    # Without any calibration a pixel is as high as wide, as it is shown.
    return Reading(measurement.values(Scale()), found)


def renamed(measurement: Measurement, name: str) -> Measurement:
    """Under another name; an empty one stands for its kind."""
    return replace(measurement, name=name.strip())


def _spans(measurement: Measurement, series: ImageSeries, reason: Message) -> tuple[Quantity, ...]:
    """Distances along the axes of a region that has no lengths."""
    if reason.id != "measure-no-length" or measurement.kind != "caliper":
        return ()
    tops = {region_at(series, *point) for point in measurement.points}
    region = tops.pop()
    if tops or region is None:
        return ()
    pairs = zip(axis_units(region), axis_spans(region, *measurement.points), strict=True)
    return tuple(_span(unit, abs(value)) for unit, value in pairs if value is not None)


def _span(unit: str, value: float) -> Quantity:
    if unit == "cm":
        return Quantity("depth", value * 10, "mm")
    return Quantity({"s": "time", "cm/s": "velocity", "Hz": "frequency"}.get(unit, "value"), value, unit)
