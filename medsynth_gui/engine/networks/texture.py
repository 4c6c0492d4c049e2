"""Texture statistics of an image by fixed filters: what a network trained to ignore blur and noise forgets."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

TEXTURE = 22
_BANDS = 4
_GRAY = ((-1.0, 0.1), (0.1, 0.3), (0.3, 2.0))
_STRIPS = 4


def texture_statistics(image: Tensor) -> Tensor:
    """(batch, 22) of (batch, 1, y, x) in 0..1; sides are multiples of 16.

    Energies of the bands of a Laplacian pyramid beside each other, overall and in four strips of depth; contrast of
    the two finest bands where it is dark, gray and bright; their kurtosis (about 3 for noise, larger for structure);
    and how much finer they are across than along.
    """
    x = image.float()
    bands, lows = _pyramid(x)
    energy = [band.square().mean((1, 2, 3)) for band in bands]
    told = [_log(energy[k]) - _log(energy[k + 1]) for k in range(_BANDS - 1)] + [_log(energy[1])]
    for band, low in zip(bands[:2], lows[:2], strict=True):
        for above, below in _GRAY:
            part = ((low > above) & (low <= below)).float()
            told.append(torch.log((band.abs() * part).sum((1, 2, 3)) / (part.sum((1, 2, 3)) + 20) + 2e-3))
    told += [_log(bands[k].pow(4).mean((1, 2, 3))) - 2 * _log(energy[k]) for k in (0, 1)]
    for scaled in (x, F.avg_pool2d(x, 2)):
        across = (scaled[..., 1:] - scaled[..., :-1]).square().mean((1, 2, 3))
        along = (scaled[..., 1:, :] - scaled[..., :-1, :]).square().mean((1, 2, 3))
        told.append(_log(across) - _log(along))
    strips = [band.square().unflatten(2, (_STRIPS, -1)).mean((1, 3, 4)) + 1e-5 for band in bands[:3]]
    ratios = [torch.log(strips[k] / strips[k + 1]) for k in (0, 1)]
    return torch.cat([torch.stack(told, 1), *ratios], 1)


def _pyramid(image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Bands, finest first, and what is left under each, on its grid."""
    bands, lows = [], []
    for _ in range(_BANDS):
        small = F.avg_pool2d(image, 2)
        low = F.interpolate(small, scale_factor=2.0, mode="bilinear", align_corners=False)
        bands.append(image - low)
        lows.append(low)
        image = small
    return bands, lows


def _log(values: Tensor) -> Tensor:
    return torch.log(values + 1e-6)
