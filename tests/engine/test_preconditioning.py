"""The linear guess is the best there is for images of its spectrum, and what is left is as large as stated."""

from __future__ import annotations

import pytest
import torch

from medsynth_gui.engine.preconditioning import _power, residual_scale, wiener


@pytest.fixture(scope="module")
def fields() -> torch.Tensor:
    """Gaussian random fields of exactly the assumed spectrum, (48, 1, 64, 64)."""
    generator = torch.Generator().manual_seed(0)
    white = torch.fft.rfft2(torch.randn(48, 1, 64, 64, generator=generator))
    power = _power(torch.fft.fftfreq(64), torch.fft.rfftfreq(64))
    return torch.fft.irfft2(white * power.sqrt(), s=(64, 64))


@pytest.mark.parametrize("time", [0.1, 0.5, 0.9])
def test_the_rest_is_as_large_as_stated_and_no_scaled_guess_is_better(fields, time):
    noise = torch.randn(fields.shape, generator=torch.Generator().manual_seed(1))
    times = torch.full((len(fields),), time)
    image, velocity = wiener((1 - time) * noise + time * fields, times)
    rest = (fields - noise) - velocity
    assert float(rest.pow(2).mean().sqrt()) == pytest.approx(float(residual_scale(times)[0]), rel=0.1)
    for factor in (0.8, 1.2):
        assert float((fields - image * factor).pow(2).mean()) > float((fields - image).pow(2).mean())


def test_at_both_ends_the_guess_is_what_is_known(fields):
    ones, zeros = torch.ones(len(fields)), torch.zeros(len(fields))
    assert torch.allclose(wiener(fields, ones)[0], fields, atol=1e-4)
    assert torch.allclose(wiener(fields, zeros)[1], -fields, atol=1e-4)
