"""Losses: plain functions of logits and targets."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def dice_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy plus soft Dice of each label in each image that has it.

    Args:
        logits: (batch, classes, y, x); class 0 is no label.
        target: (batch, y, x) integers.

    An image without a label is left to the cross entropy: its Dice would reward nothing but silence.
    """
    logits = logits.float()
    entropy = F.cross_entropy(logits, target)
    probability = logits.softmax(1)[:, 1:]
    truth = F.one_hot(target, logits.shape[1]).movedim(-1, 1)[:, 1:].float()
    overlap = (probability * truth).sum((2, 3))
    size = probability.sum((2, 3)) + truth.sum((2, 3))
    present = truth.amax((2, 3))
    dice = (1 - (2 * overlap + 1) / (size + 1)) * present
    return entropy + dice.sum() / present.sum().clamp(min=1)


def segmentation_loss(logits: Tensor, coarse: Tensor, presence: Tensor, target: Tensor) -> Tensor:
    """Full and coarse Dice + cross entropy, and the presence of each label."""
    small = F.interpolate(target[:, None].float(), size=coarse.shape[-2:], mode="nearest")[:, 0].long()
    there = torch.stack([(target == value).flatten(1).any(1) for value in range(1, logits.shape[1])], 1).float()
    present = F.binary_cross_entropy_with_logits(presence.float(), there)
    return dice_cross_entropy(logits, target) + 0.3 * dice_cross_entropy(coarse, small) + 0.6 * present


def charbonnier(predicted: Tensor, target: Tensor, *, epsilon: float = 1e-3) -> Tensor:
    """A smooth absolute difference."""
    return torch.sqrt((predicted - target) ** 2 + epsilon**2).mean()
