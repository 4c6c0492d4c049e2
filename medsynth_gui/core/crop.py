"""A part of a series as a series of its own: frames are cut when they are asked for."""

from __future__ import annotations

from dataclasses import replace

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import Frame, FrameSource, ImageSeries, RegionAxis, UltrasoundRegion


class CroppedFrames:
    """The part of each frame inside a box."""

    def __init__(self, source: FrameSource, box: Region) -> None:
        self._source, self._box = source, box

    def __len__(self) -> int:
        return len(self._source)

    def frame(self, index: int) -> Frame:
        cut: Frame = self._source.frame(index)[self._box.slices]
        return cut


def cropped(series: ImageSeries, box: Region) -> ImageSeries:
    """The part of a series inside `box` (pixels; its frame counts for nothing), with its regions moved along.

    The detail "crop" tells where it was; the same box of the same file is the same image.

    Raises:
        ValueError: nothing is left.
    """
    box = box.clipped(series.rows, series.columns)
    if box.empty:
        raise ValueError("the box lies outside the image")
    moved = (_moved(region, box) for region in series.regions)
    place = f"rows {box.y0}-{box.y1 - 1}, columns {box.x0}-{box.x1 - 1}"
    return replace(series, source=CroppedFrames(series.source, box), rows=box.height, columns=box.width,
                   regions=tuple(region for region in moved if region), details=(*series.details, ("crop", place)))


def _moved(region: UltrasoundRegion, box: Region) -> UltrasoundRegion | None:
    inside = Region(0, region.y0 - box.y0, region.x0 - box.x0, region.y1 - box.y0, region.x1 - box.x0).clipped(
        box.height, box.width)
    if inside.empty:
        return None
    return replace(region, y0=inside.y0, x0=inside.x0, y1=inside.y1, x1=inside.x1,
                   y_axis=_cut(region.y_axis, box.y0 + inside.y0 - region.y0),
                   x_axis=_cut(region.x_axis, box.x0 + inside.x0 - region.x0))


def _cut(axis: RegionAxis | None, pixels: int) -> RegionAxis | None:
    """The axis of a region that lost its first rows or columns."""
    if axis is None or axis.reference_px is None:
        return axis
    return replace(axis, reference_px=axis.reference_px - pixels)
