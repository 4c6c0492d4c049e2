"""Split: which groups may be seen in training. One rule for every set and every model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum

HELD_OUT_RULE = "sha256(set/group) mod 5 == 0"
_HELD_OUT_PARTS = 5


class Part(StrEnum):
    """The part of a split that a sample belongs to."""

    TRAIN = "train"
    VALIDATION = "val"
    TEST = "test"


def _draw(*names: str) -> int:
    """A number that depends on the names only: the same on every machine and in every version."""
    return int.from_bytes(hashlib.sha256("/".join(names).encode("utf-8")).digest()[:8], "big")


def is_held_out(set_name: str, group: str) -> bool:
    """Whether a group belongs to the fifth of its set that no shipped model may see.

    Args:
        set_name: name of the set, which is the name of its folder.
        group: what joins the images of one patient, and near-duplicates.
    """
    return _draw(set_name, group) % _HELD_OUT_PARTS == 0


def held_out_groups(set_name: str, groups: Iterable[str]) -> frozenset[str]:
    """The groups that are held out."""
    return frozenset(group for group in groups if is_held_out(set_name, group))


def part_of(set_name: str, group: str, *, validation_parts: int = 10) -> Part:
    """Where a group goes: test if it is held out, else validation for one in `validation_parts`.

    Args:
        validation_parts: 0 leaves no group for validation.
    """
    if is_held_out(set_name, group):
        return Part.TEST
    drawn = validation_parts > 0 and _draw("validation", set_name, group) % validation_parts == 0
    return Part.VALIDATION if drawn else Part.TRAIN


def split_groups(set_name: str, groups: Iterable[str], *, validation_parts: int = 10) -> dict[Part, tuple[str, ...]]:
    """Every group once, sorted, under its part; a part may be empty."""
    placed: dict[Part, list[str]] = {part: [] for part in Part}
    for group in sorted(set(groups)):
        placed[part_of(set_name, group, validation_parts=validation_parts)].append(group)
    return {part: tuple(names) for part, names in placed.items()}
