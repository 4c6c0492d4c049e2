"""Burned-in marks are found and removed; tissue is left alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from medsynth_gui.io.furniture import find_furniture, remove_furniture
from tests.builders import shared_data

Gray = npt.NDArray[np.uint8]
INK = 228


def gray(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def speckle(seed: int = 0, *, mean: float = 85.0) -> Gray:
    """Speckle (y, x) with three bright septa, smeared sideways as a beam does."""
    noise = np.random.default_rng(seed).standard_normal((320, 400)).astype(np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigmaX=3.0, sigmaY=1.2), np.float32)
    image = np.clip(mean + 18 * noise / noise.std(), 0, 255).astype(np.uint8)
    septa = np.zeros_like(image)
    for row, tilt in ((70, 14), (190, -20), (270, 5)):
        cv2.line(septa, (60, row), (330, row + tilt), 150, 3)
    smeared = cv2.GaussianBlur(septa, (0, 0), sigmaX=3.0, sigmaY=1.2)
    return np.asarray(np.maximum(image, cv2.add(smeared, image // 2)), np.uint8)


def cross(image: Gray, y: int, x: int, *, arm: int = 7) -> None:
    cv2.line(image, (x - arm, y), (x + arm, y), INK, 2)
    cv2.line(image, (x, y - arm), (x, y + arm), INK, 2)


def drawn(image: Gray, clean: Gray) -> npt.NDArray[np.bool_]:
    return np.asarray(image.astype(int) - clean > 60)


@pytest.mark.parametrize("seed", range(4))
def test_speckle_with_bright_septa_is_left_alone(seed: int) -> None:
    clean = speckle(seed)
    assert find_furniture(clean).sum() == 0
    assert np.array_equal(remove_furniture(clean), clean)


def test_calipers_and_the_dots_between_them_are_found() -> None:
    clean = speckle()
    image = clean.copy()
    for (y0, x0), (y1, x1) in (((110, 120), (150, 290)), ((95, 220), (175, 190))):
        cross(image, y0, x0)
        cross(image, y1, x1)
        for t in np.linspace(0.1, 0.9, 28):
            y, x = round(y0 + t * (y1 - y0)), round(x0 + t * (x1 - x0))
            image[y : y + 2, x : x + 2] = INK
    marks, found = drawn(image, clean), find_furniture(image)
    assert found[marks].mean() > 0.9
    assert found.mean() < 0.05


@pytest.mark.parametrize("where", [(30, 300), (200, 220), (330, 40)])
def test_text_is_found_and_removed(where: tuple[int, int]) -> None:
    clean = speckle(1)
    image = clean.copy()
    cv2.putText(image, "RT AXILLA", (where[0], where[1]), cv2.FONT_HERSHEY_SIMPLEX, 0.5, INK, 2)
    marks = drawn(image, clean)
    assert find_furniture(image)[marks].mean() > 0.85
    rest = remove_furniture(image).astype(int) - clean
    assert (rest[marks] > 60).mean() < 0.1


def test_what_is_filled_in_has_the_speckle_of_its_surroundings_and_is_the_same_each_time() -> None:
    image = speckle(2, mean=100)
    cv2.putText(image, "LT 12 CM", (120, 140), cv2.FONT_HERSHEY_SIMPLEX, 0.6, INK, 2)
    found = find_furniture(image)
    filled = remove_furniture(image)
    assert np.array_equal(filled, remove_furniture(image))
    assert filled[found].std() > 5
    assert abs(float(filled[found].mean()) - 100) < 15


def test_a_white_plate_with_dark_letters_goes_whole() -> None:
    image = speckle(mean=60.0)
    image[20:50, 200:270] = 255
    cv2.putText(image, "PA", (210, 44), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    cleaned = remove_furniture(image)
    assert int(cleaned[20:50, 200:270].max()) < 200
    assert np.array_equal(cleaned[120:], image[120:])


def test_a_white_region_without_letters_is_tissue() -> None:
    image = speckle(mean=60.0)
    image[20:50, 200:270] = 255
    assert remove_furniture(image)[30:40, 220:250].min() == 255


def test_small_images_have_no_marks() -> None:
    assert not find_furniture(np.full((12, 300), 200, np.uint8)).any()


def test_real_breast_images_keep_their_tissue_and_lose_their_ink() -> None:
    paths = sorted(shared_data("breast_us_busi", "images").glob("*.png"))[::16]
    images = [gray(path) for path in paths]
    before = np.array([find_furniture(image).sum() for image in images])
    after = np.array([find_furniture(remove_furniture(image)).sum() for image in images])
    shares = before / [image.size for image in images]
    assert np.count_nonzero(before) > 0
    assert np.median(shares) < 0.01
    assert shares.max() < 0.08
    assert after.sum() < 0.15 * before.sum()
