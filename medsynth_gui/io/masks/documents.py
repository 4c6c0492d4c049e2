"""Text files of annotations: read within bounds, whatever is wrong with them becomes a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.limits import quoted

_MOST_BYTES = 1 << 30


def read_text(path: Path, *, most_bytes: int = _MOST_BYTES, errors: str = "strict") -> str:
    """A text file, UTF-8 with or without a mark; `errors` as `open` takes it.

    Raises:
        InputError: it is missing, too large or not text.
    """
    try:
        if path.stat().st_size > most_bytes:
            raise InputError("annotations-damaged", path=path, detail=f"it is larger than {most_bytes >> 20} MB")
        return path.read_text(encoding="utf-8-sig", errors=errors)
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except UnicodeDecodeError:
        raise InputError("annotations-damaged", path=path, detail="it is not text in UTF-8") from None
    except OSError as error:
        raise InputError("file-unreadable", path=path, detail=error.strerror or error) from error


def read_json(path: Path) -> Any:
    """A JSON file.

    Raises:
        InputError: it cannot be read, is cut, or is nested too deep.
    """
    try:
        return json.loads(read_text(path))
    except RecursionError:
        raise InputError("annotations-damaged", path=path, detail="it is nested too deep") from None
    except ValueError as error:
        raise InputError("annotations-damaged", path=path, detail=quoted(error)) from error


def records(value: Any) -> list[dict[str, Any]]:
    """The entries of a list that are records; nothing where it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def whole(value: Any, default: int = 0) -> int:
    """A whole number below 2**31 that a file gives as number or text, else the default."""
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        return default
    return found if abs(found) < 1 << 31 else default


def size_of(record: dict[str, Any], rows: str, columns: str) -> tuple[int, int] | None:
    """(rows, columns) of a record; None unless both are positive."""
    found = whole(record.get(rows)), whole(record.get(columns))
    return found if min(found) > 0 else None
