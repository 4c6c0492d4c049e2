from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from medsynth_gui.metrics.bootstrap import wilson
from medsynth_gui.metrics.memorisation import (
    audit,
    authentic_share,
    coded,
    copy_threshold,
    data_copying,
    largest_similarity,
)
from medsynth_gui.metrics.pixel_copies import PixelLimits, confirm_in_pixels, pixel_limits

Gray = np.ndarray
RNG = np.random.default_rng(0)


def scene(seed: int) -> Gray:
    """A made-up picture (y, x) unlike that of any other seed."""
    random = np.random.default_rng(seed)
    layers = [cv2.GaussianBlur(random.standard_normal((120, 160)), (0, 0), sigma) * sigma for sigma in (2, 4, 7)]
    picture = sum(layers) + random.normal(0, 0.05, (120, 160))
    return cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def moved(image: Gray, dy: float, dx: float) -> Gray:
    return cv2.warpAffine(image, np.float32([[1, 0, dx], [0, 1, dy]]), image.shape[::-1],
                          borderMode=cv2.BORDER_REFLECT)


def bent(image: Gray) -> Gray:
    y, x = np.mgrid[0:image.shape[0], 0:image.shape[1]].astype(np.float32)
    return cv2.remap(image, x + np.sin(y / 20), y + np.sin(x / 25), cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REFLECT)


COPIES: dict[str, Callable[[Gray], Gray]] = {
    "identical": lambda image: image,
    "flip": lambda image: image[:, ::-1],
    "shift": lambda image: moved(image, 5, -5),
    "crop": lambda image: cv2.resize(image[0:108, 16:160], image.shape[::-1]),
    "gamma": lambda image: (255 * (image / 255.0) ** 1.25).astype(np.uint8),
    "speckle": lambda image: np.clip(image * RNG.normal(1, 0.3, image.shape), 0, 255).astype(np.uint8),
    "blur": lambda image: cv2.GaussianBlur(image, (0, 0), 1.2),
    "elastic": bent,
}


@pytest.mark.parametrize("kind", COPIES)
def test_pixels_confirm_planted_copies(kind: str) -> None:
    assert min(confirm_in_pixels(COPIES[kind](scene(seed)), scene(seed)) for seed in range(2)) >= PixelLimits.alone


def test_pixels_do_not_confirm_other_scenes_or_flat_images() -> None:
    assert max(confirm_in_pixels(scene(seed), scene(seed + 1)) for seed in range(10)) < 0.8
    assert confirm_in_pixels(np.zeros((64, 64), np.uint8), scene(0)) == -1.0


def test_pixel_limits_rise_with_how_alike_patients_are_and_never_fall() -> None:
    assert pixel_limits(np.full(50, 0.4)) == pixel_limits(np.full(3, 0.99)) == PixelLimits()
    alike = pixel_limits(np.linspace(0.75, 0.95, 101))
    assert (alike.alone, alike.suspect) == pytest.approx((0.948, 0.94))


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_largest_similarity_and_its_threshold() -> None:
    training = np.eye(3)
    codes = unit(np.array([[1.0, 0, 0], [1, 1, 0], [0, 0.6, 0.8]]))
    values, indices = largest_similarity(codes, training)
    assert values == pytest.approx([1, np.sqrt(0.5), 0.8])
    assert indices.tolist() == [0, 0, 2]
    assert copy_threshold(codes, training, 50) == pytest.approx(0.8)
    values, indices = largest_similarity(codes, training, groups=np.array([0, 5, 5]), reference_groups=np.arange(3))
    assert values[0] == pytest.approx(0)


def test_c_t_tells_copies_from_new_samples() -> None:
    random = np.random.default_rng(1)
    training, held_out, new = random.standard_normal((3, 200, 4))
    copies = training + random.normal(0, 0.01, training.shape)
    assert data_copying(copies, held_out, training) < -5
    assert abs(data_copying(new, held_out, training)) < 3
    assert data_copying(new + 20, held_out, training, cells=1) > 10


def test_authentic_share_is_zero_for_copies() -> None:
    random = np.random.default_rng(1)
    training = random.standard_normal((200, 4))
    assert authentic_share(training + 1e-3, training, np.arange(200)) == 0
    assert authentic_share(training + 50, training, np.arange(200)) == 1
    assert 0.3 < authentic_share(random.standard_normal((200, 4)), training, np.arange(200)) < 0.8


def described(images: list[Gray], groups: np.ndarray, *, name: str):
    """Codes that are small pictures, mirrored or not: enough of an encoder for made-up scenes."""
    small = np.stack([cv2.resize(image, (12, 12), interpolation=cv2.INTER_AREA) for image in images]).astype(float)
    both = (small + small[:, :, ::-1]).reshape(len(images), -1)
    codes = unit(both - both.mean(1, keepdims=True))
    return coded([f"{name}{number}" for number in range(len(images))], images, both, codes, groups)


def test_an_audit_names_planted_copies_and_nothing_else() -> None:
    training = described([scene(seed) for seed in range(16)], np.arange(16), name="train-")
    held_out = described([scene(100 + seed) for seed in range(16)], 100 + np.arange(16), name="real-")
    planted = [COPIES[kind](scene(number)) for number, kind in enumerate(COPIES)]
    made = described([*planted, *(scene(200 + seed) for seed in range(4))], -1 - np.arange(12), name="made-")
    report = audit(made, held_out, training)
    copies = {row["id"]: row["training_image"] for row in report["synthetic"]["copies"]}
    assert copies == {f"made-{number}": f"train-{number}" for number in range(len(COPIES))}
    assert report["held_out_real"]["confirmed_in_pixels"] == 0
    assert not report["copies_no_more_than_real"]
    assert report["training_patients"] == 16
    assert (report["pixel_limit"], report["suspect_limit"]) == (PixelLimits.alone, PixelLimits.suspect)


def test_scenes_that_leak_between_patients_do_not_raise_the_threshold() -> None:
    training = described([scene(seed) for seed in range(16)], np.arange(16), name="train-")
    clean = described([scene(100 + seed) for seed in range(16)], 100 + np.arange(16), name="real-")
    leaking = described([*(moved(scene(seed), 3, 3) for seed in range(3)), *(scene(100 + n) for n in range(3, 16))],
                        100 + np.arange(16), name="real-")
    alone, with_leak = (audit(clean, part, training) for part in (clean, leaking))
    assert with_leak["held_out_scenes_known_from_training"] == 3
    assert with_leak["threshold"] <= alone["threshold"] + 0.02
    assert with_leak["held_out_real"]["rate"] > 0


def test_wilson_interval() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 100) == pytest.approx((0.0, 0.03699), abs=1e-4)
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
