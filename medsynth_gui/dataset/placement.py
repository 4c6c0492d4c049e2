"""Placement: the part of the split that a sample belongs to, by its group or by what it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath

from medsynth_gui.dataset.files import plain_name
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part, part_of

Groups = frozenset[tuple[str, str]]


def place(samples: Iterable[Sample], *, among: Iterable[Sample] = (), validation_parts: int = 10,
          generators: Mapping[str, Groups] | None = None, real_groups: Groups = frozenset()) -> tuple[Sample, ...]:
    """Give samples their part of the split.

    A real sample goes where its group goes. A generator has seen every group that is not held out, so that its images
    may only train; one that was made from a sample of another part, or of a group of another part, or by a generator
    that has seen a group of another part, belongs to none.

    Args:
        among: further samples whose groups and digests count as parents.
        generators: SHA-256 of the weights -> (set, group) of those that a generator has seen.
        real_groups: (set, group) of real samples beside those that are given.
        validation_parts: one group in so many that are not held out is for validation; 0 for none.
    """
    wanted = tuple(samples)
    known = {sample.id: sample for sample in (*among, *wanted)}
    family = _Family(known.values(), validation_parts, generators or {}, real_groups)
    return tuple(replace(sample, split=family.part(sample)) for sample in wanted)


def parent_names(sample: Sample) -> tuple[str, ...]:
    """What a sample's parents may be called here: ids, digests, or the files that they were read from."""
    parents = sample.provenance.parents if sample.provenance else ()
    return tuple(dict.fromkeys(name for parent in parents for name in (parent, plain_name(PurePath(parent).stem))))


class _Family:
    """Samples by id, digest and group."""

    def __init__(self, samples: Iterable[Sample], validation_parts: int, generators: Mapping[str, Groups],
                 real_groups: Groups) -> None:
        self._validation_parts, self._generators = validation_parts, generators
        self._by_name: dict[str, Sample] = {}
        self._real_groups: set[tuple[str, str]] = set(real_groups)
        self._followed: dict[str, frozenset[str]] = {}
        for sample in samples:
            names = (sample.id, sample.image_sha256, sample.mask_sha256)
            self._by_name.update((name, sample) for name in names if name)
            if not sample.synthetic:
                self._real_groups.add((sample.source_set, sample.group))

    def part(self, sample: Sample, seen: frozenset[str] = frozenset()) -> str:
        if not sample.synthetic:
            return self._rule(sample)
        parts = {self._rule(sample)} if (sample.source_set, sample.group) in self._real_groups else set()
        parts |= self._parts_seen(sample.provenance.model_sha256 if sample.provenance else "")
        for name in parent_names(sample):
            parent = self._by_name.get(name)
            if parent is not None and parent.id != sample.id and parent.id not in seen:
                parts.add(self.part(parent, seen | {sample.id}))
        return Part.TRAIN.value if parts <= {Part.TRAIN.value} else ""

    def _parts_seen(self, model_sha256: str) -> frozenset[str]:
        """Parts of the groups here that a generator has seen."""
        if model_sha256 not in self._followed:
            seen = self._generators.get(model_sha256, frozenset()) & self._real_groups
            self._followed[model_sha256] = frozenset(
                part_of(name, group, validation_parts=self._validation_parts).value for name, group in seen)
        return self._followed[model_sha256]

    def _rule(self, sample: Sample) -> str:
        return part_of(sample.source_set, sample.group, validation_parts=self._validation_parts).value
