"""Reading: what one reader said of one sample; readers do not see each other's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset import files
from medsynth_gui.dataset.store import SampleStore

FOLDER = "readings"
FIRST = "first"
# What a sample had before it was adjudicated: a reading of nobody.
FORMER = "(former)"
_TABLE = "readings"
_SCHEMA = "CREATE TABLE IF NOT EXISTS readings (sample TEXT, reader TEXT, record TEXT NOT NULL, " \
          "PRIMARY KEY (sample, reader))"


@dataclass(frozen=True)
class Reading:
    """A mask and a class, and who gave them.

    Attributes:
        mask: label values (y, x), an 8-bit PNG; None only in a former state without a mask.
        review: the reader's state, initials and time.
        provenance: of the mask.
    """

    sample: str
    reader: str
    mask: Path | None
    mask_sha256: str
    class_name: str = ""
    review: Review = field(default_factory=Review)
    provenance: Provenance | None = None


class Readings:
    """The readings of a project; their masks lie in a folder of their own.

    Args:
        folder: the project.
        writing: gives the right to change it; raises ProjectError where it is open for reading only.
    """

    def __init__(self, folder: Path, store: SampleStore, writing: Callable[[], files.Mutex]) -> None:
        self._folder, self._store, self._writing = folder, store, writing

    def all(self) -> tuple[Reading, ...]:
        """Of every reader and sample, ordered by both."""
        return self._found("")

    def of(self, sample: str) -> tuple[Reading, ...]:
        """Of one sample, the earliest first; its former state is none of them."""
        found = [one for one in self._found("WHERE sample = ?", sample) if one.reader != FORMER]
        return tuple(sorted(found, key=lambda one: (one.review.at, one.reader)))

    def former(self, sample: str) -> Reading | None:
        """What the sample was before it was adjudicated."""
        return next(iter(self._found("WHERE sample = ? AND reader = ?", sample, FORMER)), None)

    def put(self, reading: Reading, mask: npt.NDArray[np.uint8] | None, labels: LabelSet) -> Reading:
        """Store a reading with its mask (y, x), in place of what this reader said before."""
        with self._writing():
            kept = reading
            if mask is not None:
                name = f"{reading.sample}.{files.plain_name(reading.reader)}"
                path, digest = files.write_mask(self._folder / FOLDER, name, mask, labels)
                kept = replace(reading, mask=path, mask_sha256=digest)
            old = self._found("WHERE sample = ? AND reader = ?", reading.sample, reading.reader)
            self._store.write(_SCHEMA)
            self._store.write("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)",
                              [(kept.sample, kept.reader, json.dumps(self._record(kept)))])
            files.remove(*(one.mask for one in old if one.mask != kept.mask))
            return kept

    def remove(self, sample: str, reader: str = "") -> None:
        """Take one reading of a sample away, or all."""
        with self._writing():
            gone = [one for one in self._found("WHERE sample = ?", sample) if reader in ("", one.reader)]
            if gone:
                self._store.write("DELETE FROM readings WHERE sample = ? AND reader = ?",
                                  [(one.sample, one.reader) for one in gone])
            files.remove(*(one.mask for one in gone))

    def _found(self, condition: str, *values: str) -> tuple[Reading, ...]:
        rows = self._store.read(_TABLE, f"SELECT sample, reader, record FROM readings {condition} "
                                        "ORDER BY sample, reader", *values)
        return tuple(self._reading(sample, reader, json.loads(record)) for sample, reader, record in rows)

    def _record(self, reading: Reading) -> dict[str, Any]:
        return {"mask": reading.mask.relative_to(self._folder).as_posix() if reading.mask else None,
                "mask_sha256": reading.mask_sha256, "class_name": reading.class_name,
                "review": asdict(reading.review),
                "provenance": reading.provenance.record() if reading.provenance else None}

    def _reading(self, sample: str, reader: str, record: dict[str, Any]) -> Reading:
        review, told = record["review"], record["provenance"]
        return Reading(sample, reader, self._folder / record["mask"] if record["mask"] else None,
                       record["mask_sha256"], record["class_name"],
                       Review(**{**review, "state": ReviewState(review["state"])}),
                       Provenance.from_record(told) if told else None)


def readers_of(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Who has read, ordered."""
    return tuple(sorted({one.reader for one in readings} - {FORMER}))
