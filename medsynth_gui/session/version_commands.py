"""Commands on the versions of the current series' mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.label_map import Labels
from medsynth_gui.session.label_commands import ensure_labels
from medsynth_gui.session.mask_commands import settle_gesture, write_frames
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session
from medsynth_gui.session.snapshots import Snapshot, keep_before, snapshots_of


@dataclass(frozen=True)
class VersionDifference:
    """How a version and the mask of now differ.

    Attributes:
        frame: index of the frame the figures are of.
        then: label values (y, x) of the version.
        changed_px: pixels with another value.
        dice: 2 |A and B| / (|A| + |B|) of all labelled pixels with equal value; None where both are empty.
        frames: indices of all frames that differ.
    """

    frame: int
    then: Labels
    changed_px: int
    dice: float | None
    frames: tuple[int, ...]


def versions(session: Session) -> tuple[Snapshot, ...]:
    """Versions of the current series' mask, the latest first."""
    return snapshots_of(session, session.current).list() if session.current else ()


def take_version(session: Session, name: str) -> Snapshot:
    """Keep the mask of the current series as it is now.

    Raises:
        UsageError: nothing is open, or the name is empty.
        StorageError: the disk refuses.
    """
    opened = _current(session)
    if not name.strip():
        raise UsageError("version-name-empty")
    settle_gesture(session)
    return snapshots_of(session, opened).take(name, opened.document.packed())


def compare_version(session: Session, snapshot: Snapshot) -> VersionDifference:
    """Compare a version with the mask of now on the frame shown.

    Raises:
        InputError: the version is damaged.
    """
    opened = _current(session)
    snapshots = snapshots_of(session, opened)
    before, now = snapshots.packed(snapshot), opened.document.packed()
    then, current = snapshots.labels(snapshot).read(opened.frame), opened.document.labels(opened.frame)
    both = int(np.count_nonzero((then == current) & (then != 0)))
    total = int(np.count_nonzero(then)) + int(np.count_nonzero(current))
    frames = tuple(frame for frame in sorted({*before, *now}) if before.get(frame) != now.get(frame))
    return VersionDifference(opened.frame, then, int(np.count_nonzero(then != current)),
                             2 * both / total if total else None, frames)


def restore_version(session: Session, snapshot: Snapshot) -> None:
    """Make a version the mask again, as one undoable step; the mask of now becomes a version. Locked labels stay.

    Raises:
        InputError: the version is damaged; nothing is changed.
    """
    opened = _current(session)
    snapshots = snapshots_of(session, opened)
    labels, packed = snapshots.labels(snapshot), snapshots.packed(snapshot)
    settle_gesture(session)
    now = opened.document.packed()
    frames = [frame for frame in sorted({*packed, *now}) if packed.get(frame) != now.get(frame)]
    if not frames:
        return
    keep_before(session, opened, f"Before {snapshot.name}")
    masks = {frame: labels.read(frame) for frame in frames}
    ensure_labels(session, {int(value) for mask in masks.values() for value in np.unique(mask)} - {0})
    write_frames(opened.document, masks, name=f"Restore {snapshot.name}", clear=np.ones(256, np.bool_))


def delete_version(session: Session, snapshot: Snapshot) -> None:
    """Take a version off the list; see `bring_back_version`."""
    snapshots_of(session, _current(session)).delete(snapshot)


def bring_back_version(session: Session) -> bool:
    """Undo the last deletion of a version of the current series. False where there is none."""
    return snapshots_of(session, _current(session)).bring_back()


def _current(session: Session) -> OpenSeries:
    if session.current is None:
        raise UsageError("nothing-open")
    return session.current
