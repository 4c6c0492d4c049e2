"""Measurements: figures in mm or px, refusals, records."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries, RegionAxis, UltrasoundRegion
from medsynth_gui.core.measurement import (
    KINDS,
    Angle,
    Caliper,
    EllipseMeasure,
    Measurement,
    MModeLine,
    PolygonArea,
    RegionHistogram,
    Statistics,
    from_record,
    read_measurement,
)

STILL = ImageSeries.from_array(np.zeros((100, 200), np.uint8), title="still")
CALIBRATED = replace(STILL, spacing=PixelSpacing(0.5, 0.25, "PixelSpacing"))
TISSUE = UltrasoundRegion(0, 0, 50, 200, "tissue", PixelSpacing(0.2, 0.2, "UltrasoundRegion"), "2D")
DOPPLER = UltrasoundRegion(60, 0, 100, 200, "PW Doppler", None, "spectral", RegionAxis("cm/s", -2.0, 20.0, 0.0),
                           RegionAxis("s", 0.01, 0.0, 0.0))
SCANNED = replace(STILL, spacing=TISSUE.spacing, regions=(TISSUE, DOPPLER))


def figures(measurement: Measurement, series: ImageSeries) -> dict[str, tuple[float, str]]:
    return {one.name: (pytest.approx(one.value), one.unit) for one in read_measurement(measurement, series).values}


def test_lengths_and_areas_are_in_mm_with_pixels_that_are_not_square() -> None:
    assert figures(Caliper(0, ((0, 0), (30, 80))), CALIBRATED) == {"length": (25.0, "mm")}
    box = PolygonArea(0, ((0, 0), (0, 40), (10, 40), (10, 0)))
    assert figures(box, CALIBRATED) == {"area": (50.0, "mm²"), "perimeter": (30.0, "mm")}
    circle = EllipseMeasure(0, ((20, 60), (60, 60), (40, 100)))
    assert figures(circle, CALIBRATED) == {"circumference": (62.83185, "mm"), "area": (314.15927, "mm²"),
                                           "long axis": (20.0, "mm"), "short axis": (20.0, "mm")}
    assert figures(Angle(0, ((0, 0), (0, 20), (10, 20))), CALIBRATED) == {"angle": (90.0, "°")}


def test_without_calibration_they_are_in_pixels_and_that_is_said() -> None:
    reading = read_measurement(Caliper(0, ((0, 0), (3, 4))), STILL)
    assert [(one.value, one.unit) for one in reading.values] == [(5.0, "px")]
    assert reading.note is not None
    assert (reading.note.id, reading.refused) == ("measure-uncalibrated", False)


def test_nothing_is_measured_across_regions() -> None:
    inside = read_measurement(EllipseMeasure(0, ((5, 50), (45, 50), (25, 60))), SCANNED)
    assert (inside.refused, inside.values[0].unit) == (False, "mm")
    beyond = read_measurement(Caliper(0, ((10, 10), (80, 10))), SCANNED)
    assert (beyond.refused, beyond.values) == (True, ())
    # Both ends of the axis are in the tissue, the width reaches beyond it.
    bulging = read_measurement(EllipseMeasure(0, ((40, 50), (40, 90), (58, 70))), SCANNED)
    assert (bulging.refused, bulging.values) == (True, ())


def test_a_trace_gives_times_and_velocities_along_its_axes() -> None:
    assert figures(Caliper(0, ((70, 10), (90, 60))), SCANNED) == {"velocity": (40.0, "cm/s"), "time": (0.5, "s")}
    area = read_measurement(PolygonArea(0, ((70, 10), (90, 10), (90, 60))), SCANNED)
    assert area.refused
    assert area.note is not None
    assert area.note.id == "measure-no-length"


def test_gray_values_may_be_read_anywhere() -> None:
    counted = Statistics(4, 10.0, 1.0, 10.5, 8.5, 12.5, (1, 1, 1, 1))
    histogram = RegionHistogram(0, ((10, 10), (80, 20)), statistics=counted)
    assert figures(histogram, SCANNED) == {"mean": (10.0, ""), "SD": (1.0, ""), "median": (10.5, ""), "n": (4, "")}
    assert figures(histogram, CALIBRATED)["area"] == (0.5, "mm²")
    line = read_measurement(MModeLine(0, ((10, 10), (80, 20))), SCANNED)
    assert [one.unit for one in line.values] == ["px"]


point = st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_a_record_gives_the_measurement_back(kind: str, data: st.DataObject) -> None:
    count = {"ellipse": 3, "angle": 3, "area": 5}.get(kind, 2)
    points = data.draw(st.lists(point, min_size=count, max_size=count))
    made = KINDS[kind](data.draw(st.integers(0, 999)), tuple(points), data.draw(st.text(max_size=10)))
    assert from_record(json.loads(json.dumps(made.record()))) == made


@pytest.mark.parametrize("damage", [{"kind": "sundial"}, {"points": [[1, 2]]}, {"points": [[1, 2], [3, None]]},
                                    {"points": [[1, 2], [3, float("nan")]]}, {"colour": 1}])
def test_a_record_of_nothing_is_refused(damage: dict[str, object]) -> None:
    record = {**Caliper(0, ((0.0, 0.0), (1.0, 1.0))).record(), **damage}
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_record(record)
