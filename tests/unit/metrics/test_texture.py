from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.metrics.texture import NAMES, texture, textures


def test_speckle_has_its_theoretical_figures() -> None:
    random = np.random.default_rng(0)
    envelope = random.rayleigh(40, (256, 256))
    found = dict(zip(NAMES, texture(np.clip(envelope, 0, 255).astype(np.uint8)), strict=True))
    assert found["speckle_snr"] == pytest.approx(1.91, abs=0.08)
    assert found["nakagami_m"] == pytest.approx(1.0, abs=0.1)
    assert found["lateral_width_px"] < 1.5
    assert sum(texture(envelope.astype(np.uint8))[4:]) == pytest.approx(1)


def test_widths_follow_the_axes() -> None:
    from scipy.ndimage import gaussian_filter1d

    noise = gaussian_filter1d(np.random.default_rng(0).standard_normal((256, 256)), 3, axis=1)
    image = np.clip(128 + noise / noise.std() * 30, 0, 255).astype(np.uint8)
    found = dict(zip(NAMES, texture(image), strict=True))
    assert found["lateral_width_px"] == pytest.approx(2 * np.sqrt(4 * np.log(2)) * 3, rel=0.15)
    assert found["axial_width_px"] < 2


def test_flat_and_black_images_have_figures_too() -> None:
    assert np.isfinite(texture(np.zeros((32, 32), np.uint8))).all()
    ours, standard = textures([np.full((32, 32), 90, np.uint8)], [np.zeros((32, 32), np.uint8)])
    assert np.isfinite(ours).all() and np.isfinite(standard).all()
