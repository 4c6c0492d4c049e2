"""Snapshots: named versions of a mask, one small file each in a folder beside its journal.

A file is like a compacted journal without history: the magic, a header (JSON) and a record for each labelled frame.
"""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import InputError, StorageError
from medsynth_gui.core.label_map import LabelMap
from medsynth_gui.session.journal_records import FRAME, HEADER, decode_frame, encode_frame, record, records

if TYPE_CHECKING:
    from medsynth_gui.session.opened import OpenSeries
    from medsynth_gui.session.session import Session

MAGIC = b"MedSynth version 1\n"
_SUFFIX = ".version"
_DELETED = ".deleted"
_HEAD_BYTES = 4096
_NAME_CHARACTERS = 120
AUTOMATIC_KEPT = 10


@dataclass(frozen=True)
class Snapshot:
    """One version of a mask.

    Attributes:
        name: what the person called it, or what the program was about to do.
        at: when it was taken, ISO 8601 in UTC.
        automatic: the program took it.
    """

    path: Path
    name: str
    at: str
    automatic: bool
    frames: int
    rows: int
    columns: int


class Snapshots:
    """The versions of one mask.

    Args:
        folder: theirs alone; made when the first is taken.
        shape: (frames, rows, columns) of the series; versions of another shape are not listed.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int]) -> None:
        self._folder, self._shape = folder, shape

    def list(self) -> tuple[Snapshot, ...]:
        """All versions, the latest first; files that cannot be read are left out."""
        found = (_head(path) for path in self._folder.glob(f"*{_SUFFIX}"))
        ours = [item for item in found if item and (item.frames, item.rows, item.columns) == self._shape]
        return tuple(sorted(ours, key=lambda item: item.path.name, reverse=True))

    def take(self, name: str, packed: Mapping[int, bytes], *, automatic: bool = False) -> Snapshot:
        """Keep the labelled frames as `LabelMap.pack` gives them; of automatic versions the latest ten stay.

        Raises:
            StorageError: the disk refuses.
        """
        from medsynth_gui.io.atomic import atomic_write

        now = datetime.now(UTC)
        path = self._folder / f"{now:%Y%m%dT%H%M%S%f}{_SUFFIX}"
        snapshot = Snapshot(path, name.strip()[:_NAME_CHARACTERS], now.isoformat(timespec="seconds"), automatic,
                            *self._shape)
        with atomic_write(path) as beside, beside.open("wb") as stream:
            stream.write(MAGIC + record(HEADER, json.dumps({**asdict(snapshot), "path": ""}).encode()))
            stream.writelines(record(FRAME, encode_frame(frame, data)) for frame, data in sorted(packed.items()))
        for old in [item for item in self.list() if item.automatic][AUTOMATIC_KEPT:]:
            self._drop(old.path)
        return snapshot

    def packed(self, snapshot: Snapshot) -> dict[int, bytes]:
        """The labelled frames of a version, compressed.

        Raises:
            InputError: its file is gone or damaged.
        """
        try:
            data = snapshot.path.read_bytes()
            found = list(records(data, len(MAGIC)))
            if not found or found[-1][2] != len(data):
                raise ValueError("a version is cut or damaged")
            return dict(decode_frame(payload) for kind, payload, _ in found if kind == FRAME)
        except (OSError, ValueError, struct.error):
            raise InputError("version-damaged", name=snapshot.name) from None

    def labels(self, snapshot: Snapshot) -> LabelMap:
        """The label images of a version.

        Raises:
            InputError: its file is gone or damaged.
        """
        made = LabelMap(*self._shape)
        try:
            made.unpack(self.packed(snapshot))
        except ValueError:
            raise InputError("version-damaged", name=snapshot.name) from None
        return made

    def delete(self, snapshot: Snapshot) -> None:
        """Take a version off the list; until the next one is deleted it can be had back."""
        self.forget_deleted()
        with contextlib.suppress(OSError):
            snapshot.path.replace(snapshot.path.with_suffix(_DELETED))

    def bring_back(self) -> bool:
        """Undo the last deletion. False where there is nothing to bring back."""
        found = sorted(self._folder.glob(f"*{_DELETED}"))
        with contextlib.suppress(OSError):
            for path in found:
                path.replace(path.with_suffix(_SUFFIX))
            return bool(found)
        return False

    def forget_deleted(self) -> None:
        """Remove for good what was deleted."""
        for path in self._folder.glob(f"*{_DELETED}"):
            self._drop(path)

    @staticmethod
    def _drop(path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def snapshots_of(session: Session, opened: OpenSeries) -> Snapshots:
    """The versions of an opened series."""
    return Snapshots(session.folder / f"{opened.key}.versions", opened.document.shape)


def keep_before(session: Session, opened: OpenSeries, name: str) -> None:
    """An automatic version before many frames change; a disk that refuses is told of and stops nothing."""
    packed = opened.document.packed()
    if not packed:
        return
    try:
        snapshots_of(session, opened).take(name, packed, automatic=True)
    except StorageError as error:
        session.problem.emit(error.message)


def _head(path: Path) -> Snapshot | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(_HEAD_BYTES)
        if data.startswith(MAGIC):
            kind, payload, _ = next(records(data, len(MAGIC)))
            if kind == HEADER:
                return Snapshot(**{**json.loads(payload), "path": path})
    except (OSError, ValueError, TypeError, StopIteration):
        pass
    return None
