"""The right to write one journal: a file with pid and host, locked by the system for as long as its owner lives."""

from __future__ import annotations

import errno
import json
import os
import platform
from pathlib import Path
from typing import IO

from medsynth_gui.core.errors import StorageError

# Far behind the text, so that others may read who holds it where locked bytes cannot be read.
_LOCKED_BYTE = 1 << 20
_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})


class JournalLock:
    """Held from construction to `release`. What a dead program left is taken over.

    Args:
        path: the lock file.
        title: what the person calls the series.

    Raises:
        StorageError: a living program holds it.
        OSError: the folder cannot be written.
    """

    def __init__(self, path: Path, *, title: str) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            stream = path.open("a+b")
            try:
                _lock(stream)
            except OSError as error:
                if error.errno not in _HELD:
                    break  # a file system without locks: better unguarded than not at all
                holder = _holder(path)
                stream.close()
                raise StorageError("journal-locked", title=title, pid=holder.get("pid", "?"),
                                   host=holder.get("host", "?")) from error
            # Its owner may have removed the file between our opening and locking it.
            if path.exists() and os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                break
            stream.close()
        stream.truncate(0)
        stream.write(json.dumps({"pid": os.getpid(), "host": platform.node()}).encode())
        stream.flush()
        self._stream: IO[bytes] | None = stream

    def release(self) -> None:
        """Let others write; releasing twice is harmless."""
        if self._stream is None:
            return
        if os.name != "nt":
            self._path.unlink(missing_ok=True)
        self._stream.close()
        self._stream = None


def _holder(path: Path) -> dict[str, object]:
    try:
        holder = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _lock(stream: IO[bytes]) -> None:
    """Lock without waiting; raises OSError where another program holds it."""
    if os.name == "nt":
        import msvcrt

        stream.seek(_LOCKED_BYTE)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
