from __future__ import annotations

import math

import numpy as np
import pytest

from medsynth_gui.metrics.fidelity import psnr, ssim
from tests.builders import ramp


def test_psnr_closed_form() -> None:
    image = np.full((20, 20), 100, np.uint8)
    assert psnr(image, image) == math.inf
    assert psnr(image, image + np.uint8(5)) == pytest.approx(10 * math.log10(255**2 / 25))


def test_black_borders_do_not_flatter() -> None:
    image, reference = np.zeros((40, 40), np.uint8), np.zeros((40, 40), np.uint8)
    reference[10:30, 10:30] = 10
    field = reference > 0
    assert psnr(image, reference, field=field) == pytest.approx(10 * math.log10(255**2 / 100))
    assert psnr(image, reference) > psnr(image, reference, field=field) + 5


def test_ssim_of_constants_is_the_luminance_term() -> None:
    image, reference = np.full((30, 30), 60, np.uint8), np.full((30, 30), 90, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim(image, reference) == pytest.approx((2 * 60 * 90 + c1) / (60**2 + 90**2 + c1))


def test_ssim_falls_with_noise_and_is_one_for_equals() -> None:
    random = np.random.default_rng(0)
    image = ramp(64, 64)
    noisy = np.clip(image + random.normal(0, 10, image.shape), 0, 255)
    noisier = np.clip(image + random.normal(0, 40, image.shape), 0, 255)
    assert ssim(image, image) == pytest.approx(1)
    assert ssim(noisier, image) < ssim(noisy, image) < 1


def test_ssim_agrees_with_scikit_image() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    random = np.random.default_rng(1)
    image = ramp(50, 70)
    noisy = np.clip(image + random.normal(0, 20, image.shape), 0, 255).astype(np.uint8)
    theirs = metrics.structural_similarity(image, noisy, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                                           data_range=255)
    assert ssim(noisy, image) == pytest.approx(theirs, abs=1e-6)


def test_wrong_shapes_and_empty_fields() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        psnr(np.zeros((2, 2)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="no pixel"):
        ssim(np.zeros((20, 20)), np.zeros((20, 20)), field=np.zeros((20, 20), np.bool_))
