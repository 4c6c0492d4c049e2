"""The linear guess is the best there is for images of its spectrum, and what is left is as large as stated."""

from __future__ import annotations

import pytest
import torch

from medsynth_gui.core.errors import ModelError
from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.engine.preconditioning import SPECTRA, _power, residual_scale, spectrum_named, wiener
from medsynth_gui.engine.samplers import sample_exponential


def drawn(spectrum, count: int = 48) -> torch.Tensor:
    """Gaussian random fields of exactly a spectrum, (count, 1, 64, 64)."""
    generator = torch.Generator().manual_seed(0)
    white = torch.fft.rfft2(torch.randn(count, 1, 64, 64, generator=generator))
    power = _power(torch.fft.fftfreq(64), torch.fft.rfftfreq(64), spectrum)
    return torch.fft.irfft2(white * power.sqrt(), s=(64, 64))


@pytest.fixture(scope="module")
def fields() -> torch.Tensor:
    return drawn(SPECTRA["ultrasound"])


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


def test_an_x_ray_taken_for_speckle_keeps_noise():
    spectrum, times = SPECTRA["x-ray"], torch.full((48,), 0.9)
    fields, noise = drawn(spectrum), torch.randn(48, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    noisy = 0.1 * noise + 0.9 * fields
    rest = {name: float((wiener(noisy, times, row)[0] - fields).pow(2).mean()) for name, row in SPECTRA.items()}
    assert rest["x-ray"] < 0.9 * rest["ultrasound"]


def test_what_knows_only_the_spectrum_draws_that_spectrum():
    spectrum = SPECTRA["x-ray"]
    noise = torch.randn(64, 1, 64, 64, generator=torch.Generator().manual_seed(2))
    images = sample_exponential(lambda x, t: wiener(x, t, spectrum)[1], noise, steps=8, spectrum=spectrum)
    assert float(images.std()) == pytest.approx(float(drawn(spectrum).std()), rel=0.15)


def test_a_spectrum_that_nobody_knows_is_refused():
    assert spectrum_named({}) == SPECTRA["ultrasound"]
    with pytest.raises(ModelError) as caught:
        build_network("flow-unet", {"spectrum": "gamma ray"})
    assert "x-ray" in caught.value.message.english()
