"""Label sets that come with the program, one TOML file each."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

from medsynth_gui.core import paths
from medsynth_gui.core.errors import InputError
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.session.settings import Settings


def list_label_sets() -> dict[str, str]:
    """Id and title of each label set, by title."""
    found = {path.stem: str(_read(path)["title"]) for path in (paths.resources() / "label_sets").glob("*.toml")}
    return dict(sorted(found.items(), key=lambda row: row[1]))


def load_label_set(name: str) -> LabelSet:
    """The label set with this id.

    Raises:
        InputError: there is none, or its file is damaged.
    """
    raw = _read(paths.resources() / "label_sets" / f"{name}.toml")
    try:
        labels = tuple(Label.of_record(record) for record in raw["labels"])
    except (KeyError, TypeError):
        raise InputError("label-set-missing", name=name) from None
    if not labels:
        raise InputError("label-set-missing", name=name)
    return LabelSet(labels)


def remembered_labels(settings: Settings) -> LabelSet:
    """The labels as the user left them, else the chosen label set as it comes."""
    if (kept := labels_of_records(settings["labels"])) is not None:
        return kept
    try:
        return load_label_set(settings["label_set"])
    except InputError:
        return LabelSet.named("label 1")


def labels_of_records(records: object) -> LabelSet | None:
    """A label set as it was stored; None where it is empty or damaged."""
    with contextlib.suppress(TypeError, AttributeError, ValueError):
        if isinstance(records, list) and records:
            return LabelSet(tuple(Label.of_record(record) for record in records))
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError("label-set-missing", name=path.stem) from None
