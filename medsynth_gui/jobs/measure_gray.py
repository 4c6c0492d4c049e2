"""Jobs on gray values: a histogram of a region, a profile along a line, an M-mode through a cine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.calibration import calibration_for
from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.frame_reading import read_ahead
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.measurement import Measurement, MModeLine, Profile, RegionHistogram, Statistics
from medsynth_gui.core.plane import path_length
from medsynth_gui.core.raster import Stamp
from medsynth_gui.core.sampling import LineSampler, Values, luma, statistics
from medsynth_gui.core.windowing import apply_window
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class Curve:
    """Gray values (n,) at equal distances over `length` in `unit` ("mm" or "px")."""

    values: Values
    length: float
    unit: str


@dataclass(frozen=True)
class MMode:
    """What happens along a line.

    Attributes:
        image: (depth, frame) 8-bit, under the series' default window.
        length, unit: of the line, in mm, or in px where it is not calibrated.
        frame_s: seconds between frames; None where the file gives no rate.
        missing: frames that could not be decoded; they are black.
    """

    image: npt.NDArray[np.uint8]
    length: float
    unit: str
    frame_s: float | None
    missing: int = 0


@dataclass(frozen=True)
class CountGray:
    """Count the gray values of a region; `stamp` holds its labelled pixels, None takes the box."""

    series: ImageSeries
    measurement: RegionHistogram
    stamp: Stamp | None = None

    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-measure")

    def run(self, ctx: JobContext) -> Statistics:
        frame = self.series.frame(self.measurement.frame)
        if self.stamp is not None:
            return statistics(luma(frame[self.stamp.region.slices])[self.stamp.mask])
        return statistics(luma(frame[_box(self.measurement, self.series)]))


@dataclass(frozen=True)
class SampleProfile:
    """The gray values under a profile."""

    series: ImageSeries
    measurement: Profile

    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-measure")

    def run(self, ctx: JobContext) -> Curve:
        values = _sampler(self.measurement, self.series)(self.series.frame(self.measurement.frame))
        return Curve(values, *_length(self.measurement, self.series))


@dataclass(frozen=True)
class MakeMMode:
    """Follow a line through all frames, one frame in memory at a time."""

    series: ImageSeries
    measurement: MModeLine

    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-mmode", {"name": self.series.title})

    def run(self, ctx: JobContext) -> MMode:
        sampler, count = _sampler(self.measurement, self.series), self.series.frame_count
        columns = np.zeros((sampler.index.shape[1], count), np.float32)
        missing = 0
        for number, values in enumerate(self._lines(sampler)):
            ctx.checkpoint(number, count)
            if values is None:
                missing += 1
            else:
                columns[:, number] = values
        window = self.series.default_window()
        image = apply_window(columns, window, invert=self.series.invert)
        rate = self.series.frame_rate_hz
        return MMode(image, *_length(self.measurement, self.series), 1 / rate if rate else None, missing)

    def _lines(self, sampler: LineSampler) -> Iterator[Values | None]:
        def line(number: int) -> Values | None:
            try:
                return sampler(self.series.frame(number))
            except InputError:
                return None

        yield from (values for _, values in read_ahead(self.series, range(self.series.frame_count), line))


@dataclass(frozen=True)
class SaveMMode:
    """Write an M-mode as a PNG that says where it comes from; it is marked where the cine is synthetic."""

    series: ImageSeries
    mmode: MMode
    path: Path

    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-mmode", {"name": self.series.title})

    def run(self, ctx: JobContext) -> Path:
        from medsynth_gui.io.raster_files import provenance_text, write_gray_png

        write_gray_png(self.path, self.mmode.image, provenance_text(self.series.provenance))
        return self.path


def _sampler(line: Measurement, series: ImageSeries) -> LineSampler:
    start, end = line.points
    return LineSampler.make(start, end, series.rows, series.columns, aspect=series.aspect)


def _length(line: Measurement, series: ImageSeries) -> tuple[float, str]:
    found = calibration_for(series, line.points)
    if isinstance(found, Message):
        return path_length(line.points), "px"
    return path_length(line.points, found.y_mm, found.x_mm), "mm"


def _box(measurement: RegionHistogram, series: ImageSeries) -> tuple[slice, slice]:
    """The pixels whose middle the box holds."""
    (y0, x0), (y1, x1) = measurement.points
    return _between(y0, y1, series.rows), _between(x0, x1, series.columns)


def _between(one: float, other: float, count: int) -> slice:
    low, high = sorted((one, other))
    return slice(max(0, math.ceil(low - 0.5)), min(count, math.ceil(high - 0.5)))
