"""What a generator is told: the mask as channels, where the image is, and its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]
Channels = npt.NDArray[np.float32]


def label_count(network: Mapping[str, Any]) -> int:
    """How many labels the condition map of a network has room for, by its arguments."""
    return (int(network.get("conditions", 3)) - 1) // 2


def condition_channels(mask: Labels, inside: npt.NDArray[np.bool_], *, labels: int) -> Channels:
    """The condition map of one image.

    Args:
        mask: label values (y, x), 0 outside the image.
        inside: where the image is, (y, x); False in the padding.

    Returns:
        (2 * labels + 1, y, x): one map and one signed distance per label (in shares of 32 px, -1..1,
        positive inside the label), then `inside`.
    """
    channels = [inside.astype(np.float32)]
    for value in range(labels, 0, -1):
        region = mask == value
        channels[:0] = [region.astype(np.float32), _signed_distance(region)]
    return np.stack(channels)


def _signed_distance(region: npt.NDArray[np.bool_]) -> Channels:
    import cv2

    if not region.any():
        return np.full(region.shape, -1, np.float32)
    to_outside = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3)
    to_inside = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 3)
    return np.clip((to_outside - to_inside) / 32, -1, 1).astype(np.float32)
