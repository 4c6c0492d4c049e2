"""Residual encoder: texture and content of a whole image as features, and a code that finds its copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsynth_gui.engine.networks.texture import TEXTURE, texture_statistics
from medsynth_gui.engine.networks.unshuffle_unet import ResidualBlock


class Encoding(NamedTuple):
    """What an encoder says of a batch.

    Attributes:
        features: (batch, sum of all widths but the last, and texture), each around 0 with a deviation near 1 over the
            training data and none beyond 3: no odd image decides a distance alone.
        code: (batch, code), L2-normalised: the cosine of two is how alike their images are.
    """

    features: Tensor
    code: Tensor


class ResidualEncoder(nn.Module):
    """Features from the levels that still see texture and from fixed filters, a code from the deepest level.

    Args:
        widths: channels per level; each level halves the grid.
        blocks: residual blocks per level.
        unshuffle: pixels of one side that the stem folds into channels.
        code: length of the copy-detection code.

    Input sides must be multiples of 16 and of `unshuffle * 2 ** (len(widths) - 1)`.
    """

    def __init__(self, *, widths: Sequence[int] = (32, 64, 128, 256), blocks: Sequence[int] = (1, 2, 2, 1),
                 unshuffle: int = 4, code: int = 64) -> None:
        super().__init__()
        self.unshuffle = unshuffle
        self.stem = nn.Conv2d(unshuffle**2, widths[0], 3, padding=1)
        self.levels = nn.ModuleList()
        previous = widths[0]
        for width, count in zip(widths, blocks, strict=True):
            self.levels.append(nn.Sequential(*[ResidualBlock(previous if k == 0 else width, width)
                                               for k in range(count)]))
            previous = width
        self.features, self.code = sum(widths[:-1]) + TEXTURE, code
        # Without weights of its own: it keeps features on one scale, so that no level decides a distance alone.
        self.scale = nn.BatchNorm1d(self.features, affine=False)
        self.code_head = nn.Sequential(nn.Linear(widths[-1] * 2, widths[-1]), nn.ReLU(inplace=True),
                                       nn.Linear(widths[-1], code))

    def forward(self, image: Tensor) -> Encoding:
        """(batch, 1, y, x) in 0..1."""
        x = self.stem(F.pixel_unshuffle(image * 2 - 1, self.unshuffle))
        pooled = []
        for level, stage in enumerate(self.levels):
            x = stage(F.max_pool2d(x, 2) if level else x)
            pooled.append(x.mean((2, 3)))
        features = self.scale(torch.cat([*pooled[:-1], texture_statistics(image)], 1).float())
        code = self.code_head(torch.cat([pooled[-1], x.amax((2, 3))], 1))
        return Encoding(features / torch.sqrt(1 + (features / 3) ** 2), F.normalize(code.float(), dim=1))
