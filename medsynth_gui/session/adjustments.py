"""Adjustments: what a person changed of a series as its file was read, and the series that results."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from medsynth_gui.core.crop import cropped
from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries, UltrasoundRegion
from medsynth_gui.io.dicom.colour_decision import CHOICES, Choice, ColourSource

_LARGEST_MM = 100.0
_OF_SPACING = ("spacing-unknown", "spacing-invalid", "spacing-disagrees", "regions-differ")
_OF_COLOUR = ("colour-differs",)


@dataclass(frozen=True)
class Adjustments:
    """What is changed of a series as it was read.

    Attributes:
        colour: how its samples are read.
        spacing: set by hand; None leaves that of the file.
        crop: the box that is worked on, in the whole image; None for all of it.
        guessed: they were set on another image of the same scanner.
    """

    colour: Choice = "auto"
    spacing: PixelSpacing | None = None
    crop: Region | None = None
    guessed: bool = False

    @property
    def none(self) -> bool:
        """Nothing is changed."""
        return self.colour == "auto" and self.spacing is None and self.crop is None

    def record(self) -> dict[str, Any]:
        """For a file."""
        made: dict[str, Any] = {} if self.colour == "auto" else {"colour": self.colour}
        if self.spacing:
            made["spacing_mm"] = [self.spacing.y_mm, self.spacing.x_mm]
        if self.crop:
            made["crop"] = [self.crop.y0, self.crop.x0, self.crop.y1, self.crop.x1]
        return made

    @classmethod
    def from_record(cls, record: object) -> Adjustments:
        """What a file says; anything that makes no sense is left out."""
        if not isinstance(record, dict):
            return cls()
        colour = record.get("colour")
        mm, box = _numbers(record.get("spacing_mm"), 2), _numbers(record.get("crop"), 4)
        spacing = PixelSpacing(mm[0], mm[1], "manual") if mm and all(0 < value <= _LARGEST_MM for value in mm) else None
        crop = Region(0, *(int(value) for value in box)) if box and min(box) >= 0 else None
        return cls(cast(Choice, colour) if colour in CHOICES else "auto", spacing,
                   None if crop is None or crop.empty else crop)

    def for_another(self, series: ImageSeries) -> Adjustments:
        """What of them is a first guess for another image of the scanner: no spacing over the file's own."""
        return replace(self, spacing=None if series.spacing else self.spacing, guessed=True)


def adjusted(series: ImageSeries, adjustments: Adjustments) -> ImageSeries:
    """The series with its colours read anew, its spacing replaced and its frames cut, each where it was asked for.

    What no longer applies leaves its problems; what was guessed joins them.
    """
    if adjustments.none:
        return series
    told = tuple(_told(series, adjustments)) if adjustments.guessed else ()
    if adjustments.colour != "auto" and isinstance(series.source, ColourSource):
        source = series.source.with_colour(adjustments.colour)
        details = tuple((name, source.colour.text if name == "colour" and source.colour else text)
                        for name, text in series.details)
        series = replace(series, source=source, details=details, problems=_without(series, _OF_COLOUR))
    if adjustments.spacing:
        regions = tuple(_calibrated(region, adjustments.spacing) for region in series.regions)
        series = replace(series, spacing=adjustments.spacing, regions=regions, problems=_without(series, _OF_SPACING))
    if adjustments.crop and not adjustments.crop.clipped(series.rows, series.columns).empty:
        series = cropped(series, adjustments.crop)
    return replace(series, problems=(*told, *series.problems))


def _calibrated(region: UltrasoundRegion, spacing: PixelSpacing) -> UltrasoundRegion:
    """A region of lengths under another spacing; one of times or velocities stays as it is."""
    if region.spacing is None or region.y_axis is None or region.x_axis is None:
        return replace(region, spacing=spacing) if region.spacing else region
    y, x = (replace(axis, delta=math.copysign(mm / 10, axis.delta))
            for axis, mm in ((region.y_axis, spacing.y_mm), (region.x_axis, spacing.x_mm)))
    return replace(region, spacing=spacing, y_axis=y, x_axis=x)


def _told(series: ImageSeries, adjustments: Adjustments) -> Iterator[Message]:
    said = {"title": series.title, "scanner": series.scanner.title}
    if adjustments.spacing:
        spacing = adjustments.spacing
        yield Message("spacing-remembered", {**said, "y": f"{spacing.y_mm:.4g}", "x": f"{spacing.x_mm:.4g}"})
    if adjustments.colour != "auto" and isinstance(series.source, ColourSource) and series.source.colour:
        yield Message("colour-remembered", said)
    if adjustments.crop:
        yield Message("crop-remembered", said)


def _without(series: ImageSeries, ids: tuple[str, ...]) -> tuple[Message, ...]:
    return tuple(problem for problem in series.problems if problem.id not in ids)


def _numbers(value: object, count: int) -> list[float] | None:
    if not isinstance(value, list) or len(value) != count:
        return None
    whole = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value)
    return [float(item) for item in value] if whole else None
