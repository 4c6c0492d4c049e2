"""EDSR-type upscaler: residual blocks on the small grid, on top of cubic interpolation."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Edsr(nn.Module):
    """Enlarges gray images.

    Args:
        factor: 2 or 4.
        width: channels.
        blocks: residual blocks.
    """

    def __init__(self, *, factor: int = 2, width: int = 48, blocks: int = 8) -> None:
        super().__init__()
        self.factor = factor
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        self.body = nn.ModuleList(nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True),
                                                nn.Conv2d(width, width, 3, padding=1)) for _ in range(blocks))
        self.head = nn.Conv2d(width, factor**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, small: Tensor) -> Tensor:
        """(batch, 1, y, x) in 0..1 to (batch, 1, factor * y, factor * x)."""
        x = stem = self.stem(small)
        for block in self.body:
            x = x + block(x)
        base = F.interpolate(small, scale_factor=float(self.factor), mode="bicubic", align_corners=False)
        return base + F.pixel_shuffle(self.head(x + stem), self.factor)


def back_project(large: Tensor, small: Tensor, *, steps: int = 4) -> Tensor:
    """Correct `large` until its area average over blocks is `small` again (data consistency)."""
    factor = large.shape[-1] // small.shape[-1]
    for _ in range(steps):
        error = small - F.avg_pool2d(large, factor)
        large = torch.clamp(large + F.interpolate(error, scale_factor=float(factor), mode="nearest"), 0, 1)
    return large
