"""ProjectFolder: the folder of a project, opened, locked and closed; its name, labels and secret."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from medsynth_gui.core.errors import ProjectError, StorageError
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.dataset.files import Mutex
from medsynth_gui.dataset.lock import FolderLock
from medsynth_gui.dataset.store import FILE_NAME, FORMAT, SampleStore


class ProjectFolder:
    """What `create` and `open` give; one thread at a time uses an instance.

    Attributes:
        folder: where it is.
        writable: False refuses changes and needs no lock, so that it may be read while another program writes.
    """

    def __init__(self, folder: Path, store: SampleStore, lock: FolderLock | None) -> None:
        self.folder = folder
        self.writable = lock is not None
        self._store = store
        self._lock = lock
        self._facts = store.facts()

    @classmethod
    def create(cls, folder: Path, *, name: str = "", labels: LabelSet | None = None) -> Self:
        """Make a folder a project.

        Args:
            name: decides, with the group, what is held out; the folder's name by default.

        Raises:
            ProjectError: it already is one, or it holds other files.
            StorageError: it cannot be written.
        """
        folder = folder.resolve()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ProjectError("project-exists", path=folder)
        try:
            for part in ("images", "masks"):
                (folder / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError("not-writable", path=folder, detail=error.strerror or error) from error
        project = cls._locked(folder)
        project._set_facts(format=str(FORMAT), name=name or folder.name, key=secrets.token_hex(16),
                           created=now(), labels=_labels_text(labels or LabelSet()))
        return project

    @classmethod
    def open(cls, folder: Path, *, writable: bool = True) -> Self:
        """Open a project.

        Raises:
            ProjectError: it is none, is damaged or newer, or another program writes it.
            StorageError: it cannot be written.
        """
        folder = folder.resolve()
        if not (folder / FILE_NAME).is_file():
            raise ProjectError("project-missing", path=folder)
        project = cls._locked(folder) if writable else cls(folder, SampleStore(folder, writable=False), None)
        if not project._facts.get("key"):
            project.close()
            raise ProjectError("project-damaged", path=folder, detail="its facts are missing")
        return project

    @classmethod
    def _locked(cls, folder: Path) -> Self:
        lock = FolderLock.acquire(folder)
        try:
            return cls(folder, SampleStore(folder), lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder; closing twice is harmless."""
        self._store.close()
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    @property
    def name(self) -> str:
        return self._facts["name"]

    @property
    def key(self) -> bytes:
        """The secret that turns groups into pseudonyms; it never leaves the folder."""
        return bytes.fromhex(self._facts["key"])

    @property
    def labels(self) -> LabelSet:
        return LabelSet(tuple(Label.of_record(record) for record in json.loads(self._facts.get("labels", "[]"))))

    def set_labels(self, labels: LabelSet) -> None:
        self._set_facts(labels=_labels_text(labels))

    @property
    def generators(self) -> dict[str, frozenset[tuple[str, str]]]:
        """SHA-256 of a generator's weights -> (set, group) of those that it has seen."""
        known = json.loads(self._facts.get("generators", "{}"))
        return {digest: frozenset((str(name), str(group)) for name, groups in sets.items() for group in groups)
                for digest, sets in known.items()}

    def note_generator(self, model_sha256: str, groups: Mapping[str, Iterable[str]]) -> None:
        """Remember on whom a generator was trained: its images follow these groups in every split.

        Args:
            groups: set name -> groups, as in a model's groups.json.
        """
        known = json.loads(self._facts.get("generators", "{}"))
        before = known.get(model_sha256, {})
        merged = {name: sorted({*before.get(name, ()), *groups.get(name, ())}) for name in sorted({*before, *groups})}
        if model_sha256 and merged and merged != before:
            self._set_facts(generators=json.dumps({**known, model_sha256: merged}, sort_keys=True))

    def _set_facts(self, **facts: str) -> None:
        with self._writing():
            self._store.set_facts(**facts)
            self._facts.update(facts)

    def _writing(self) -> Mutex:
        if self._lock is None:
            raise ProjectError("project-read-only", path=self.folder)
        return self._lock.mutex


def _labels_text(labels: LabelSet) -> str:
    return json.dumps([asdict(label) for label in labels])


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
