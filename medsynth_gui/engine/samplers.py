"""Samplers: plain functions that follow a velocity field from noise to image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]


def sample_heun(velocity: Velocity, noise: Tensor, *, steps: int,
                on_step: Callable[[int, Tensor], None] | None = None) -> Tensor:
    """Integrate dx/dt = velocity(x, t) from t = 0 (noise) to t = 1 (image) by Heun's method.

    Args:
        velocity: called with x (batch, channel, y, x) and t (batch,).
        steps: each asks twice for the velocity, the last one once.
        on_step: called after each step with its number and the image as it would be if the flow went
            on straight; may raise to cancel.
    """
    x = noise
    times = torch.linspace(0, 1, steps + 1, device=noise.device)
    for index in range(steps):
        now, after = times[index], times[index + 1]
        slope = velocity(x, now.expand(len(x)))
        ahead = x + (after - now) * slope
        if index < steps - 1:
            x = x + (after - now) * 0.5 * (slope + velocity(ahead, after.expand(len(x))))
        else:
            x = ahead
        if on_step:
            on_step(index + 1, x + (1 - after) * slope)
    return x


def sample_euler(velocity: Velocity, noise: Tensor, *, steps: int,
                 on_step: Callable[[int, Tensor], None] | None = None) -> Tensor:
    """Integrate dx/dt = velocity(x, t) from t = 0 (noise) to t = 1 (image) in straight steps, one call each.

    Args:
        velocity, on_step: as for `sample_heun`.
    """
    x = noise
    times = torch.linspace(0, 1, steps + 1, device=noise.device)
    for index in range(steps):
        now, after = times[index], times[index + 1]
        slope = velocity(x, now.expand(len(x)))
        x = x + (after - now) * slope
        if on_step:
            on_step(index + 1, x + (1 - after) * slope)
    return x
