"""Notes: what is known of an opened series beside its mask, a small JSON file next to the journal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from medsynth_gui.core.cine import Mark
from medsynth_gui.core.measurement import Measurement, from_record
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState

T = TypeVar("T")


@dataclass(frozen=True)
class Note:
    """Review of a series, which model's proposal was accepted on which frame, measurements and marked frames.

    `synced`: digest of the project's mask that was taken over into (or from) the mask of a frame.
    """

    review: Review = field(default_factory=Review)
    accepted: Mapping[int, Provenance] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    marks: tuple[Mark, ...] = ()
    synced: Mapping[int, str] = field(default_factory=dict)

    def with_accepted(self, frames: Mapping[int, Provenance]) -> Note:
        """With further accepted proposals."""
        return replace(self, accepted={**self.accepted, **frames})


def read_note(path: Path) -> Note:
    """The note at `path`; an empty one where there is none or it is damaged."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        review = raw["review"]
        return Note(Review(**{**review, "state": ReviewState(review["state"])}),
                    {int(frame): Provenance.from_record(record) for frame, record in raw["accepted"].items()},
                    tuple(_each(from_record, raw.get("measurements"))),
                    tuple(_each(lambda record: Mark(int(record["frame"]), str(record["name"])), raw.get("marks"))),
                    {int(frame): str(digest) for frame, digest in raw.get("synced", {}).items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Note()


def write_note(path: Path, note: Note) -> None:
    """Replace the note.

    Raises:
        StorageError: the disk refuses.
    """
    from medsynth_gui.io.atomic import write_json

    write_json(path, {"review": asdict(note.review),
                      "accepted": {str(frame): provenance.record() for frame, provenance in note.accepted.items()},
                      "measurements": [measurement.record() for measurement in note.measurements],
                      "marks": [asdict(mark) for mark in note.marks],
                      "synced": {str(frame): digest for frame, digest in note.synced.items()}})


def _each(make: Callable[[Any], T], records: object) -> Iterator[T]:
    """What can be made of a list of records; one that is damaged is left out."""
    for record in records if isinstance(records, list) else ():
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            yield make(record)
