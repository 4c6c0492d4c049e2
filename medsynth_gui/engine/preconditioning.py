"""Preconditioning of a flow: the network is asked only for what no linear filter can know.

For x = (1 - t) noise + t image, and images of a known power spectrum P(f), the best linear guess of the
image is Wiener's filter; it fixes the best linear guess of the velocity (image - noise), and how large
the rest is. Speckle images have P between 80 and 0.005 over the frequencies of a 128-pixel image: a
preconditioner that takes them for white (Karras et al. 2022, arXiv 2206.00364) leaves a small network
to learn by itself that fine grain is noise, which took it longer than the whole training here.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

DATA_DEVIATION = 0.55
# Fitted to the mean spectrum of breast ultrasound at 128 pixels, f in cycles per pixel, noise of power 1.
_AMPLITUDE, _CORNER, _EXPONENT = 0.0013, 0.008, 2.4
_GRID = 64


def wiener(noisy: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """The best linear guesses of image and velocity.

    Args:
        noisy: (batch, 1, y, x).
        time: (batch,) in 0 (noise) .. 1 (image).

    Returns:
        Image and velocity, of the shape of `noisy`.
    """
    rows, columns = noisy.shape[-2:]
    t = time.float()[:, None, None, None]
    power = _power_of((rows, columns), noisy.device)
    waves = torch.fft.rfft2(noisy.float()) / (t**2 * power + (1 - t) ** 2)
    image = torch.fft.irfft2(waves * t * power, s=(rows, columns))
    velocity = torch.fft.irfft2(waves * (t * power - (1 - t)), s=(rows, columns))
    return image, velocity


def deviation(shape: Sequence[int], time: Tensor) -> Tensor:
    """Deviation of each wave of x at one time () when images have the power spectrum; (y, x // 2 + 1) as of rfft2."""
    power = _power_of(shape, time.device)
    return torch.sqrt(time**2 * power + (1 - time) ** 2)


def push(shape: Sequence[int], now: Tensor, after: Tensor) -> Tensor:
    """What one unit of residual velocity between two times () adds to each wave over its deviation, integrated."""
    power = _power_of(shape, now.device)

    def until(time: Tensor) -> Tensor:
        return torch.asinh(((power + 1) * time - 1) / power.sqrt()) / (power + 1).sqrt()

    return until(after) - until(now)


def residual_scale(time: Tensor) -> Tensor:
    """Deviation of velocity - linear guess at times (batch,); (batch, 1, 1, 1)."""
    t = time.float()[:, None, None, None]
    frequencies = torch.fft.fftfreq(_GRID, device=time.device)
    power = _power(frequencies, frequencies)
    return torch.sqrt((power / (t**2 * power + (1 - t) ** 2)).mean((2, 3), keepdim=True))


def input_scale(time: Tensor) -> Tensor:
    """Deviation of x at times (batch,); (batch, 1, 1, 1)."""
    t = time.float()[:, None, None, None]
    return torch.sqrt(t**2 * DATA_DEVIATION**2 + (1 - t) ** 2)


def _power_of(shape: Sequence[int], device: torch.device) -> Tensor:
    rows, columns = shape[-2:]
    return _power(torch.fft.fftfreq(rows, device=device), torch.fft.rfftfreq(columns, device=device))


def _power(fy: Tensor, fx: Tensor) -> Tensor:
    return _AMPLITUDE * (fy[:, None] ** 2 + fx[None] ** 2 + _CORNER**2) ** (-_EXPONENT / 2)
