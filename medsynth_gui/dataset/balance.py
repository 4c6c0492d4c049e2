"""Balance: how many samples there are of each class, real and synthetic, in each part of the split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medsynth_gui.dataset.sample import Sample


@dataclass(frozen=True)
class Cell:
    """One bar of the chart. `class_name` and `split` are empty where a sample has none."""

    class_name: str
    synthetic: bool
    split: str


@dataclass(frozen=True)
class Balance:
    """Counts of samples (by cell) and of groups (by part of the split)."""

    counts: Mapping[Cell, int]
    groups: Mapping[str, int]

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(sorted({cell.class_name for cell in self.counts}))

    def count(self, *, class_name: str | None = None, synthetic: bool | None = None, split: str | None = None) -> int:
        """How many samples agree with every field that is given."""
        return sum(number for cell, number in self.counts.items()
                   if class_name in (None, cell.class_name) and synthetic in (None, cell.synthetic)
                   and split in (None, cell.split))

    def record(self) -> list[dict[str, object]]:
        """JSON-ready rows, ordered by class, real before synthetic, part."""
        ordered = sorted(self.counts.items(), key=lambda item: (item[0].class_name, item[0].synthetic, item[0].split))
        return [{"class": cell.class_name, "synthetic": cell.synthetic, "split": cell.split, "samples": number}
                for cell, number in ordered]


def balance(samples: Iterable[Sample]) -> Balance:
    """Count samples."""
    rows = tuple(samples)
    counts = Counter(Cell(sample.class_name, sample.synthetic, sample.split) for sample in rows)
    groups = Counter(part for part, _ in {(sample.split, sample.group) for sample in rows})
    return Balance(counts, groups)
