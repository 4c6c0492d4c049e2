"""Carrying masks along a cine: from which keyframes, and to which frames."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from medsynth_gui.core.cine import Mark, neighbour
from medsynth_gui.core.errors import UsageError
from medsynth_gui.session.mask_commands import offer_proposal, settle_gesture
from medsynth_gui.session.measure_commands import set_marks
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session

if TYPE_CHECKING:
    from medsynth_gui.core.layers import ResultLayer
    from medsynth_gui.jobs.propagate import PropagateSeries

WAYS = ("both", "forward", "backward", "all")


def labelled_keyframes(opened: OpenSeries) -> tuple[int, ...]:
    """Frames that are marked as keyframes and have a label, in order."""
    labelled = set(opened.document.labelled_frames())
    return tuple(sorted(mark.frame for mark in opened.note.marks if not mark.event and mark.frame in labelled))


def propagate_job(session: Session, way: str = "both") -> PropagateSeries:
    """Carry the mask of the frame shown to its neighbours up to the next keyframe on either side.

    The frame becomes a keyframe; between two keyframes both count. What lies beyond them is left alone, so that
    a corrected frame is carried on without touching what is right already.

    Args:
        way: "both", "forward" or "backward" from the frame shown; "all": every frame that is no keyframe, from all.

    Raises:
        UsageError: nothing is open, nothing is labelled that could be carried, or no frame is left to fill.
    """
    from medsynth_gui.jobs.propagate import PropagateSeries

    opened = session.current
    if opened is None:
        raise UsageError("nothing-open")
    settle_gesture(session)
    document, frame, count = opened.document, opened.frame, opened.series.frame_count
    keys = labelled_keyframes(opened)
    if document.labels(frame).any():
        keys = tuple(sorted({*keys, frame}))
    elif way != "all" or not keys:
        raise UsageError("frame-unlabelled", frame=frame + 1)
    if way == "all":
        wanted = set(range(count)) - set(keys)
    else:
        before, after = bisect_left(keys, frame), bisect_right(keys, frame)
        first, last = keys[before - 1] if before else -1, keys[after] if after < len(keys) else count
        wanted = set(range(frame + 1 if way == "forward" else first + 1,
                           frame if way == "backward" else last)) - {frame}
        keys = tuple(key for key in keys if first <= key <= last)
    if not wanted:
        raise UsageError("no-frames-left")
    if Mark(frame) not in opened.note.marks and frame in keys:
        set_marks(session, tuple(sorted({*opened.note.marks, Mark(frame)})))
    return PropagateSeries(opened.series, {key: document.labels(key).copy() for key in keys}, tuple(sorted(wanted)),
                           document.revision)


def drift_neighbour(session: Session, direction: int) -> int | None:
    """The next frame (+1), or the one before (-1), where what is proposed has lost the image; round at the ends."""
    layer = session.proposal
    if layer is None or not layer.drifted:
        return None
    found = neighbour(layer.drifted, session.frame, direction)
    return layer.drifted[0 if direction > 0 else -1] if found is None else found


def offer_carried(session: Session, opened: OpenSeries, layer: ResultLayer) -> None:
    """Offer what was carried along; what an older propagation says of other frames stays proposed, keyframes not."""
    keys = set(labelled_keyframes(opened))
    older = opened.proposal.only(opened.proposal.masks.keys() - keys) if opened.proposal else None
    offer_proposal(session, opened, layer.over(older))
