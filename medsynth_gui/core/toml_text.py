"""TOML as text: what `tomllib` reads back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def toml_value(value: Any) -> str:
    """One value on one line; JSON's strings, numbers, booleans and lists are TOML's too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {toml_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def toml_text(document: Mapping[str, Any]) -> str:
    """A whole document: plain values first, then a section for each table, tables within them inline."""
    plain = [f"{_key(key)} = {toml_value(value)}" for key, value in document.items() if not isinstance(value, Mapping)]
    lines = plain
    for name, table in document.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{_key(name)}]", *(f"{_key(key)} = {toml_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _key(name: object) -> str:
    text = str(name)
    return text if re.fullmatch(r"[\w-]+", text, re.ASCII) else json.dumps(text, ensure_ascii=False)
