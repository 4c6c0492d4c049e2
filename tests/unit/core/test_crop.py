"""A part of a series: pixels, regions and reference pixels move together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.calibration import axis_values, region_at
from medsynth_gui.core.crop import cropped
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries, RegionAxis, UltrasoundRegion

REGION = UltrasoundRegion(10, 5, 40, 55, "tissue", PixelSpacing(0.2, 0.1, "UltrasoundRegion"), "2D",
                          RegionAxis("cm", 0.02, 3.0, 1.0), RegionAxis("cm", 0.01, -4.0, 0.5))


def _series() -> ImageSeries:
    from dataclasses import replace

    frames = np.arange(2 * 48 * 64, dtype=np.uint16).reshape(2, 48, 64)
    return replace(ImageSeries.from_array(frames), regions=(REGION,))


@given(st.integers(0, 30), st.integers(0, 40), st.integers(12, 60), st.integers(20, 80))
def test_every_pixel_keeps_its_value_and_its_place_in_the_body(y0: int, x0: int, height: int, width: int) -> None:
    whole = _series()
    part = cropped(whole, Region(0, y0, x0, y0 + height, x0 + width))
    assert np.array_equal(part.frame(1), whole.frame(1)[y0:y0 + height, x0:x0 + width])
    assert part.frame(0).shape == (part.rows, part.columns)
    for region in part.regions:
        y, x = region.y0 + 0.5, region.x0 + 0.5
        assert region_at(whole, y + y0, x + x0) == REGION
        assert axis_values(region, (y, x)) == pytest.approx(axis_values(REGION, (y + y0, x + x0)))


def test_nothing_is_no_image() -> None:
    with pytest.raises(ValueError, match="outside"):
        cropped(_series(), Region(0, 50, 0, 60, 10))
    assert cropped(_series(), Region(0, 41, 0, 48, 64)).regions == ()
