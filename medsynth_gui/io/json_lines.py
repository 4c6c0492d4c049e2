"""JSON lines that a killed program or a full disk cannot spoil: whole lines count, what follows them is cut off."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from medsynth_gui.io.atomic import storing


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Append a record; it is on the disk when this returns, or nothing of it is.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:
            start = stream.tell()
            try:
                stream.write(json.dumps(record, default=str).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            except OSError:
                with suppress(OSError):
                    os.truncate(path, start)
                raise


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file, one after another; none where there is no file.

    Raises:
        ValueError: a whole line is no JSON object.
        OSError: it cannot be read.
    """
    if not path.is_file():
        return
    with path.open("rb") as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                return
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError(f"{path.name} holds a line that is no record")
            yield record


def cut_broken_end(path: Path) -> None:
    """Remove the line that a crash cut short, so that the next one begins at a line's start.

    Raises:
        StorageError: the disk may not be written.
    """
    if not path.is_file():
        return
    with storing(path), path.open("rb+") as stream:
        end = stream.seek(0, os.SEEK_END)
        start, tail = end, b""
        while start and b"\n" not in tail:
            start = max(0, start - 4096)
            stream.seek(start)
            tail = stream.read(end - start)
        whole = start + tail.rfind(b"\n") + 1
        if whole < end:
            stream.truncate(whole)
