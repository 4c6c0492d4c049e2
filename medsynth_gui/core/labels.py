"""Labels: what a value of a mask means, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

# Okabe-Ito order, first the accent-like blue: told apart by the usual colour-vision deficiencies.
PALETTE = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#0072B2", "#999999", "#FFFFFF")


@dataclass(frozen=True)
class Concept:
    """What a label is, as a code of a scheme: in DICOM SEG the segmented property type (SCT is SNOMED CT)."""

    code: str
    scheme: str
    meaning: str


@dataclass(frozen=True)
class Label:
    """One label; `value` 1..255 is what a mask stores, 0 is no label."""

    value: int
    name: str
    color: str
    locked: bool = False
    visible: bool = True
    opacity: float = 0.45
    concept: Concept | None = None

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Label:
        """The inverse of `dataclasses.asdict`, as label sets, settings and projects store it.

        Raises:
            TypeError: a field is unknown or missing.
        """
        concept = record.get("concept")
        return cls(**{**record, "concept": Concept(**concept) if concept else None})


@dataclass(frozen=True)
class LabelSet:
    """The labels of a project, ordered as shown. Values and names are unique."""

    labels: tuple[Label, ...] = ()

    @classmethod
    def named(cls, *names: str) -> LabelSet:
        """Labels 1..n with palette colours."""
        return cls(tuple(Label(i + 1, name, PALETTE[i % len(PALETTE)]) for i, name in enumerate(names)))

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def find(self, value: int) -> Label | None:
        """The label with this value."""
        return next((label for label in self.labels if label.value == value), None)

    @cached_property
    def locked_values(self) -> frozenset[int]:
        return frozenset(label.value for label in self.labels if label.locked)

    def added(self, name: str) -> LabelSet:
        """With one more label under the lowest free value and the next palette colour."""
        used = {label.value for label in self.labels}
        value = next(v for v in range(1, 256) if v not in used)
        return LabelSet((*self.labels, Label(value, name, PALETTE[(value - 1) % len(PALETTE)])))

    def values_of(self, names: Mapping[int, str]) -> dict[int, int]:
        """The values here of labels that have these names elsewhere, by their values there; case does not count."""
        known = {label.name.casefold(): label.value for label in self.labels}
        return {value: known[name.casefold()] for value, name in names.items() if name.casefold() in known}

    def with_names(self, names: Mapping[int, str]) -> LabelSet:
        """With the labels of these names that it lacks, under their values there where those are free."""
        found, known = self, self.values_of(names)
        for value, name in sorted(names.items()):
            if value in known or len(found) == 255:
                continue
            taken = {label.value for label in found}
            free = value if value not in taken else next(number for number in range(1, 256) if number not in taken)
            found = LabelSet((*found, Label(free, name, PALETTE[(free - 1) % len(PALETTE)])))
        return found

    def moved(self, value: int, place: int) -> LabelSet:
        """With one label at another place of the list, held within it."""
        others = [label for label in self.labels if label.value != value]
        place = min(max(place, 0), len(others))
        return LabelSet((*others[:place], *(label for label in self.labels if label.value == value), *others[place:]))

    def without(self, value: int) -> LabelSet:
        """With one label less."""
        return LabelSet(tuple(label for label in self.labels if label.value != value))

    def changed(self, value: int, **changes: object) -> LabelSet:
        """With fields of one label replaced."""
        return LabelSet(tuple(replace(label, **changes) if label.value == value else label  # type: ignore[arg-type]
                              for label in self.labels))


def revalued(mask: npt.NDArray[np.uint8], values: Mapping[int, int]) -> npt.NDArray[np.uint8]:
    """A mask with other values, by those that it has; what is not named keeps its value."""
    table = np.arange(256, dtype=np.uint8)
    table[list(values)] = list(values.values())
    return np.asarray(table[mask], np.uint8)
