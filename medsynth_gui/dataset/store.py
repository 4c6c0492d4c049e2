"""SampleStore: the rows of a project in SQLite; files are the project's business."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import ProjectError, StorageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.measurement import Measurement, from_record
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.placement import parent_names
from medsynth_gui.dataset.sample import Sample

FORMAT = 1
FILE_NAME = "project.sqlite"
_COLUMNS = ("id", "grp", "image", "image_sha256", "rows", "columns", "provenance", "class_name", "title", "modality",
            "spacing", "source_set", "mask", "mask_sha256", "mask_provenance", "label_values", "review", "split",
            "view", "scanner")
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS samples ({", ".join(_COLUMNS)}, PRIMARY KEY (id));
CREATE UNIQUE INDEX IF NOT EXISTS by_name ON samples (id COLLATE NOCASE);
CREATE TABLE IF NOT EXISTS measurements (sample TEXT PRIMARY KEY, records TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_image ON samples (image_sha256);
CREATE INDEX IF NOT EXISTS by_mask ON samples (mask_sha256);
CREATE INDEX IF NOT EXISTS by_group ON samples (source_set, grp);
"""


class SampleStore:
    """One connection. It may be handed to another thread, but not used by two at once.

    Args:
        folder: the project; paths are stored relative to it.
        writable: False opens what is there without touching it, also on a read-only disk.

    Raises:
        ProjectError: the file is damaged or was written by a newer version.
        StorageError: the disk refuses.
    """

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        self._folder = folder
        self._path = folder / FILE_NAME
        with self._translated():
            self._connection = _connect(self._path, writable)
        try:
            with self._translated():
                if writable:
                    self._connection.executescript(_SCHEMA)
                version = int(self.facts().get("format", FORMAT))
            if version > FORMAT:
                raise ProjectError("project-newer", path=folder)
            with self._translated():
                self._select = self._widened(writable)
        except BaseException:
            self.close()
            raise

    def _widened(self, writable: bool) -> str:
        """The query of all columns; those that an earlier version did not have are added, or read as empty."""
        present = {row[1] for row in self._connection.execute("PRAGMA table_info(samples)")}
        lacking = [name for name in _COLUMNS if name not in present]
        if writable:
            for name in lacking:
                self._connection.execute(f"ALTER TABLE samples ADD COLUMN {name} DEFAULT ''")
            lacking = []
        columns = ["''" if name in lacking else name for name in _COLUMNS]
        return f"SELECT {', '.join(columns)} FROM samples"

    def close(self) -> None:
        self._connection.close()

    def facts(self) -> dict[str, str]:
        """What is known of the project as a whole."""
        with self._translated():
            return dict(self._connection.execute("SELECT name, value FROM facts").fetchall())

    def set_facts(self, **facts: str) -> None:
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def samples(self) -> tuple[Sample, ...]:
        """All rows, ordered by id."""
        return self._selected("ORDER BY id")

    def find(self, identity: str) -> Sample | None:
        """The row with this id; case counts for nothing, as in file names."""
        return next(iter(self._selected("WHERE id = ? COLLATE NOCASE", identity)), None)

    def real_groups(self) -> frozenset[tuple[str, str]]:
        """(source set, group) of all samples that were scanned."""
        with self._translated():
            return frozenset(self._connection.execute(
                "SELECT DISTINCT source_set, grp FROM samples "
                "WHERE NOT COALESCE(json_extract(provenance, '$.synthetic'), 0)").fetchall())

    def with_pixels(self, image_sha256: str) -> tuple[Sample, ...]:
        """The rows whose image file has this digest."""
        return self._selected("WHERE image_sha256 = ? ORDER BY id", image_sha256)

    def related(self, sample: Sample) -> tuple[Sample, ...]:
        """What decides where a synthetic sample may go: its ancestors, and the real samples of its group."""
        if not sample.synthetic:
            return ()
        same_group = self._selected("WHERE source_set = ? AND grp = ?", sample.source_set, sample.group)
        found = {other.id: other for other in same_group if other.id != sample.id}
        names = list(parent_names(sample))
        while names:
            name = names.pop()
            for parent in self._selected("WHERE id = ?1 OR image_sha256 = ?1 OR mask_sha256 = ?1", name):
                if parent.id not in found and parent.id != sample.id:
                    found[parent.id] = parent
                    names += parent_names(parent)
        return tuple(found.values())

    def put(self, *samples: Sample) -> None:
        """Insert or replace rows, all or none."""
        marks = ", ".join("?" * len(_COLUMNS))
        with self._transaction():
            self._connection.executemany(f"INSERT OR REPLACE INTO samples ({', '.join(_COLUMNS)}) VALUES ({marks})",
                                         [self._row(sample) for sample in samples])

    def remove(self, identity: str) -> None:
        with self._transaction():
            self._connection.execute("DELETE FROM samples WHERE id = ?", (identity,))
            self._connection.execute("DELETE FROM measurements WHERE sample = ?", (identity,))

    def at(self, image: Path) -> Sample | None:
        """The row of this image file."""
        if not image.is_relative_to(self._folder):
            return None
        return next(iter(self._selected("WHERE image = ?", image.relative_to(self._folder).as_posix())), None)

    def measurements(self, identity: str) -> tuple[Measurement, ...]:
        """What was measured on a sample; nothing in projects of a time before there were any."""
        with self._translated():
            if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'measurements'").fetchone():
                return ()
            row = self._connection.execute("SELECT records FROM measurements WHERE sample = ?", (identity,)).fetchone()
            return tuple(from_record(record) for record in json.loads(row[0])) if row else ()

    def set_measurements(self, identity: str, measurements: Iterable[Measurement]) -> None:
        """Replace what was measured on a sample."""
        records = json.dumps([measurement.record() for measurement in measurements])
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO measurements VALUES (?, ?)", (identity, records))

    def write(self, statement: str, rows: Iterable[tuple[object, ...]] = ((),)) -> None:
        """Run a statement once for each row of values, all or none: for tables of their own."""
        with self._transaction():
            self._connection.executemany(statement, rows)

    def read(self, table: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query on a table; none where the project is older than the table."""
        with self._translated():
            if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                return []
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """SQLite's failures as sentences."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            text = str(error)
            if "full" in text:
                raise StorageError("disk-full", path=self._path) from error
            if "readonly" in text or "unable to open" in text:
                raise StorageError("not-writable", path=self._path, detail=text) from error
            if "locked" in text:
                raise ProjectError("project-locked", path=self._folder) from error
            raise ProjectError("project-damaged", path=self._folder, detail=text) from error
        except (ValueError, TypeError, KeyError) as error:
            raise ProjectError("project-damaged", path=self._folder, detail=error) from error

    def _selected(self, condition: str, *values: str) -> tuple[Sample, ...]:
        with self._translated():
            return tuple(self._sample(row) for row in self._connection.execute(f"{self._select} {condition}", values))

    def _row(self, sample: Sample) -> tuple[object, ...]:
        spacing = json.dumps(asdict(sample.spacing)) if sample.spacing else None
        return (sample.id, sample.group, self._relative(sample.image), sample.image_sha256, sample.rows,
                sample.columns, _dumped(sample.provenance), sample.class_name, sample.title, sample.modality,
                spacing, sample.source_set, self._relative(sample.mask), sample.mask_sha256,
                _dumped(sample.mask_provenance), json.dumps(sample.label_values), json.dumps(asdict(sample.review)),
                sample.split, sample.view, sample.scanner)

    def _sample(self, row: tuple[Any, ...]) -> Sample:
        record = dict(zip(_COLUMNS, row, strict=True))
        review = json.loads(record["review"])
        return Sample(
            id=record["id"], group=record["grp"], image=self._folder / record["image"],
            image_sha256=record["image_sha256"], rows=record["rows"], columns=record["columns"],
            provenance=_loaded(record["provenance"]), class_name=record["class_name"], title=record["title"],
            modality=record["modality"],
            spacing=PixelSpacing(**json.loads(record["spacing"])) if record["spacing"] else None,
            source_set=record["source_set"], mask=self._folder / record["mask"] if record["mask"] else None,
            mask_sha256=record["mask_sha256"], mask_provenance=_loaded(record["mask_provenance"]),
            label_values=tuple(json.loads(record["label_values"])),
            review=Review(**{**review, "state": ReviewState(review["state"])}), split=record["split"],
            view=record["view"], scanner=record["scanner"])

    def _relative(self, path: Path | None) -> str | None:
        return path.relative_to(self._folder).as_posix() if path else None


def _connect(path: Path, writable: bool) -> sqlite3.Connection:
    """Open the file; reading falls back to an immutable view where the disk cannot hold SQLite's helpers."""
    if writable:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=10,
                                     isolation_level=None, check_same_thread=False)
        try:
            with closing(connection.execute("SELECT name FROM facts LIMIT 1")):
                return connection
        except sqlite3.OperationalError:
            connection.close()
    raise ProjectError("project-damaged", path=path.parent, detail="it cannot be read")


def _dumped(provenance: Provenance | None) -> str | None:
    return json.dumps(provenance.record(), sort_keys=True) if provenance else None


def _loaded(text: str | None) -> Provenance | None:
    """None also where another program wrote something that is no provenance: exporters refuse it by name."""
    try:
        record: Mapping[str, Any] = json.loads(text) if text else {}
        return Provenance.from_record(record) if record else None
    except (ValueError, TypeError):
        return None
