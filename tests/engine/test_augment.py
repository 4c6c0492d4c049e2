"""What a warp does to speckle: an image twice as fine keeps the grain that the size itself loses."""

from __future__ import annotations

import cv2
import numpy as np

from medsynth_gui.core.augmentation import Geometry
from medsynth_gui.engine.training.augment import FINER, warp

TURNED = Geometry(rotate_deg=5.0, scale=(0.97, 1.08), stretch=0.05, shift=0.03)


def grain(image):
    values = image.astype(float)
    return float((values - cv2.GaussianBlur(values, (0, 0), 1.0))[16:-16, 16:-16].std())


def speckle(side: int, seed: int):
    noise = np.random.default_rng(seed).rayleigh(40, (side, side)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 1.1 * FINER) * 2 - 40, 0, 255).astype(np.uint8)


def test_a_finer_image_keeps_its_grain():
    fine = [speckle(FINER * 128, seed) for seed in range(6)]
    plain = [cv2.resize(image, (128, 128), interpolation=cv2.INTER_AREA) for image in fine]
    moved, smoothed = [], []
    for seed, (image, small) in enumerate(zip(fine, plain, strict=True)):
        out, mask = warp(image, np.uint8(image > 90), TURNED, np.random.default_rng(seed), size=128)
        assert out.shape == mask.shape == (128, 128) and out.dtype == mask.dtype == np.uint8
        moved.append(grain(out))
        smoothed.append(grain(cv2.GaussianBlur(small, (0, 0), 0.5)))
    real = np.mean([grain(image) for image in plain])
    assert np.mean(moved) > 0.9 * real > np.mean(smoothed)


def test_labels_stay_labels_and_a_size_given_in_vain_changes_nothing():
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 20:40] = 2
    image = speckle(64, 1)
    _, moved = warp(image, mask, TURNED, np.random.default_rng(0), size=32)
    assert set(np.unique(moved)) <= {0, 2} and abs((moved > 0).mean() - (mask > 0).mean()) < 0.03
    same, again = (warp(image, mask, TURNED, np.random.default_rng(0), size=size) for size in (None, 64))
    assert all(np.array_equal(a, b) for a, b in zip(same, again, strict=True))
