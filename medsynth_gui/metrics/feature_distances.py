"""Distances of two feature sets (n, d) and (m, d): kernel, Frechet, and by nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Features = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

NEIGHBOURS = 5
_SIZES = 6
_LARGEST_OVER_SMALLEST = 3.0


@dataclass(frozen=True, eq=False)
class Sample:
    """Features (n, d) of some images, and the number of the patient of each; None where every image stands alone."""

    features: Features
    groups: Indices | None = None

    def take(self, indices: Indices) -> Sample:
        """The images at `indices`."""
        return Sample(self.features[indices], None if self.groups is None else self.groups[indices])

    @cached_property
    def radii(self) -> npt.NDArray[np.float64]:
        """Squared distance (n,) to the fifth nearest image of another patient."""
        distances = squared_distances(self.features, self.features)
        own = np.arange(len(distances)) if self.groups is None else self.groups
        distances[own[:, None] == own] = np.inf
        rank = min(NEIGHBOURS, len(distances) - 1) - 1
        return np.asarray(np.partition(distances, rank, axis=1)[:, rank])


@dataclass(frozen=True, eq=False)
class Pair:
    """The images that are held up as a standard, and the others."""

    reference: Sample
    other: Sample

    @cached_property
    def _near_reference(self) -> npt.NDArray[np.bool_]:
        """(reference, other): whether it lies within the reach of that reference image."""
        return np.asarray(self._distances <= self.reference.radii[:, None])

    @cached_property
    def _distances(self) -> npt.NDArray[np.float64]:
        return squared_distances(self.reference.features, self.other.features)

    @property
    def precision(self) -> float:
        return float(self._near_reference.any(0).mean())

    @property
    def recall(self) -> float:
        return float((self._distances <= self.other.radii).any(1).mean())

    @property
    def density(self) -> float:
        return float(self._near_reference.sum(0).mean() / NEIGHBOURS)

    @property
    def coverage(self) -> float:
        return float(self._near_reference.any(1).mean())


def squared_distances(x: Features, y: Features) -> npt.NDArray[np.float64]:
    """Squared Euclidean distances (n, m) of features (n, d) and (m, d)."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    found = (x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * x @ y.T
    return np.asarray(np.maximum(found, 0.0))


def kernel_distance(x: Features, y: Features) -> float:
    """Unbiased squared maximum mean discrepancy, kernel (x.y / d + 1)^3 (Binkowski et al. 2018); may be below 0."""
    n, m = len(x), len(y)

    def kernel(a: Features, b: Features) -> npt.NDArray[np.float64]:
        return np.asarray((a.astype(np.float64) @ b.T.astype(np.float64) / a.shape[1] + 1) ** 3)

    own, others = kernel(x, x), kernel(y, y)
    within = (own.sum() - own.trace()) / (n * (n - 1)) + (others.sum() - others.trace()) / (m * (m - 1))
    return float(within - 2 * kernel(x, y).mean())


def frechet_distance(x: Features, y: Features) -> float:
    """Squared Frechet distance of the Gaussians that fit two feature sets (n, d) and (m, d); grows as they shrink."""
    a, b = (part.astype(np.float64) - part.mean(0, dtype=np.float64) for part in (x, y))
    a, b = a / np.sqrt(len(a) - 1), b / np.sqrt(len(b) - 1)
    # tr (A'A B'B)^1/2 is the sum of the singular values of A B', and QR keeps them.
    first, second = (np.asarray(np.linalg.qr(part, mode="r")) for part in (a, b))
    shared = np.linalg.svd(first @ second.T, full_matrices=False, compute_uv=False).sum()
    moved = x.mean(0, dtype=np.float64) - y.mean(0, dtype=np.float64)
    return float(moved @ moved + (a * a).sum() + (b * b).sum() - 2 * shared)


def frechet_infinity(x: Features, y: Features, *, seed: int = 0) -> float:
    """Frechet distance extrapolated to infinitely many images, linear in 1/n (Chong and Forsyth 2020).

    May be below 0 for sets that are alike.
    """
    random = np.random.default_rng(seed)
    largest = min(len(x), len(y))
    inverse = np.linspace(1, _LARGEST_OVER_SMALLEST, _SIZES) / largest
    sizes = np.maximum(2, np.rint(1 / inverse)).astype(int)
    found = [frechet_distance(x[random.choice(len(x), size, replace=False)],
                              y[random.choice(len(y), size, replace=False)]) for size in sizes]
    return float(np.polyfit(1 / sizes, found, 1)[1])
