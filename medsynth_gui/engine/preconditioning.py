"""Preconditioning of a flow: the network is asked only for what a straight line cannot know.

For x = (1 - t) noise + t image, with images of variance s^2 around 0, the best linear guess of the
velocity (image - noise) is `slope * x`, and what is left has variance `scale^2` (compare Karras et al.
2022, arXiv 2206.00364, section 5, written there for diffusion).
"""

from __future__ import annotations

import torch
from torch import Tensor

DATA_DEVIATION = 0.55


def coefficients(time: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For times (batch,) in 0..1: deviation of x, slope, scale; each (batch, 1, 1, 1)."""
    t = time.float()[:, None, None, None]
    variance = t**2 * DATA_DEVIATION**2 + (1 - t) ** 2
    slope = (t * DATA_DEVIATION**2 - (1 - t)) / variance
    return torch.sqrt(variance), slope, DATA_DEVIATION / torch.sqrt(variance)
