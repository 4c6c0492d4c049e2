"""The field of view is fitted as a rectangle or a fan, and furniture stays outside."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from medsynth_gui.core.field_of_view import Fan
from medsynth_gui.core.geometry import Region
from medsynth_gui.io.field_of_view_fit import fit_field_of_view, series_field_of_view
from tests.builders import shared_data
from tests.unit.io.test_field_of_view import box, gray, overlap, speckle

FANS = [Fan(-60, 250, -0.6, 0.6, 90, 420), Fan(8, 250, -0.7, 0.7, 4, 340), Fan(-90, 230, -0.45, 0.55, 120, 440)]


def furniture(image: np.ndarray) -> None:
    """A ruler, a gray bar, a line of text and an ECG trace."""
    for y in range(30, 360, 30):
        cv2.line(image, (488, y), (496, y), 220, 1)
    image[60:160, 6:14] = np.linspace(255, 0, 100)[:, None]
    cv2.putText(image, "Gain 50  MI 1.1  12 cm  42 Hz", (40, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 200, 1)
    trace = np.stack([np.arange(20, 480), 372 - 6 * (np.arange(460) % 60 < 4)], axis=1)
    cv2.polylines(image, [trace.astype(np.int32)], False, 180, 1)


@pytest.mark.parametrize("fan", FANS)
def test_a_fan_is_found_with_its_geometry(fan: Fan) -> None:
    inside = fan.inside(380, 500)
    image = np.where(inside, speckle(380, 500), 0).astype(np.uint8)
    furniture(image)
    found = fit_field_of_view([image])
    assert found.kind == "curved" and found.fan is not None
    assert overlap(found.mask(380, 500), inside) > 0.94
    assert (found.fan.left, found.fan.right) == (pytest.approx(fan.left, abs=0.06), pytest.approx(fan.right, abs=0.06))
    assert found.fan.outer + found.fan.apex_y == pytest.approx(fan.outer + fan.apex_y, abs=8)


def test_a_rectangle_is_found_to_a_few_pixels() -> None:
    inside = box(380, 500)
    image = np.where(inside, speckle(380, 500), 0).astype(np.uint8)
    furniture(image)
    found = fit_field_of_view([image])
    assert found.kind == "linear"
    assert overlap(found.mask(380, 500), inside) > 0.96


def test_a_gray_bar_close_beside_the_picture_is_outside_though_text_crosses_the_gap() -> None:
    inside = box(380, 500)
    image = np.where(inside, speckle(380, 500), 0).astype(np.uint8)
    image[60:160, 433:443] = np.linspace(255, 40, 100)[:, None]
    image[296:305:2, 425:440] = 200
    found = fit_field_of_view([image])
    assert found.box.x1 == pytest.approx(430, abs=2)


def test_what_is_dark_in_one_frame_is_seen_in_another() -> None:
    inside = FANS[0].inside(380, 500)
    frames = [np.where(inside, speckle(380, 500), 0).astype(np.uint8) for _ in range(2)]
    frames[0][:, 250:], frames[1][:, :250] = 0, 0
    assert overlap(fit_field_of_view(frames).mask(380, 500), inside) > 0.94


def test_without_a_border_it_is_the_whole_image() -> None:
    assert fit_field_of_view([speckle(300, 400)]).kind == "whole"
    assert fit_field_of_view([np.zeros((200, 300), np.uint8)]).box == Region(0, 0, 0, 200, 300)
    assert fit_field_of_view([np.zeros((9, 9), np.uint8)]).kind == "whole"


@pytest.mark.parametrize(("name", "step"), [("fetal_head_us_hc18", 80), ("nerve_vessel_us_usgra", 40)])
def test_what_is_labelled_lies_inside(name: str, step: int) -> None:
    folder = shared_data(name)
    kept = []
    for path in sorted((folder / "images").glob("*.png"))[::step]:
        image, label = gray(path), gray(folder / "masks" / path.name) > 0
        kept.append(fit_field_of_view([image]).mask(*image.shape)[label].mean())
    assert np.mean(kept) > 0.97


@pytest.mark.parametrize(("name", "kind", "expected"), [
    ("raw/muscle_us_timtrack/gastroc_jumping_048.png", "linear", (53, 110, 522, 690)),
    ("raw/muscle_us_timtrack/p6_isometric_max_01_push_01_10.jpg", "linear", (62, 365, 815, 1297)),
    ("raw/lung_us_covid_blues/patient_51_L3.mp4", "curved", (0, 0, 320, 350)),
    ("raw/dicom_testfiles/fo-dicom/GH538-jpeg1.dcm", "curved", (4, 65, 395, 565)),
    ("raw/dicom_us_brachial_plexus/_20210100", "linear", (78, 192, 519, 728))])
def test_real_screens(name: str, kind: str, expected: tuple[int, int, int, int]) -> None:
    from medsynth_gui.io.readers import open_file

    series = open_file(shared_data(*Path(name).parts))[0].series[0]
    found = series_field_of_view(series)
    truth = np.zeros((series.rows, series.columns), np.bool_)
    truth[Region(0, *expected).slices] = True
    boxed = np.zeros_like(truth)
    boxed[found.box.slices] = True
    assert found.kind == kind
    assert overlap(boxed, truth) > 0.9, found.box
