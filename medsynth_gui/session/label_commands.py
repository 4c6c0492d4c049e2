"""Commands on the label list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import numpy as np

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.labels import PALETTE, Label, LabelSet
from medsynth_gui.core.raster import mask_box
from medsynth_gui.session.label_sets import labels_of_records, load_label_set
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
    store_labels(session, labels)
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
    store_labels(session, session.label_set.changed(value, **changes))


def choose_label(session: Session, value: int) -> None:
    """Make a label the active one; unknown values are ignored."""
    if session.label_set.find(value) and value != session.active_label:
        session.active_label = value
        store_labels(session, session.label_set)


def move_label(session: Session, value: int, by: int) -> None:
    """Move a label up (negative) or down the list."""
    order = [label.value for label in session.label_set]
    if value in order:
        store_labels(session, session.label_set.moved(value, order.index(value) + by))


def merge_label(session: Session, value: int, into: int) -> int:
    """Give every pixel of one label another one, on all frames of the current series, as one undoable step.

    The label stays in the list without pixels, so that undo brings back what it means.

    Returns:
        How many pixels were changed.

    Raises:
        UsageError: one of the labels is locked.
    """
    opened = session.current
    source, target = session.label_set.find(value), session.label_set.find(into)
    if opened is None or source is None or target is None or source is target:
        return 0
    for label in (source, target):
        if label.locked:
            raise UsageError("label-locked", label=label.name)
    document, changed = opened.document, 0
    with document.step(f"Merge {source.name} into {target.name}"):
        for frame in document.labelled_frames():
            mask = document.labels(frame) == value
            box = mask_box(frame, mask)
            document.paint(box, mask[box.slices], into)
            changed += int(np.count_nonzero(mask))
    return changed


def remove_label(session: Session, value: int) -> None:
    """Take a label out of the list; only one that no frame of the current series has, and never the last.

    Raises:
        UsageError: the label is in use or locked, or the only one.
    """
    label = session.label_set.find(value)
    if label is None:
        return
    if len(session.label_set) == 1:
        raise UsageError("label-last")
    if label.locked:
        raise UsageError("label-locked", label=label.name)
    if value in _used_values(session):
        raise UsageError("label-used", label=label.name)
    labels = session.label_set.without(value)
    if session.active_label == value:
        session.active_label = labels.labels[0].value
    store_labels(session, labels)


def use_label_set(session: Session, name: str) -> None:
    """Take one of the label sets that come with the program, as it was left last.

    Masks stay as they are; values that they use and the set does not have get a label of their own.

    Raises:
        InputError: there is none with this id.
    """
    left = {**session.settings["label_sets_left"],
            session.settings["label_set"]: [asdict(label) for label in session.label_set]}
    labels = labels_of_records(left.get(name)) or load_label_set(name)
    session.settings.update({"label_sets_left": left, "label_set": name})
    session.active_label = labels.labels[0].value
    store_labels(session, labels)
    ensure_labels(session, _used_values(session))


def ensure_labels(session: Session, values: Iterable[int]) -> None:
    """Give values that a mask uses and the set does not have a label of their own."""
    missing = sorted(value for value in values if session.label_set.find(value) is None)
    if missing:
        news = (Label(value, f"label {value}", PALETTE[(value - 1) % len(PALETTE)]) for value in missing)
        store_labels(session, LabelSet((*session.label_set, *news)))


def name_labels(session: Session, names: Mapping[int, str]) -> None:
    """Add the labels of a mask that was read; values that the set has keep their own names."""
    news = tuple(Label(value, name, PALETTE[(value - 1) % len(PALETTE)]) for value, name in sorted(names.items())
                 if session.label_set.find(value) is None)
    if news:
        store_labels(session, LabelSet((*session.label_set, *news)))


def _checked_name(session: Session, name: str, *, value: int) -> str:
    name = name.strip()
    if not name:
        raise UsageError("label-name-empty")
    if any(label.name.casefold() == name.casefold() and label.value != value for label in session.label_set):
        raise UsageError("label-name-used", name=name)
    return name


def _used_values(session: Session) -> set[int]:
    """Label values on the frames of the current series."""
    if session.current is None:
        return set()
    document = session.current.document
    return {int(value) for frame in document.labelled_frames() for value in np.flatnonzero(document.areas(frame))} - {0}


def store_labels(session: Session, labels: LabelSet) -> None:
    """Make this the label list, kept in the project or else in the settings."""
    changed = labels != session.label_set
    session.label_set = labels
    if session.project is None:
        session.settings.update({"labels": [asdict(label) for label in labels], "active_label": session.active_label})
    elif changed and session.project.writable:
        session.project.set_labels(labels)
    session.labels_changed.emit(labels)
