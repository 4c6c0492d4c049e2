"""GeneratorWatch: whether a generator in training still gets nearer to real images, and whether it begins to copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.features import shipped_encoder
from medsynth_gui.metrics.feature_distances import kernel_distance
from medsynth_gui.metrics.memorisation import copy_threshold, known_scenes, largest_similarity

Gray = npt.NDArray[np.uint8]
LEAST_IMAGES = 8
_MOST_TRAINING = 600


class GeneratorWatch:
    """Holds the encoded real images; the threshold of a copy is that of `metrics.memorisation`.

    Args:
        training: images (y, x) that the generator learns from; codes of a random 600 of them stand for more.
        held_out: images of patients it never saw, at least 8.

    Raises:
        ModelError: the encoder is not there.
    """

    def __init__(self, training: Sequence[Gray], held_out: Sequence[Gray], runtime: Runtime) -> None:
        self.encoder = shipped_encoder(runtime)
        order = np.random.default_rng(0).permutation(len(training))[:_MOST_TRAINING]
        images = [training[index] for index in order]
        learned, self._codes = self.encoder.describe(images)
        self._held_out, codes = self._described(held_out)
        known = known_scenes(held_out, codes, images, self._codes)
        self._threshold = copy_threshold(codes, self._codes, known=known)
        self.real_copy_rate = self._copy_rate(codes)
        self.real_distance = kernel_distance(learned, self._held_out)

    def figures(self, made: Sequence[Gray]) -> dict[str, float]:
        """Kernel distance to the held-out images, copy rates, and `score`: nearer is better, copying never is."""
        features, codes = self._described(made)
        distance, rate = kernel_distance(features, self._held_out), self._copy_rate(codes)
        return {"distance": distance, "real_distance": self.real_distance,
                "copy_rate": rate, "real_copy_rate": self.real_copy_rate,
                "score": -distance if rate <= max(self.real_copy_rate, 1 / len(made)) else -distance - 1e3 * rate}

    def _described(self, images: Sequence[Gray]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        features, codes = self.encoder.describe(images)
        return features, self.encoder.put_back(images, codes, self._codes)

    def _copy_rate(self, codes: npt.NDArray[np.float32]) -> float:
        similarity, _ = largest_similarity(codes, self._codes)
        return float((similarity > self._threshold).mean())


def watch_if_possible(training: Sequence[Gray], held_out: Sequence[Gray], runtime: Runtime) -> GeneratorWatch | None:
    """A watch, or None where the encoder is missing or too few images are held out to say anything."""
    if len(held_out) < LEAST_IMAGES or not training:
        return None
    try:
        return GeneratorWatch(training, held_out, runtime)
    except ModelError:
        return None
