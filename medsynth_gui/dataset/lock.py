"""FolderLock: one program at a time writes a project; the system lets go of it when the program dies."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO

from medsynth_gui.core.errors import ProjectError, StorageError

_held: dict[Path, FolderLock] = {}
_guard = threading.Lock()


class FolderLock:
    """The right of this program to write a folder; counted, because a job and the window may share it.

    `mutex` orders writers inside the program.
    """

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.mutex = threading.RLock()
        self._path = path
        self._stream = stream
        self._holders = 1

    @classmethod
    def acquire(cls, folder: Path) -> FolderLock:
        """Lock a folder.

        Raises:
            ProjectError: another program writes it.
            StorageError: the folder cannot be written.
        """
        path = (folder / "project.lock").resolve()
        with _guard:
            if lock := _held.get(path):
                lock._holders += 1
                return lock
            try:
                stream = path.open("ab")
            except OSError as error:
                raise StorageError("not-writable", path=folder, detail=error.strerror or error) from error
            try:
                _lock_file(stream)
            except OSError as error:
                stream.close()
                raise ProjectError("project-locked", path=folder) from error
            lock = _held[path] = cls(path, stream)
            return lock

    def release(self) -> None:
        """Give up one hold; the last one frees the folder."""
        with _guard:
            self._holders -= 1
            if self._holders == 0:
                _held.pop(self._path, None)
                self._stream.close()


def _lock_file(stream: IO[bytes]) -> None:
    """Lock without waiting; raises OSError where another program holds it."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
