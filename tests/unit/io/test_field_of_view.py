"""The field of view is told from borders, text and panels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from medsynth_gui.io.field_of_view import find_field_of_view
from tests.builders import shared_data

Mask = npt.NDArray[np.bool_]


def gray(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def speckle(rows: int, columns: int) -> npt.NDArray[np.uint8]:
    noise = np.random.default_rng(0).standard_normal((rows, columns)).astype(np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.float32)
    return np.asarray(np.clip(80 + 20 * noise / noise.std(), 0, 255), np.uint8)


def overlap(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def fan(rows: int, columns: int) -> Mask:
    y, x = np.mgrid[0:rows, 0:columns]
    y, x = y + 60, x - columns / 2
    radius = np.hypot(y, x)
    return np.asarray((radius > 90) & (radius < rows + 40) & (np.abs(np.arctan2(x, y)) < 0.6))


def box(rows: int, columns: int) -> Mask:
    inside = np.zeros((rows, columns), np.bool_)
    inside[40:-60, 90:-70] = True
    return inside


@pytest.mark.parametrize("shape", [fan, box])
@pytest.mark.parametrize("border", [0, 70, 255])
def test_fan_and_rectangle_beside_text(shape: Callable[[int, int], Mask], border: int) -> None:
    inside = shape(380, 500)
    image = np.where(inside, speckle(380, 500), border).astype(np.uint8)
    cv2.putText(image, "12 cm", (2, 370), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 128, 1)
    assert overlap(find_field_of_view(image), inside) > 0.9


def test_echo_free_regions_inside_belong_to_it() -> None:
    inside = box(380, 500)
    image = np.where(inside, speckle(380, 500), 0).astype(np.uint8)
    cv2.circle(image, (250, 180), 60, 0, -1)
    assert find_field_of_view(image)[120:240, 190:310].all()


@pytest.mark.parametrize("image", [np.zeros((200, 300), np.uint8), np.full((20, 30), 9, np.uint8), speckle(200, 300)])
def test_all_true_where_nothing_stands_out(image: npt.NDArray[np.uint8]) -> None:
    assert find_field_of_view(image).all()


def test_a_crop_whose_depth_is_dark_is_field_of_view_all_the_way_down() -> None:
    image = speckle(300, 400)
    image[170:] = 0
    assert find_field_of_view(image).all()


@pytest.mark.parametrize(("name", "least", "most"), [("breast_us_busi", 0.9, 1.0), ("fetal_head_us_hc18", 0.6, 0.95)])
def test_real_fields_of_view_hold_what_is_labelled(name: str, least: float, most: float) -> None:
    folder = shared_data(name)
    shares, kept = [], []
    for path in sorted((folder / "images").glob("*.png"))[::20]:
        found = find_field_of_view(gray(path))
        label = gray(folder / "masks" / path.name) > 0
        shares.append(found.mean())
        if label.any():
            kept.append(found[label].mean())
    assert least <= np.mean(shares) <= most
    assert np.mean(kept) > 0.97
