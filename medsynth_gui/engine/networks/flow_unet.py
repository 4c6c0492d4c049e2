"""U-Net that predicts the velocity of a flow from noise to image, under a mask and a class."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsynth_gui.engine.preconditioning import DATA_DEVIATION, input_scale, residual_scale, wiener


class ModulatedBlock(nn.Module):
    """Residual block whose second normalisation is scaled and shifted by the time and class."""

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(8, inputs)
        self.convolution1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.modulation = nn.Linear(embedding, 2 * outputs)
        self.norm2 = nn.GroupNorm(8, outputs)
        self.convolution2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)
        nn.init.zeros_(self.convolution2.weight)
        nn.init.zeros_(self.convolution2.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        y = self.convolution1(F.silu(self.norm1(x)))
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, 1)
        y = self.convolution2(F.silu(self.norm2(y) * (1 + scale) + shift))
        return y + self.shortcut(x)


class SelfAttention(nn.Module):
    """One residual self-attention over all positions of a coarse grid."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(8, width)
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        batch, width, rows, columns = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(batch, 3, self.heads, width // self.heads, rows * columns).unbind(1)
        y = F.scaled_dot_product_attention(q.transpose(-1, -2), k.transpose(-1, -2), v.transpose(-1, -2))
        return x + self.out(y.transpose(-1, -2).reshape(batch, width, rows, columns))


class FlowUNet(nn.Module):
    """Velocity network.

    Args:
        conditions: channels of the condition map (labels, signed distance, inside).
        classes: image classes; index `classes` means no class was given.
        widths: channels per level, multiples of 32; each level halves the grid.
        blocks: blocks per level, in the encoder and in the decoder.
        unshuffle: pixels of one side that the stem folds into channels.
        attention: grid levels (from 0, finest) that attend over all positions.

    Input sides must be multiples of `unshuffle * 2 ** (len(widths) - 1)`.
    """

    def __init__(self, *, conditions: int = 3, classes: int = 3, widths: Sequence[int] = (32, 96, 160, 224),
                 blocks: Sequence[int] = (2, 2, 2, 2), unshuffle: int = 2, attention: Sequence[int] = (2, 3)) -> None:
        super().__init__()
        self.unshuffle, embedding = unshuffle, 256
        self.classes = classes
        self.time = nn.Sequential(nn.Linear(128, embedding), nn.SiLU(), nn.Linear(embedding, embedding))
        self.class_embedding = nn.Embedding(classes + 1, embedding)
        self.stem = nn.Conv2d((2 + conditions) * unshuffle**2, widths[0], 3, padding=1)
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        previous = widths[0]
        for width, count in zip(widths, blocks, strict=True):
            self.encoder.append(nn.ModuleList(ModulatedBlock(previous if k == 0 else width, width, embedding)
                                              for k in range(count)))
            previous = width
        self.attention = nn.ModuleDict({str(level): SelfAttention(widths[level]) for level in attention})
        for level in range(len(widths) - 2, -1, -1):
            width, below = widths[level], widths[level + 1]
            self.decoder.append(nn.ModuleList(ModulatedBlock(below + width if k == 0 else width, width, embedding)
                                              for k in range(blocks[level])))
        self.norm = nn.GroupNorm(8, widths[0])
        self.head = nn.Conv2d(widths[0], unshuffle**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, noisy: Tensor, time: Tensor, condition: Tensor, class_index: Tensor) -> Tensor:
        """Velocity (batch, 1, y, x) of `noisy` (same shape) at `time` (batch,) in 0 (noise) .. 1 (image)."""
        embedding = F.silu(self.time(_time_features(time)) + self.class_embedding(class_index))
        guess, velocity = wiener(noisy, time)
        channels = torch.cat([noisy / input_scale(time), guess / DATA_DEVIATION, condition], 1)
        x = self.stem(F.pixel_unshuffle(channels, self.unshuffle))
        skips: list[Tensor] = []
        for level, stage in enumerate(self.encoder):
            x = F.avg_pool2d(x, 2) if level else x
            x = self._stage(stage, x, embedding, level)
            skips.append(x)
        skips.pop()
        for stage in self.decoder:
            skip = skips.pop()
            x = torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], 1)
            x = self._stage(stage, x, embedding, len(skips))
        residual = F.pixel_shuffle(self.head(F.silu(self.norm(x))), self.unshuffle)
        return velocity + residual_scale(time) * residual

    def _stage(self, stage: nn.Module, x: Tensor, embedding: Tensor, level: int) -> Tensor:
        for block in stage.children():
            x = block(x, embedding)
        return self.attention[str(level)](x) if str(level) in self.attention else x


def _time_features(time: Tensor) -> Tensor:
    frequencies = torch.exp(torch.arange(64, device=time.device) * (-math.log(1000.0) / 63)) * 1000.0
    angles = time.float()[:, None] * frequencies[None]
    return torch.cat([angles.sin(), angles.cos()], 1)
