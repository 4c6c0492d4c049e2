"""Commands on the mask of the current series: proposals, whole frames, areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.core.raster import mask_box, value_counts
from medsynth_gui.session.label_commands import ensure_labels, name_labels
from medsynth_gui.session.label_meeting import meet_labels
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session
from medsynth_gui.session.snapshots import keep_before

if TYPE_CHECKING:
    from medsynth_gui.jobs.import_masks import LoadedMask

Labels = npt.NDArray[np.uint8]


def settle_gesture(session: Session) -> None:
    """Before the image goes away under the pointer: a stroke is kept, an open outline is given up, which is told."""
    if session.toolbox.corners > 1:
        session.problem.emit(Message("outline-given-up", {"count": session.toolbox.corners}))
    if session.current is not None and session.current.document.stepping:
        session.toolbox.finish()
    session.toolbox.cancel()


def offer_proposal(session: Session, opened: OpenSeries, layer: ResultLayer | None) -> None:
    """Attach what a model made to the series it was made for, whatever happened to its mask meanwhile.

    Its labels are found again by their names: value 1 of another model is another thing.
    """
    if layer is not None and layer.names:
        layer = layer.in_values(meet_labels(session, opened, layer.names))
    opened.proposal = layer
    if opened is session.current:
        session.proposal_changed.emit(layer)


def proposal_is_stale(opened: OpenSeries) -> bool:
    """The mask has changed since the model looked at the series."""
    return opened.proposal is not None and opened.proposal.document_revision != opened.document.revision


def accept_proposal(session: Session, frames: Iterable[int] | None = None) -> bool:
    """Make the proposal of the current series (or of some frames of it) the mask, as one undoable step.

    Labels that the proposal does not use stay; where it says background, the labels that it uses are cleared.

    Returns:
        False if there is no proposal.
    """
    opened = session.current
    if opened is None or opened.proposal is None:
        return False
    settle_gesture(session)
    layer = opened.proposal
    chosen = dict(layer.masks) if frames is None else {f: layer.masks[f] for f in frames if f in layer.masks}
    if len(chosen) > 1:
        keep_before(session, opened, f"Before accepting {layer.title}")
    used = frozenset(value for mask in layer.masks.values() for value in _values(mask))
    put_labels(session, opened, chosen, name=f"Accept {layer.title}", clear=used)
    session.set_note(opened, opened.note.with_accepted(dict.fromkeys(chosen, layer.provenance)))
    offer_proposal(session, opened, None)
    return True


def reject_proposal(session: Session) -> bool:
    """Drop the proposal of the current series. False if there is none."""
    if session.current is None or session.current.proposal is None:
        return False
    offer_proposal(session, session.current, None)
    return True


def put_labels(session: Session, opened: OpenSeries, masks: Mapping[int, Labels], *, name: str,
               clear: frozenset[int]) -> None:
    """Write label values (y, x) by frame as one step: all but 0, and 0 over the labels in `clear`."""
    ensure_labels(session, {value for mask in masks.values() for value in _values(mask)})
    cleared = np.zeros(256, np.bool_)
    cleared[sorted(clear)] = True
    write_frames(opened.document, masks, name=name, clear=cleared)


def write_frames(document: MaskDocument, masks: Mapping[int, Labels], *, name: str,
                 clear: npt.NDArray[np.bool_]) -> None:
    """Write label values (y, x) by frame as one step: all but 0, and 0 where `clear` (256) says so of what is there."""
    with document.step(name):
        for frame, mask in sorted(masks.items()):
            now = document.labels(frame)
            box = mask_box(frame, now != mask)
            if box.empty:
                continue
            before, wanted = now[box.slices], mask[box.slices]
            differs = before != wanted
            if not clear.all():
                differs &= (wanted != 0) | clear[before]
            for value in (0, *_values(wanted)):
                document.paint(box, differs & (wanted == value), value)


def load_mask(session: Session, opened: OpenSeries, loaded: LoadedMask) -> None:
    """Put a mask that was read from a file in place of that of its frames, as one undoable step."""
    if opened is session.current:
        settle_gesture(session)
    name_labels(session, loaded.names)
    put_labels(session, opened, loaded.masks, name="Load a mask",
               clear=frozenset(range(1, 256)) - session.label_set.locked_values)


def _values(mask: Labels) -> list[int]:
    """The labels in a mask (y, x), ascending."""
    return [int(value) for value in np.flatnonzero(value_counts(mask)) if value]


def clear_frame(session: Session) -> None:
    """Remove all labels that are not locked from the frame shown."""
    opened = session.current
    if opened is not None:
        settle_gesture(session)
        _, rows, columns = opened.document.shape
        with opened.document.step("Clear frame"):
            opened.document.paint(Region(opened.frame, 0, 0, rows, columns), np.ones((rows, columns), np.bool_), 0)


@dataclass(frozen=True)
class LabelStatistics:
    """How much of a frame a label covers; mm² only where the series is calibrated."""

    value: int
    name: str
    area_px: int
    area_mm2: float | None


def label_statistics(session: Session, frame: int | None = None) -> tuple[LabelStatistics, ...]:
    """Areas of every label of the set on one frame (the one shown by default)."""
    opened = session.current
    if opened is None:
        return ()
    counts = opened.document.areas(opened.frame if frame is None else frame)
    spacing = opened.series.spacing
    pixel_mm2 = spacing.y_mm * spacing.x_mm if spacing else None
    return tuple(LabelStatistics(label.value, label.name, int(counts[label.value]),
                                 int(counts[label.value]) * pixel_mm2 if pixel_mm2 else None)
                 for label in session.label_set)
