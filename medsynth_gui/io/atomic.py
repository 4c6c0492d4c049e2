"""Files are written beside their place and then replaced: whole, or as they were before."""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder (same suffix); on success it replaces `path`.

    Missing folders are made. If the body raises, or leaves no file, nothing of it remains.

    Raises:
        StorageError: the disk is full, read-only or may not be written.
    """
    path = Path(path)
    # The stem is shortened because a name has at most 255 bytes on most file systems.
    temporary = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if _concerns_another_file(error, path):
            raise
        raise storage_error(path, error) from error
    finally:
        # Where even this fails (a read-only disk) there is nothing to remove.
        try:
            temporary.unlink(missing_ok=True)
        except OSError:
            pass


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """What the system says against writing `path` in place becomes a sentence.

    Raises:
        StorageError: the disk is full, read-only or may not be written.
    """
    try:
        yield
    except OSError as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: OSError) -> StorageError:
    """The sentence for a failed write."""
    if error.errno in _FULL:
        return StorageError("disk-full", path=path)
    return StorageError("not-writable", path=path, detail=error.strerror or error)


def _concerns_another_file(error: OSError, path: Path) -> bool:
    """Whether the body failed on a file elsewhere, such as one that it reads."""
    named = error.filename
    if not isinstance(named, str) or error.errno in _FULL:
        return False
    return path.parent != Path(named).parent and Path(named) not in (path, *path.parents)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file by these bytes."""
    with atomic_write(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Replace a file by this text, UTF-8 with line feeds."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any, *, indent: int | None = 2) -> None:
    """Replace a file by JSON; numpy scalars and paths are allowed."""
    write_text(path, json.dumps(value, indent=indent, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
