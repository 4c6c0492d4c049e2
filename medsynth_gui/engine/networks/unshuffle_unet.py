"""Residual U-Net behind a pixel-unshuffle stem: most of the work happens on a coarse grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SegmentationOutput(NamedTuple):
    """Logits of one batch.

    Attributes:
        logits: (batch, classes, y, x); class 0 is no label.
        presence: (batch, classes - 1): is the label anywhere in the image?
        coarse: (batch, classes, y / s, x / s) from a middle level, for deep supervision.
    """

    logits: Tensor
    presence: Tensor
    coarse: Tensor


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch norm, and a projection where the width changes."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.convolution2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.convolution1(x)))
        return F.relu(self.norm2(self.convolution2(y)) + self.shortcut(x))


class UnshuffleUNet(nn.Module):
    """Segmentation network.

    Args:
        inputs: channels of the image.
        classes: labels + 1.
        widths: channels per level; each level halves the grid. Multiples of 32 are fastest.
        blocks: residual blocks per encoder level.
        unshuffle: pixels of one side that the stem folds into channels (2 or 4).

    Input sides must be multiples of `unshuffle * 2 ** (len(widths) - 1)`.
    """

    def __init__(self, *, inputs: int = 1, classes: int = 2, widths: Sequence[int] = (32, 64, 128, 192, 256),
                 blocks: Sequence[int] = (1, 2, 2, 2, 2), unshuffle: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        self.unshuffle = unshuffle
        self.stem = nn.Conv2d(inputs * unshuffle**2, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList()
        previous = widths[0]
        for width, count in zip(widths, blocks, strict=True):
            self.encoder.append(nn.Sequential(*[ResidualBlock(previous if k == 0 else width, width)
                                                for k in range(count)]))
            previous = width
        self.decoder = nn.ModuleList(ResidualBlock(low + high, high) for low, high in
                                     zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.dropout = nn.Dropout2d(dropout)
        self.head = nn.Conv2d(widths[0], classes * unshuffle**2, 3, padding=1)
        self.coarse_head = nn.Conv2d(widths[1], classes, 1)
        self.presence_head = nn.Linear(widths[-1] * 2, classes - 1)

    def encode(self, image: Tensor) -> list[Tensor]:
        """What each level sees, finest first: (batch, width, y / s, x / s)."""
        x = self.stem(F.pixel_unshuffle(image, self.unshuffle))
        levels: list[Tensor] = []
        for level, stage in enumerate(self.encoder):
            x = stage(F.max_pool2d(x, 2) if level else x)
            levels.append(x)
        return levels

    def forward(self, image: Tensor) -> SegmentationOutput:
        skips = self.encode(image)
        pooled = torch.cat([skips[-1].mean((2, 3)), skips[-1].amax((2, 3))], 1)
        x = self.dropout(skips.pop())
        coarse = x
        for stage in self.decoder:
            coarse = x
            x = stage(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skips.pop()], 1))
        logits = F.pixel_shuffle(self.head(x), self.unshuffle)
        return SegmentationOutput(logits, self.presence_head(pooled), self.coarse_head(coarse))
