"""Intervals: bootstrap over groups (images of one patient are no independent evidence), and of a share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate and the percentiles around it. `low` and `high` equal the estimate where there is one group."""

    estimate: float
    low: float
    high: float
    groups: int
    level: float = 0.95

    def record(self) -> dict[str, float | int]:
        """JSON-ready."""
        return {"estimate": self.estimate, "low": self.low, "high": self.high, "groups": self.groups,
                "level": self.level}


def bootstrap(values: Sequence[float] | Values, groups: Sequence[str], *,
              statistic: Callable[[Values], float] | None = None,
              resamples: int = 2000, level: float = 0.95, seed: int = 0) -> Interval:
    """Percentile interval of a statistic when whole groups are drawn with replacement.

    Args:
        values: one per image.
        groups: the group of each.
        statistic: of a one-dimensional array; None for the mean, which is a hundred times as fast.
        seed: the same seed gives the same interval.

    Raises:
        ValueError: there is no value, or the lengths differ.
    """
    data = np.asarray(values, np.float64)
    if data.size == 0 or data.size != len(groups):
        raise ValueError(f"{data.size} values and {len(groups)} groups")
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    order = np.argsort(member, kind="stable")
    blocks = np.split(data[order], np.cumsum(np.bincount(member))[:-1])
    random = np.random.default_rng(seed)
    draws = random.integers(0, len(names), (resamples, len(names)))
    if statistic is None:
        sums, sizes = np.array([block.sum() for block in blocks]), np.array([len(block) for block in blocks])
        figures = sums[draws].sum(1) / sizes[draws].sum(1)
    else:
        figures = np.array([statistic(np.concatenate([blocks[index] for index in draw])) for draw in draws])
    tail = 50 * (1 - level)
    low, high = np.percentile(figures, (tail, 100 - tail))
    return Interval(float(statistic(data) if statistic else data.mean()), float(low), float(high), len(names), level)


def wilson(count: int, total: int, *, z: float = 1.959964) -> tuple[float, float]:
    """Interval of the share count / total (Wilson 1927), 95 % by default; (0, 1) where nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    share, scale = count / total, 1 + z * z / total
    center = (share + z * z / (2 * total)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, center - half), min(1.0, center + half)
