"""Opening and describing files, as jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.calibration import axis_units
from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.image import ImageSeries, UltrasoundRegion
from medsynth_gui.core.study import OpenFailure, Study
from medsynth_gui.io.plain_files import MANY, PlainFile
from medsynth_gui.io.readers import find_files, find_paths, open_file, open_paths
from medsynth_gui.jobs.batch import BatchReport, need_paths
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class Opened:
    """What was opened, what could not be, and the stills of crowded folders that are read when they are shown."""

    studies: tuple[Study, ...]
    failures: tuple[OpenFailure, ...] = ()
    later: tuple[PlainFile, ...] = ()

    @property
    def series(self) -> Iterator[ImageSeries]:
        """All series that were opened, in order."""
        for study in self.studies:
            yield from study.series


@dataclass(frozen=True)
class OpenPaths:
    """Open files and folders; pixels are decoded later, when they are shown."""

    paths: tuple[Path, ...]

    @property
    def title(self) -> Message:
        return Message("opening")

    @property
    def lane(self) -> Lane:
        return Lane.IO

    def run(self, ctx: JobContext) -> Opened:
        """Open them all; what cannot be opened is listed with its reason."""
        found, missing = find_paths(self.paths, many=MANY)
        later = tuple(file for file in found if isinstance(file, PlainFile))
        studies, failures = open_paths((file for file in found if isinstance(file, Path)), on_file=lambda done, total,
                                       path: ctx.checkpoint(done, total, path.name))
        return Opened(tuple(studies), (*missing, *failures), later)


@dataclass(frozen=True)
class DescribePaths:
    """Say what files are, from their header and one decoded frame; on request where they show the body."""

    paths: tuple[Path, ...]
    field_of_view: bool = False

    @property
    def title(self) -> Message:
        return Message("describing")

    @property
    def lane(self) -> Lane:
        return Lane.IO

    def run(self, ctx: JobContext) -> BatchReport:
        """One record a series; a file whose header or first frame cannot be read is listed with the reason.

        Raises:
            InputError: no path was given.
        """
        need_paths(self.paths)
        files, failures = find_files(self.paths)
        done: list[dict[str, Any]] = []
        for number, path in enumerate(files):
            ctx.checkpoint(number, len(files), path.name)
            try:
                records = [describe(series) | ({"field_of_view": _field_of_view(series)} if self.field_of_view else {})
                           for study in open_file(path) for series in study.series]
            except MedSynthError as error:
                failures.append(OpenFailure(str(path), error.message))
            else:
                done += records
        return BatchReport(tuple(done), tuple(failures))


def describe(series: ImageSeries) -> dict[str, Any]:
    """A JSON-ready record of a series; its first frame is decoded, so that broken pixels are found.

    Raises:
        InputError: the frame cannot be decoded.
    """
    frame = series.frame(0)
    details = dict(series.details)
    return {
        "path": series.path, "title": series.title, "modality": series.modality, "frames": series.frame_count,
        "rows": series.rows, "columns": series.columns, "channels": series.channels, "bits": series.bits,
        "dtype": str(frame.dtype), "photometric": series.photometric,
        "spacing_mm": [series.spacing.y_mm, series.spacing.x_mm] if series.spacing else None,
        "spacing_source": series.spacing.source if series.spacing else None,
        "regions": [_region(region) for region in series.regions], "frame_rate_hz": series.frame_rate_hz,
        "transfer_syntax": details.pop("transfer syntax", None), "synthetic": series.synthetic,
        "scanner": asdict(series.scanner), "problems": [problem.english() for problem in series.problems],
        "details": {name: text for name, text in details.items() if name != "patient id"},
    }


def _field_of_view(series: ImageSeries) -> dict[str, Any]:
    """Where an ultrasound image shows the body."""
    from medsynth_gui.io.field_of_view_fit import series_field_of_view

    found = series_field_of_view(series)
    return {"kind": found.kind, "y0": found.box.y0, "x0": found.box.x0, "y1": found.box.y1, "x1": found.box.x1}


def _region(region: UltrasoundRegion) -> dict[str, Any]:
    units = axis_units(region)
    return {"y0": region.y0, "x0": region.x0, "y1": region.y1, "x1": region.x1, "data_type": region.data_type,
            "spatial_format": region.spatial_format, "units": list(units),
            "spacing_mm": [region.spacing.y_mm, region.spacing.x_mm] if region.spacing else None}
