"""One scene is known again when it was shifted, scaled and brightened; another one is not."""

from __future__ import annotations

import cv2
import numpy as np

from medsynth_gui.metrics.same_scene import SAME_SCENE, matching_points


def scene(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    image = np.full((160, 200), 40, np.uint8)
    for _ in range(60):
        center = tuple(int(value) for value in rng.integers(0, 200, 2))
        cv2.circle(image, center, int(rng.integers(2, 9)), int(rng.integers(60, 250)), -1)
    return image


def test_a_moved_scene_is_known_and_another_is_not():
    image = scene(0)
    moved = cv2.warpAffine(image, np.array([[0.95, 0.05, 12], [-0.05, 0.95, -6.0]]), (200, 160))
    assert matching_points(image, cv2.convertScaleAbs(moved, alpha=0.8, beta=20)) >= SAME_SCENE
    assert matching_points(image, scene(1)) < SAME_SCENE
    assert matching_points(image, np.zeros((50, 60), np.uint8)) == 0
