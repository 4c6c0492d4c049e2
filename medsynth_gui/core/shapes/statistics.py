"""Statistics of masks: how many parts, how large and where, over the masks of a class; and what speaks against one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.raster import connected_components

Gray = npt.NDArray[np.uint8]
Span = tuple[float, float]

# With these a mask cannot be used at all; the other problems are told and recorded.
IMPOSSIBLE = frozenset({"mask-values-unknown", "mask-empty-for-class"})
_FEW = 8
_COMMON = 0.9


@dataclass(frozen=True)
class LabelStatistics:
    """One label over the masks that hold it: (1st, 99th percentile) each.

    Attributes:
        present: share of the masks that hold it.
        parts: connected parts.
        share: of the image that it covers, 0..1.
        y, x: its centre of area as shares of rows and columns.
        border: share of the image's border that it touches.
        uneven: share of the area by which its parts differ from the ellipses of their moments.
    """

    present: float
    parts: Span = (0.0, 0.0)
    share: Span = (0.0, 0.0)
    y: Span = (0.0, 1.0)
    x: Span = (0.0, 1.0)
    border: Span = (0.0, 0.0)
    uneven: Span = (0.0, 1.0)


@dataclass(frozen=True)
class MaskStatistics:
    """The masks of one class; `share` is that of all labels together, over masks that are not empty."""

    images: int
    empty: float
    share: Span
    labels: Mapping[int, LabelStatistics] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """A JSON-ready record."""
        return asdict(self) | {"labels": {str(value): asdict(found) for value, found in self.labels.items()}}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> MaskStatistics:
        """The inverse of `record`."""
        def row(found: Mapping[str, Any]) -> LabelStatistics:
            spans = {name: (float(span[0]), float(span[1])) for name, span in found.items() if name != "present"}
            return LabelStatistics(float(found["present"]), **spans)
        return cls(int(record["images"]), float(record["empty"]), (record["share"][0], record["share"][1]),
                   {int(value): row(found) for value, found in record["labels"].items()})


@dataclass(frozen=True)
class _Measured:
    """One label of one mask."""

    parts: int
    share: float
    y: float
    x: float
    border: float
    uneven: float


def _measure(mask: Gray, value: int) -> _Measured | None:
    inside = mask == value
    if not inside.any():
        return None
    rows, columns = np.nonzero(inside)
    numbers, parts = connected_components(0, inside)
    wrong = sum(_unevenness(numbers[part.region.slices] == number) for number, part in enumerate(parts, 1))
    edge = np.concatenate([inside[0], inside[-1], inside[1:-1, 0], inside[1:-1, -1]])
    return _Measured(len(parts), len(rows) / mask.size, float(rows.mean() + 0.5) / mask.shape[0],
                     float(columns.mean() + 0.5) / mask.shape[1], float(edge.mean()), wrong / len(rows))


def _unevenness(part: npt.NDArray[np.bool_]) -> float:
    """Pixels by which a part (y, x) and the ellipse of its moments differ; discs and squares of few pixels are even."""
    y, x = np.nonzero(part)
    spread = np.cov(np.stack([x, y]), bias=True) + np.eye(2) / 12
    grown = np.pad(part, 2)
    at = np.indices(grown.shape)[::-1].reshape(2, -1) - 2 - np.array([[x.mean()], [y.mean()]])
    inside = (at * (np.linalg.inv(spread) @ at)).sum(axis=0) <= 4
    return float(np.count_nonzero(inside.reshape(grown.shape) != grown))


def mask_statistics(masks: Sequence[Gray], values: Sequence[int]) -> MaskStatistics:
    """Statistics of masks (y, x), of one class, for these label values."""
    shares = [float(np.count_nonzero(mask)) / mask.size for mask in masks]
    labels = {}
    for value in values:
        found = [one for mask in masks if (one := _measure(mask, value))]
        spans = {name: _span([getattr(one, name) for one in found])
                 for name in ("parts", "share", "y", "x", "border", "uneven")} if found else {}
        labels[value] = LabelStatistics(len(found) / max(len(masks), 1), **spans)
    filled = [share for share in shares if share > 0]
    return MaskStatistics(len(masks), 1 - len(filled) / max(len(masks), 1), _span(filled), labels)


def _span(values: Sequence[float]) -> Span:
    low, high = np.quantile(values, (0.01, 0.99)) if len(values) else (0.0, 0.0)
    return round(float(low), 5), round(float(high), 5)


def mask_problems(mask: Gray, statistics: MaskStatistics | None, names: Mapping[int, str], *,
                  class_name: str = "") -> tuple[Message, ...]:
    """What is unlike the masks of a class, most serious first; those of `IMPOSSIBLE` forbid its use.

    Args:
        mask: label values (y, x).
        statistics: of the class; None, or too few masks, and only the values are checked.
        names: the labels that a generator knows.
    """
    unknown = sorted(set(np.unique(mask).tolist()) - {0, *names}) if names else []
    if unknown:
        return (Message("mask-values-unknown", {"values": ", ".join(map(str, unknown)),
                                                "known": ", ".join(f"{v} {name}" for v, name in names.items())}),)
    if statistics is None or statistics.images < _FEW:
        return ()
    if not mask.any():
        return () if statistics.empty > 1 - _COMMON else (
            Message("mask-empty-for-class", {"name": class_name or next(iter(names.values()), "")}),)
    return tuple(problem for value, found in statistics.labels.items()
                 for problem in _label_problems(_measure(mask, value), found, names.get(value, str(value)), class_name))


def _label_problems(one: _Measured | None, usual: LabelStatistics, name: str, class_name: str) -> list[Message]:
    said = {"label": name[:1].upper() + name[1:], "of": f" ({class_name})" if class_name else ""}
    if one is None:
        return [Message("mask-label-missing", said)] if usual.present >= _COMMON else []
    if usual.present == 0:
        return [Message("mask-label-unusual", said)]
    problems = []
    if not round(usual.parts[0]) <= one.parts <= round(usual.parts[1]):
        problems.append(Message("mask-parts", said | {"parts": one.parts, "low": round(usual.parts[0]),
                                                      "high": round(usual.parts[1])}))
    if not usual.share[0] * 0.9 <= one.share <= usual.share[1] * 1.1:
        word = "mask-too-large" if one.share > usual.share[1] else "mask-too-small"
        problems.append(Message(word, said | {"share": _percent(one.share), "low": _percent(usual.share[0]),
                                              "high": _percent(usual.share[1])}))
    for at, (low, high), before, behind in ((one.y, usual.y, "mask-too-high", "mask-too-deep"),
                                            (one.x, usual.x, "mask-too-left", "mask-too-right")):
        slack = 0.05 * (high - low) + 0.01
        if not low - slack <= at <= high + slack:
            problems.append(Message(before if at < low else behind, said | {
                "at": round(100 * at), "low": round(100 * low), "high": round(100 * high)}))
    if one.border > usual.border[1] + 0.01:
        problems.append(Message("mask-at-border", said))
    if one.uneven > 1.25 * usual.uneven[1] + 0.02:
        problems.append(Message("mask-outline-uneven", said))
    return problems


def _percent(share: float) -> str:
    return f"{100 * share:.2g}" if share < 0.0995 else f"{100 * share:.0f}"
