"""What a trial said of a model: `ablation.json` in its folder, which `medsynth trial` wrote as trial.json."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import Message
from medsynth_gui.core.messages import MESSAGES

FILE = "ablation.json"


def read_ablation(folder: Path) -> dict[str, Any]:
    """The table of the trial; empty where there is none or it cannot be read: a card is shown without it."""
    with suppress(OSError, ValueError):
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def verdicts(folder: Path) -> tuple[Message, ...]:
    """One sentence per comparison of the trial; those that this version has no words for are left out."""
    found = []
    for row in read_ablation(folder).get("differences", ()):
        with suppress(KeyError, TypeError, AttributeError):
            if row["message"]["id"] in MESSAGES:
                found.append(Message(row["message"]["id"], dict(row["message"].get("params", {}))))
    return tuple(found)
