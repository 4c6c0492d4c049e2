"""Commands between frames: copy a mask, interpolate between keyframes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.raster import mask_box
from medsynth_gui.session.mask_commands import settle_gesture
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.operations import snapshot
from medsynth_gui.session.session import Session

if TYPE_CHECKING:
    from medsynth_gui.jobs.operate import InterpolateMasks


def copy_mask(session: Session, by: int, *, every_label: bool = True, replace: bool = False) -> bool:
    """Copy the labels of the frame shown to the frame `by` further on, and show it. One undo step.

    Args:
        every_label: all labels, or the active one alone.
        replace: what these labels have there goes first; otherwise only background is painted.

    Returns:
        False where there is no such frame or nothing to copy.
    """
    from medsynth_gui.session.commands import select_frame

    opened = session.current
    if opened is None or not 0 <= opened.frame + by < opened.series.frame_count:
        return False
    settle_gesture(session)
    document, target = opened.document, opened.frame + by
    source = document.labels(opened.frame)
    values = [int(value) for value in np.unique(source) if value and (every_label or value == session.active_label)]
    if not values:
        return False
    there = document.labels(target)
    free = there == 0
    if replace:
        free |= np.isin(there, values)
    with document.step("Copy to another frame"):
        if replace:
            gone = free & (there != 0) & ~np.isin(source, values)
            box = mask_box(target, gone)
            document.paint(box, gone[box.slices], 0)
        for value in values:
            mask = (source == value) & free
            box = mask_box(target, mask)
            document.paint(box, mask[box.slices], value)
    select_frame(session, target)
    return True


def keyframes(opened: OpenSeries) -> tuple[int, ...]:
    """The frames that interpolation keeps: those marked as keyframes, else all that have a label."""
    marked = tuple(sorted(mark.frame for mark in opened.note.marks if not mark.event))
    return marked or opened.document.labelled_frames()


def interpolate_job(session: Session, *, all_gaps: bool = False) -> InterpolateMasks:
    """Fill the gap around the frame shown, or all gaps, for every label that is not locked.

    Raises:
        UsageError: nothing is open, or no label is on two keyframes with a gap between.
    """
    from medsynth_gui.jobs.operate import Gap, InterpolateMasks

    opened = session.current
    if opened is None:
        raise UsageError("nothing-open")
    settle_gesture(session)
    places: dict[int, list[int]] = {}
    for frame in keyframes(opened):
        for value in np.flatnonzero(np.bincount(opened.document.labels(frame).ravel(), minlength=256)[1:]) + 1:
            places.setdefault(int(value), []).append(frame)
    gaps = [Gap(value, first, last) for value, frames in sorted(places.items())
            if value not in session.label_set.locked_values for first, last in pairwise(frames)
            if last - first > 1 and (all_gaps or first <= opened.frame <= last)]
    if not gaps:
        raise UsageError("no-gap")
    return InterpolateMasks(snapshot(opened), tuple(gaps))
