"""Do two images show one scene? By local structure that lies alike in both, whatever their gray values."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]

# Measured on the sets at hand: 15 to 550 for one scene, at most 12 for different patients (chest X-rays; else 9).
SAME_SCENE = 15
_SIDE_PX = 384
_DETECTOR_THRESHOLD = 5e-4
_RATIO = 0.8
_FAR_PX = 4.0


@cache
def _tools() -> tuple[Any, Any]:
    import cv2

    return cv2.AKAZE_create(threshold=_DETECTOR_THRESHOLD), cv2.BFMatcher(cv2.NORM_HAMMING)  # type: ignore[attr-defined]


def matching_points(image: Gray, other: Gray) -> int:
    """How many AKAZE points of two images (y, x) agree on one shift, turn and scale; `SAME_SCENE` or more: one scene.

    Finds what a correlation misses: another frame of the same cine, a patient who breathed in between. Burned-in text
    is a local structure, too: take it out first.
    """
    import cv2

    detector, matcher = _tools()
    found = [detector.detectAndCompute(_resized(one), None) for one in (image, other)]
    if any(descriptors is None for _, descriptors in found):
        return 0
    (points, descriptors), (other_points, other_descriptors) = found
    pairs = [two[0] for two in matcher.knnMatch(descriptors, other_descriptors, k=2)
             if len(two) == 2 and two[0].distance < _RATIO * two[1].distance]
    if len(pairs) < 4:
        return 0
    cv2.setRNGSeed(0)
    _, agreeing = cv2.estimateAffinePartial2D(np.array([points[pair.queryIdx].pt for pair in pairs], np.float32),
                                              np.array([other_points[pair.trainIdx].pt for pair in pairs], np.float32),
                                              ransacReprojThreshold=_FAR_PX)
    return 0 if agreeing is None else int(agreeing.sum())


def _resized(image: Gray) -> Gray:
    import cv2

    scale = _SIDE_PX / max(image.shape)
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8)
