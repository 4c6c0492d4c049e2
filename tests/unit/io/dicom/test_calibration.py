"""Millimetres per pixel, regions and frame rate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, Sequence

from medsynth_gui.core.calibration import axis_units, axis_values
from tests.builders import ramp
from tests.unit.io.dicom.files import dataset, opened

FRAMES = np.stack([ramp(), ramp()])


def _region(y_cm: float = 0.012, x_cm: float = 0.02, *, kind: int = 1, units: int = 3,
            box: tuple[int, int, int, int] = (2, 4, 40, 50)) -> Dataset:
    region = Dataset()
    region.RegionDataType, region.RegionSpatialFormat = kind, 1
    (region.RegionLocationMinY0, region.RegionLocationMinX0,
     region.RegionLocationMaxY1, region.RegionLocationMaxX1) = box
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = units
    region.PhysicalDeltaX, region.PhysicalDeltaY = x_cm, y_cm
    return region


def _open(path: Path, *regions: Dataset, **changes: Any) -> Any:
    if regions:
        changes["SequenceOfUltrasoundRegions"] = Sequence(regions)
    series = opened(path / "a.dcm", dataset(FRAMES, **changes))
    spacing = series.spacing
    return series, (round(spacing.y_mm, 6), round(spacing.x_mm, 6), spacing.source) if spacing else None


@pytest.mark.parametrize("keyword", ["PixelSpacing", "ImagerPixelSpacing"])
def test_spacing_is_rows_first(tmp_path: Path, keyword: str) -> None:
    assert _open(tmp_path, **{keyword: [0.1, 0.2]})[1] == (0.1, 0.2, keyword)


def test_centimetres_of_a_region_become_millimetres(tmp_path: Path) -> None:
    series, spacing = _open(tmp_path, _region())
    assert spacing == (0.12, 0.2, "UltrasoundRegion")
    region = series.regions[0]
    assert (region.y0, region.x0, region.y1, region.x1, region.data_type) == (2, 4, 41, 51, "tissue")
    assert series.problems == ()


def test_a_doppler_trace_calibrates_nothing(tmp_path: Path) -> None:
    series, spacing = _open(tmp_path, _region(kind=3, units=4))
    assert spacing is None
    assert series.regions[0].data_type == "PW Doppler"
    assert [p.id for p in series.problems] == ["spacing-unknown"]
    assert _open(tmp_path, _region(kind=3, units=4), _region(-0.01, 0.01))[1] == (0.1, 0.1, "UltrasoundRegion")


def test_a_region_outside_the_image_is_clipped_or_dropped(tmp_path: Path) -> None:
    series, _ = _open(tmp_path, _region(box=(0, 0, 9999, 9999)), _region(box=(30, 30, 10, 10)))
    assert [(r.y0, r.x0, r.y1, r.x1) for r in series.regions] == [(0, 0, 48, 64)]


def test_what_agrees_is_told_by_the_standard_attribute(tmp_path: Path) -> None:
    assert _open(tmp_path, _region(), PixelSpacing=[0.12, 0.2])[1] == (0.12, 0.2, "PixelSpacing")


def test_doubts_are_told(tmp_path: Path) -> None:
    series, spacing = _open(tmp_path, _region(), PixelSpacing=[0.5, 0.5])
    assert (spacing, [p.id for p in series.problems]) == ((0.12, 0.2, "UltrasoundRegion"), ["spacing-disagrees"])
    series, spacing = _open(tmp_path, PixelSpacing=[0, -1])
    assert (spacing, [p.id for p in series.problems]) == (None, ["spacing-invalid"])
    series, _ = _open(tmp_path, _region(), _region(0.05, 0.05))
    assert [p.id for p in series.problems] == ["regions-differ"]


@pytest.mark.parametrize(("changes", "rate"), [
    ({"FrameTime": 40}, 25.0), ({"CineRate": 30}, 30.0), ({"RecommendedDisplayFrameRate": 12}, 12.0),
    ({"FrameTimeVector": [0, 50]}, 20.0), ({"FrameTime": 0}, None), ({}, None)])
def test_frame_rate(tmp_path: Path, changes: dict[str, object], rate: float | None) -> None:
    assert _open(tmp_path, **changes)[0].frame_rate_hz == rate


def test_enhanced_files_keep_spacing_in_groups(tmp_path: Path) -> None:
    measures, group = Dataset(), Dataset()
    measures.PixelSpacing = [0.3, 0.4]
    group.PixelMeasuresSequence = Sequence([measures])
    assert _open(tmp_path, SharedFunctionalGroupsSequence=Sequence([group]))[1] == (0.3, 0.4, "PixelSpacing")


def test_a_pixel_size_that_repeats_the_detectors_is_the_detectors(tmp_path: Path) -> None:
    both = {"PixelSpacing": [0.1, 0.2], "ImagerPixelSpacing": [0.1, 0.2]}
    assert _open(tmp_path, **both)[1] == (0.1, 0.2, "ImagerPixelSpacing")
    assert _open(tmp_path, **both, PixelSpacingCalibrationType="GEOMETRY")[1] == (0.1, 0.2, "PixelSpacing")
    assert _open(tmp_path, **{**both, "PixelSpacing": [0.08, 0.16]})[1] == (0.08, 0.16, "PixelSpacing")


def test_axes_of_m_mode_and_doppler_keep_their_units(tmp_path: Path) -> None:
    trace = _region(-2.5, 0.004, kind=3)
    trace.RegionSpatialFormat, trace.PhysicalUnitsYDirection, trace.PhysicalUnitsXDirection = 3, 7, 4
    trace.ReferencePixelX0, trace.ReferencePixelY0, trace.ReferencePixelPhysicalValueY = 0, 19, 0.0
    trace.RegionFlags = 1
    series, spacing = _open(tmp_path, trace, _region())
    region = series.regions[0]
    assert spacing is not None and region.spacing is None and region.low_priority
    assert (region.spatial_format, axis_units(region)) == ("spectral", ("cm/s", "s"))
    # The reference pixel counts from the corner of its region, which is at (2, 4).
    assert axis_values(region, (21, 4)) == (0.0, 0.0)
    assert axis_values(region, (11, 14)) == (25.0, pytest.approx(0.04))
