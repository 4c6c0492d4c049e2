"""Copula: how some quantities are distributed together, as quantiles of each and correlations of ranks."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]

LEVELS = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
_NORMAL = NormalDist()


@dataclass(frozen=True, eq=False)
class Copula:
    """A Gaussian copula: nothing outside the 1st and 99th percentile of a quantity is ever drawn.

    Attributes:
        quantiles: (quantities, levels) values at `LEVELS`.
        correlation: (quantities, quantities) of the normal scores.
    """

    quantiles: Real
    correlation: Real

    @classmethod
    def fit(cls, values: Real) -> Copula:
        """From observations (n, quantities); correlations are shrunk where there are few observations."""
        count, quantities = values.shape
        ranks = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
        scores = _scores((ranks + 0.5) / count)
        correlation = scores.T @ scores / np.maximum(np.outer(*2 * [np.sqrt(np.square(scores).sum(axis=0))]), 1e-9)
        shrink = min(0.5, quantities / (quantities + 2 * count))
        correlation = (1 - shrink) * correlation + shrink * np.eye(quantities)
        return cls(np.quantile(values, LEVELS, axis=0).T, correlation)

    def draw(self, rng: np.random.Generator, *, calm: float = 1.0, given: tuple[int, float] | None = None) -> Real:
        """One observation (quantities,).

        Args:
            calm: 1 draws as observed, 0 gives the medians.
            given: (quantity, its value): the others follow from their correlation with it.
        """
        factor = np.linalg.cholesky(self.correlation + 1e-6 * np.eye(len(self.correlation)))
        scores = calm * (factor @ rng.standard_normal(len(factor)))
        if given is not None:
            which, value = given
            wanted = _NORMAL.inv_cdf(float(np.interp(value, self.quantiles[which], LEVELS)))
            scores = scores + self.correlation[:, which] * (wanted - scores[which])
        levels = np.array([_NORMAL.cdf(float(score)) for score in scores])
        return np.array([np.interp(level, LEVELS, row) for level, row in zip(levels, self.quantiles, strict=True)])


def _scores(levels: Real) -> Real:
    return np.asarray(np.vectorize(_NORMAL.inv_cdf, otypes=[np.float64])(levels))
