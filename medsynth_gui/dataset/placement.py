"""Placement: the part of the split that a sample belongs to, by its group or by what it was made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from medsynth_gui.dataset.files import plain_name
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part, part_of


def place(samples: Iterable[Sample], *, among: Iterable[Sample] = (), validation_parts: int = 10) -> tuple[Sample, ...]:
    """Give samples their part of the split.

    A real sample goes where its group goes. A generator has seen every group that is not held out, so that its images
    may only train; one that was made from a sample of another part, or of a group of another part, belongs to none.

    Args:
        among: further samples whose groups and digests count as parents.
        validation_parts: one group in so many that are not held out is for validation; 0 for none.
    """
    wanted = tuple(samples)
    known = {sample.id: sample for sample in (*among, *wanted)}
    family = _Family(known.values(), validation_parts)
    return tuple(replace(sample, split=family.part(sample)) for sample in wanted)


def parent_names(sample: Sample) -> tuple[str, ...]:
    """What a sample's parents may be called here: ids, digests, or the files that they were read from."""
    parents = sample.provenance.parents if sample.provenance else ()
    return tuple(dict.fromkeys(name for parent in parents for name in (parent, plain_name(PurePath(parent).stem))))


class _Family:
    """Samples by id, digest and group."""

    def __init__(self, samples: Iterable[Sample], validation_parts: int) -> None:
        self._validation_parts = validation_parts
        self._by_name: dict[str, Sample] = {}
        self._real_groups: set[tuple[str, str]] = set()
        for sample in samples:
            names = (sample.id, sample.image_sha256, sample.mask_sha256)
            self._by_name.update((name, sample) for name in names if name)
            if not sample.synthetic:
                self._real_groups.add((sample.source_set, sample.group))

    def part(self, sample: Sample, seen: frozenset[str] = frozenset()) -> str:
        if not sample.synthetic:
            return self._rule(sample)
        parts = {self._rule(sample)} if (sample.source_set, sample.group) in self._real_groups else set()
        for name in parent_names(sample):
            parent = self._by_name.get(name)
            if parent is not None and parent.id != sample.id and parent.id not in seen:
                parts.add(self.part(parent, seen | {sample.id}))
        return Part.TRAIN.value if parts <= {Part.TRAIN.value} else ""

    def _rule(self, sample: Sample) -> str:
        return part_of(sample.source_set, sample.group, validation_parts=self._validation_parts).value
