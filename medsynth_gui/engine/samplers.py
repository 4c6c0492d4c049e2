"""Samplers: plain functions that follow a velocity field from noise to image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from medsynth_gui.engine.preconditioning import deviation, push, wiener

Velocity = Callable[[Tensor, Tensor], Tensor]
OnStep = Callable[[int, Tensor], None]


def sample_heun(velocity: Velocity, noise: Tensor, *, steps: int, inside: Tensor | None = None,
                on_step: OnStep | None = None) -> Tensor:
    """Integrate dx/dt = velocity(x, t) from t = 0 (noise) to t = 1 (image) by Heun's method.

    Args:
        velocity: called with x (batch, channel, y, x) and t (batch,).
        steps: each asks twice for the velocity, the last one once.
        inside: 1 where the image is, of the shape of `noise`; the rest stays 0. None for everywhere.
        on_step: called after each step with its number and the image as it would be if the flow went
            on straight; may raise to cancel.
    """
    there = _there(noise, inside)
    x = noise * there
    times = torch.linspace(0, 1, steps + 1, device=noise.device)
    for index in range(steps):
        now, after = times[index], times[index + 1]
        slope = velocity(x, now.expand(len(x))) * there
        ahead = x + (after - now) * slope
        if index < steps - 1:
            x = x + (after - now) * 0.5 * (slope + velocity(ahead, after.expand(len(x))) * there)
        else:
            x = ahead
        if on_step:
            on_step(index + 1, x + (1 - after) * slope)
    return x


def sample_euler(velocity: Velocity, noise: Tensor, *, steps: int, inside: Tensor | None = None,
                 on_step: OnStep | None = None) -> Tensor:
    """Integrate dx/dt = velocity(x, t) from t = 0 (noise) to t = 1 (image) in straight steps, one call each.

    Args:
        velocity, inside, on_step: as for `sample_heun`.
    """
    there = _there(noise, inside)
    x = noise * there
    times = torch.linspace(0, 1, steps + 1, device=noise.device)
    for index in range(steps):
        now, after = times[index], times[index + 1]
        slope = velocity(x, now.expand(len(x))) * there
        x = x + (after - now) * slope
        if on_step:
            on_step(index + 1, x + (1 - after) * slope)
    return x


def sample_exponential(velocity: Velocity, noise: Tensor, *, steps: int, inside: Tensor | None = None,
                       on_step: OnStep | None = None) -> Tensor:
    """Integrate dx/dt = velocity(x, t) by an exponential integrator (Zhang and Chen 2023, arXiv 2204.13902).

    The velocity is split: images spread about an expected one with the spectrum of `preconditioning` flow in a way
    that is known exactly, wave by wave; only what the network knows beyond that is held constant for a step. Straight
    steps are stiff at both ends: ten of Heun's lose a fifth of the deviation of brightness and two fifths of that of
    the finest grain. The last step goes straight to the image that the network expects: what is left then is noise.

    Args:
        velocity, inside, on_step: as for `sample_heun`; one call a step.
    """
    shape, there = noise.shape[-2:], _there(noise, inside)
    times = _times(steps).to(noise.device)
    x = guess = expected = noise * there
    for index in range(steps):
        now, after = times[index], times[index + 1]
        batch = now.expand(len(x))
        slope = velocity(x, batch) * there
        guess = x + (1 - now) * slope
        if on_step:
            on_step(index + 1, guess)
        if index == 0:
            expected = guess
        if index == steps - 1:
            break
        known = expected + wiener(x - now * expected, batch)[1]
        waves = torch.fft.rfft2(x - now * expected) / deviation(shape, now)
        waves = waves + push(shape, now, after) * torch.fft.rfft2(slope - known)
        x = (after * expected + torch.fft.irfft2(waves * deviation(shape, after), s=shape)) * there
    return guess


def _times(steps: int) -> Tensor:
    """0 .. 1, the times between even in the logit: more of them in the middle the fewer there are."""
    first, last = (-3.5, 2.5) if steps > 5 else (-2.5, 1.5)
    between = torch.sigmoid(torch.linspace(first, last, steps - 1)) if steps > 1 else torch.empty(0)
    return torch.cat([torch.zeros(1), between, torch.ones(1)])


def _there(noise: Tensor, inside: Tensor | None) -> Tensor:
    return torch.ones_like(noise) if inside is None else inside


SAMPLERS: dict[str, Callable[..., Tensor]] = {
    "exponential": sample_exponential,
    "heun": sample_heun,
    "euler": sample_euler,
}
