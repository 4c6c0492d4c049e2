"""Commands on the label list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.labels import PALETTE, Label, LabelSet
from medsynth_gui.session.label_sets import load_label_set
from medsynth_gui.session.session import Session

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def add_label(session: Session, name: str) -> Label:
    """Add a label and make it the active one.

    Raises:
        UsageError: the name is empty or used, or there are 255 labels.
    """
    name = _checked_name(session, name, value=0)
    if len(session.label_set) >= 255:
        raise UsageError("labels-full")
    labels = session.label_set.added(name)
    session.active_label = labels.labels[-1].value
    _store(session, labels)
    return labels.labels[-1]


def change_label(session: Session, value: int, *, name: str | None = None, color: str | None = None,
                 locked: bool | None = None, visible: bool | None = None, opacity: float | None = None) -> None:
    """Rename, recolour, lock, hide or fade a label; what is None stays.

    Args:
        color: as #rrggbb.
        opacity: 0..1.

    Raises:
        UsageError: the name is empty or used.
        ValueError: not a colour.
    """
    if name is not None:
        name = _checked_name(session, name, value=value)
    if color is not None and not _COLOR.fullmatch(color):
        raise ValueError(f"{color!r} is not a colour such as #56B4E9")
    if opacity is not None:
        opacity = min(max(opacity, 0.0), 1.0)
    fields = {"name": name, "color": color, "locked": locked, "visible": visible, "opacity": opacity}
    changes = {key: given for key, given in fields.items() if given is not None}
    _store(session, session.label_set.changed(value, **changes))


def choose_label(session: Session, value: int) -> None:
    """Make a label the active one; unknown values are ignored."""
    if session.label_set.find(value) and value != session.active_label:
        session.active_label = value
        _store(session, session.label_set)


def use_label_set(session: Session, name: str) -> None:
    """Take one of the label sets that come with the program; values of masks stay as they are.

    Raises:
        InputError: there is none with this id.
    """
    labels = load_label_set(name)
    session.settings["label_set"] = name
    session.active_label = labels.labels[0].value
    _store(session, labels)


def ensure_labels(session: Session, values: Iterable[int]) -> None:
    """Give values that a mask uses and the set does not have a label of their own."""
    missing = sorted(value for value in values if session.label_set.find(value) is None)
    if missing:
        news = (Label(value, f"label {value}", PALETTE[(value - 1) % len(PALETTE)]) for value in missing)
        _store(session, LabelSet((*session.label_set, *news)))


def _checked_name(session: Session, name: str, *, value: int) -> str:
    name = name.strip()
    if not name:
        raise UsageError("label-name-empty")
    if any(label.name.casefold() == name.casefold() and label.value != value for label in session.label_set):
        raise UsageError("label-name-used", name=name)
    return name


def _store(session: Session, labels: LabelSet) -> None:
    meaning = [(label.value, label.name, label.color, label.locked) for label in labels]
    changed = meaning != [(label.value, label.name, label.color, label.locked) for label in session.label_set]
    session.label_set = labels
    session.settings.update({"labels": [asdict(label) for label in labels], "active_label": session.active_label})
    if changed and session.project is not None and session.project.writable:
        session.project.set_labels(labels)
    session.labels_changed.emit(labels)
