"""Records on stdout, as one JSON object or as text; sentences on stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from medsynth_gui.core.errors import Message


def print_record(record: Mapping[str, Any], as_json: bool, text: str = "") -> None:
    """Print a result, in the words of `text` where it has any. As text, what failed goes to stderr."""
    plain = to_plain(record)
    if as_json:
        print(json.dumps(plain))
        return
    failed = plain.get("failed")
    lines = [text] if text else text_lines({key: value for key, value in plain.items() if key != "failed"})
    for line in lines:
        print(line)
    for failure in failed if isinstance(failed, list) else ():
        print(_failure_line(failure), file=sys.stderr)
    sys.stdout.flush()


def brief(record: Mapping[str, Any]) -> str:
    """A record as text for people: of rows their number, and the means of their figures."""
    return "\n".join(text_lines(_without_rows(to_plain(record))))


def _without_rows(record: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in record.items():
        if isinstance(item, dict):
            found[key] = _without_rows(item)
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            figures = {name for row in item for name, value in row.items() if isinstance(value, float)}
            found[key] = {"count": len(item), **{f"mean {name}": _mean([row.get(name) for row in item])
                                                 for name in sorted(figures)}}
        else:
            found[key] = item
    return found


def _mean(values: list[Any]) -> float:
    known = [value for value in values if isinstance(value, (int, float))]
    return round(sum(known) / len(known), 4)


def print_error(message: Message, as_json: bool) -> None:
    """Print a failure: the sentence on stderr, and with --json as `{"error": {"id", "message"}}` on stdout."""
    sentence = message.english()
    print(sentence, file=sys.stderr)
    if as_json:
        print(json.dumps({"error": {"id": message.id, "message": sentence}}))


def to_plain(value: Any) -> Any:
    """What JSON can hold: paths become text, numpy scalars numbers, and numbers that are none become null."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, Message):
        return value.english()
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def text_lines(value: Any, indent: str = "") -> Iterator[str]:
    """A record as indented `name: value` lines; an entry of a list of records starts with a dash."""
    for key, item in value.items():
        if item in (None, "", [], {}):
            continue
        if isinstance(item, dict):
            yield f"{indent}{key}:"
            yield from text_lines(item, indent + "  ")
        elif isinstance(item, list) and isinstance(item[0], dict):
            yield f"{indent}{key}:"
            for entry in item:
                first, *rest = list(text_lines(entry, indent + "    ")) or [""]
                yield f"{indent}  - {first.strip()}"
                yield from rest
        else:
            yield f"{indent}{key}: {', '.join(map(str, item)) if isinstance(item, list) else item}"


def _failure_line(failure: Any) -> str:
    if not isinstance(failure, dict):
        return str(failure)
    return str(failure.get("message") or failure)
