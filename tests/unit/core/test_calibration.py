"""Where a distance may be told, and why not elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.calibration import axis_spans, axis_units, axis_values, calibration_for, region_at
from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries, RegionAxis, UltrasoundRegion

SPACING = PixelSpacing(0.2, 0.2, "UltrasoundRegion")
TISSUE = UltrasoundRegion(10, 10, 50, 50, "tissue", SPACING, "2D", RegionAxis("cm", 0.02), RegionAxis("cm", 0.02))
SECOND = replace(TISSUE, x0=50, x1=90)
BOX = replace(TISSUE, y0=20, x0=20, y1=30, x1=30, data_type="colour flow")
INSET = replace(BOX, data_type="tissue", spacing=PixelSpacing(0.5, 0.5, "UltrasoundRegion"))
TRACE = UltrasoundRegion(60, 10, 90, 90, "PW Doppler", None, "spectral", RegionAxis("cm/s", -2.0, 15, 0.0),
                         RegionAxis("s", 0.01, 0, 1.0))
SCREEN = UltrasoundRegion(0, 0, 100, 100, "not named", None, "", RegionAxis("", 1.0), RegionAxis("", 1.0))
SERIES = ImageSeries.from_array(np.zeros((100, 100), np.uint8), title="a")


def _told(answer: PixelSpacing | Message) -> str:
    return answer.id if isinstance(answer, Message) else answer.source


@pytest.mark.parametrize(("regions", "points", "told"), [
    ((), [(5, 5)], "measure-uncalibrated"),
    ((TISSUE,), [(11, 11), (49, 49)], "UltrasoundRegion"),
    ((TISSUE, SECOND), [(11, 11), (11, 80)], "measure-across-regions"),
    ((TISSUE, BOX), [(11, 11), (25, 25)], "UltrasoundRegion"),
    ((TISSUE, INSET), [(11, 11), (25, 25)], "measure-across-regions"),
    ((TISSUE, TRACE), [(11, 11), (70, 70)], "measure-no-length"),
    ((TISSUE,), [(11, 11), (5, 5)], "measure-leaves-region"),
    ((TISSUE,), [(2, 2), (5, 5)], "measure-outside-regions"),
    ((SCREEN, TISSUE), [(2, 2), (5, 5)], "measure-outside-regions"),
    ((SCREEN, TISSUE), [(11, 11), (20, 20)], "UltrasoundRegion"),
    ((SCREEN,), [(11, 11), (20, 20)], "measure-uncalibrated"),
    ((replace(TISSUE, spacing=None),), [(11, 11)], "measure-uncalibrated")])
def test_one_region_or_a_reason(regions: tuple[UltrasoundRegion, ...], points: list[tuple[float, float]],
                                told: str) -> None:
    answer = calibration_for(replace(SERIES, regions=regions), points)
    assert _told(answer) == told
    if isinstance(answer, Message):
        assert "<" not in answer.english()


def test_a_calibration_by_hand_holds_except_where_there_are_no_lengths() -> None:
    series = replace(SERIES, regions=(TISSUE, TRACE), spacing=PixelSpacing(0.3, 0.3, "manual"))
    assert _told(calibration_for(series, [(11, 11), (2, 2)])) == "manual"
    assert _told(calibration_for(series, [(70, 70)])) == "measure-no-length"


def test_what_the_reader_doubts_is_the_reason() -> None:
    series = replace(SERIES, problems=(Message("spacing-invalid", {"path": "a", "value": "0"}),))
    assert _told(calibration_for(series, [(1, 1)])) == "spacing-invalid"


def test_the_region_on_top_is_the_one_that_is_meant() -> None:
    series = replace(SERIES, regions=(TISSUE, BOX))
    assert region_at(series, 25, 25) == BOX
    assert region_at(replace(series, regions=(TISSUE, replace(BOX, low_priority=True))), 25, 25) == TISSUE
    assert region_at(series, 0, 0) is None


def test_axes_of_a_trace_are_told_one_by_one() -> None:
    assert axis_units(TRACE) == ("cm/s", "s")
    assert axis_values(TRACE, (75, 20)) == (0.0, 1.1)
    assert axis_spans(TRACE, (75, 20), (70, 30)) == (10.0, pytest.approx(0.1))
    assert axis_values(replace(TRACE, y_axis=None), (75, 20))[0] is None


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=4))
def test_the_order_of_points_counts_for_nothing(points: list[tuple[float, float]]) -> None:
    series = replace(SERIES, regions=(TISSUE, SECOND, BOX, TRACE))
    assert _told(calibration_for(series, points)) == _told(calibration_for(series, points[::-1]))
