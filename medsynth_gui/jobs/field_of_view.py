"""Finding the field of view of a series, as a job."""

from __future__ import annotations

from dataclasses import dataclass

from medsynth_gui.core.errors import Message
from medsynth_gui.core.field_of_view import FieldOfView
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class FindFieldOfView:
    """Fit a rectangle or a fan to a few frames of a series."""

    series: ImageSeries

    @property
    def title(self) -> Message:
        return Message("job-field-of-view", {"title": self.series.title})

    @property
    def lane(self) -> Lane:
        return Lane.IO

    def run(self, ctx: JobContext) -> FieldOfView:
        """Raises InputError where a frame cannot be decoded."""
        from medsynth_gui.io.field_of_view_fit import series_field_of_view

        ctx.checkpoint(0, 1)
        return series_field_of_view(self.series)
