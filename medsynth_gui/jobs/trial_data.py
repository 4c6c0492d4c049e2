"""Images of a trial: the real ones by part, synthetic ones that know nothing held out, and nested smaller sets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medsynth_gui.core.errors import InputError
from medsynth_gui.dataset.training_set import read_training_set

if TYPE_CHECKING:
    from medsynth_gui.engine.training.data import Item


def read_synthetic(folder: Path, held_out: Iterable[str]) -> tuple[tuple[Item, ...], int]:
    """Images of a folder that `synthesize` wrote, and how many were left out for a mask of a held-out image.

    Args:
        held_out: ids of real images that arms are measured on.

    Raises:
        InputError: the folder is no training set, no image has a mask, or all were left out.
    """
    from medsynth_gui.engine.training.data import Item

    found = read_training_set(folder)
    rows = [row for row in found.rows if row.mask is not None]
    if not rows:
        raise InputError("data-incomplete", path=folder, detail="no image has a mask")
    parents, forbidden = _parents(found.folder), {Path(name).stem for name in held_out}
    kept = [row for row in rows if not parents.get(row.id, frozenset()) & forbidden]
    if not kept:
        raise InputError("trial-leak", path=folder)
    return (tuple(Item("synthetic", row.id, row.group, row.image, row.mask, row.class_name) for row in kept),
            len(rows) - len(kept))


def _parents(folder: Path) -> dict[str, frozenset[str]]:
    """Image id -> stems of what its mask was made from, as manifest.jsonl says; nothing where there is none."""
    found: dict[str, frozenset[str]] = {}
    with suppress(OSError, UnicodeDecodeError):
        for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, AttributeError):
                record: dict[str, Any] = json.loads(line)
                names = [*record.get("parents", ()), *record.get("provenance", {}).get("parents", ())]
                found[str(record.get("id", ""))] = frozenset(Path(str(name)).stem for name in names)
    return found


def nested(items: Sequence[Item], count: int | None, seed: int) -> list[int]:
    """Places of `count` images (all if None), whole groups first; a larger count holds every smaller one of its seed.

    Raises:
        InputError: there are fewer.
    """
    if count is None:
        return list(range(len(items)))
    if count > len(items):
        raise InputError("trial-too-few", count=count, there=len(items))
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        places.setdefault(f"{item.set_name}/{item.group}", []).append(place)
    order = np.random.default_rng((seed, 11)).permutation(len(places))
    groups = list(places.values())
    return [place for index in order for place in groups[index]][:count]


def digest_of(items: Iterable[Item]) -> str:
    """What tells one choice of images from another: names and file sizes."""
    lines = sorted(":".join([f"{item.set_name}/{item.id}", *(str(path.stat().st_size)
                                                             for path in (item.image, item.mask) if path)])
                   for item in items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
