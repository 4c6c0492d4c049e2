"""What a distance on an image means: which region a point lies in, which spacing holds, and why none does."""

from __future__ import annotations

from collections.abc import Sequence

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries, RegionAxis, UltrasoundRegion

Point = tuple[float, float]
_EQUAL_SCALE = 0.01


def region_at(series: ImageSeries, y: float, x: float) -> UltrasoundRegion | None:
    """The region with units that holds a point (pixels); where several do, the one drawn on top, then the smallest."""
    found = [region for region in series.regions if _says_something(region) and _holds(region, (y, x))]
    return min(found, key=_rank, default=None)


def calibration_for(series: ImageSeries, points: Sequence[Point]) -> PixelSpacing | Message:
    """The spacing that holds for all of `points` (y, x), or why nothing can be measured between them.

    A calibration by hand holds wherever the axes are lengths. Without regions the spacing of the series holds
    everywhere; with regions only within one of them.
    """
    tops = [region_at(series, y, x) for y, x in points]
    for region in tops:
        if region and (reason := _no_length(region)):
            return reason
    if series.spacing and series.spacing.source == "manual":
        return series.spacing
    if not any(map(_says_something, series.regions)):
        return series.spacing or _uncalibrated(series)
    if not points:
        return Message("measure-outside-regions")
    if None in tops:
        # All outside, or a line that leaves its region.
        outside = all(region is None for region in tops)
        return Message("measure-outside-regions" if outside else "measure-leaves-region")
    shared = _shared([region for region in tops if region], points)
    if shared is None:
        return Message("measure-across-regions")
    return shared.spacing or _uncalibrated(series)


def axis_units(region: UltrasoundRegion) -> tuple[str, str]:
    """Units of the axes (y, x): "cm", "s", "Hz", "cm/s", "dB", ...; empty where the file names none."""
    return tuple(axis.unit if axis else "" for axis in (region.y_axis, region.x_axis))  # type: ignore[return-value]


def axis_values(region: UltrasoundRegion, point: Point) -> tuple[float | None, float | None]:
    """The physical values (y, x) at a point of the image, in `axis_units`; None without units or reference pixel."""
    y, x = point
    return _value(region.y_axis, y - region.y0), _value(region.x_axis, x - region.x0)


def axis_spans(region: UltrasoundRegion, start: Point, end: Point) -> tuple[float | None, float | None]:
    """How far `end` lies from `start` along each axis (y, x), signed, in `axis_units`; None without units.

    This is what may be told in an M-mode or a Doppler trace: a time, a depth or a velocity, never a slanted length.
    """
    return (_span(region.y_axis, end[0] - start[0]), _span(region.x_axis, end[1] - start[1]))


def _says_something(region: UltrasoundRegion) -> bool:
    """Some scanners put a region without units around the whole screen."""
    return region.spacing is not None or any(axis_units(region))


def _holds(region: UltrasoundRegion, point: Point) -> bool:
    return region.y0 <= point[0] <= region.y1 and region.x0 <= point[1] <= region.x1


def _rank(region: UltrasoundRegion) -> tuple[bool, int]:
    return region.low_priority, (region.y1 - region.y0) * (region.x1 - region.x0)


def _shared(tops: list[UltrasoundRegion], points: Sequence[Point]) -> UltrasoundRegion | None:
    """The one region of all points; a colour box over the tissue that holds them too is no border."""
    if all(region == tops[0] for region in tops):
        return tops[0]
    around = [region for region in tops if all(_holds(region, point) for point in points)]
    alike = bool(around) and all(_same_scale(region, around[0]) for region in tops)
    return around[0] if alike else None


def _same_scale(one: UltrasoundRegion, other: UltrasoundRegion) -> bool:
    a, b = one.spacing, other.spacing
    return a is not None and b is not None and abs(a.y_mm / b.y_mm - 1) + abs(a.x_mm / b.x_mm - 1) <= _EQUAL_SCALE


def _no_length(region: UltrasoundRegion) -> Message | None:
    """Why there are no lengths in a region whose axes are something else."""
    y_unit, x_unit = axis_units(region)
    if region.spacing or {y_unit, x_unit} <= {"cm", ""}:
        return None
    return Message("measure-no-length", {"region": region.data_type, "down": y_unit or "-", "across": x_unit or "-"})


def _uncalibrated(series: ImageSeries) -> Message:
    """What the reader had to say of the spacing, else that there is none."""
    told = next((problem for problem in series.problems if problem.id == "spacing-invalid"), None)
    return told or Message("measure-uncalibrated", {"title": series.title or series.file_name})


def _value(axis: RegionAxis | None, offset: float) -> float | None:
    if axis is None or not axis.unit or axis.reference_px is None:
        return None
    return axis.reference_value + (offset - axis.reference_px) * axis.delta


def _span(axis: RegionAxis | None, pixels: float) -> float | None:
    return pixels * axis.delta if axis and axis.unit else None
