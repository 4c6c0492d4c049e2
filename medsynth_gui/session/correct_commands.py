"""Commands on what models propose for a part of a frame: answers to clicks, and parts of a proposal."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.raster import Stamp, mask_box
from medsynth_gui.session.correcting import Correcting
from medsynth_gui.session.label_commands import ensure_labels
from medsynth_gui.session.mask_commands import offer_proposal, proposal_is_stale
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.requests import compute
from medsynth_gui.session.session import Session

if TYPE_CHECKING:
    from medsynth_gui.jobs.refine import Answer, RefineFrame

Mask = npt.NDArray[np.bool_]


def start_correcting(session: Session) -> Correcting:
    """The prompts of a session. While there are some undo means them; they last while their label is the active one."""
    correcting, told = Correcting(partial(store_correction, session)), False

    def follow(_: object) -> None:
        nonlocal told
        label = correcting.label
        if correcting.running and (label != session.active_label or label in session.label_set.locked_values):
            correcting.cancel()
        elif correcting.running != told:
            told = not told
            session.history_changed.emit(None)

    session.current_changed.connect(correcting.show)
    correcting.changed.connect(follow)
    session.labels_changed.connect(follow)
    return correcting


def refine_job(session: Session) -> RefineFrame:
    """Have the prompts of the running correction answered."""
    from medsynth_gui.jobs.refine import RefineFrame

    correcting = session.correcting
    assert correcting.target is not None
    return RefineFrame(correcting.target.series, correcting.frame, correcting.prompts(),
                       session.settings["model_refine"], compute(session))


def store_correction(session: Session, opened: OpenSeries, frame: int, label: int, answer: Answer) -> None:
    """Make an answer the label's mask of the frame, as one undoable step; locked labels stay.

    A proposal of the frame gives its part of the label up: it was corrected.
    """
    ensure_labels(session, {label})
    stale = proposal_is_stale(opened)
    labels = opened.document.labels(frame)
    with opened.document.step("Correct"):
        for wanted, value in ((answer.mask & (labels != label), label), (~answer.mask & (labels == label), 0)):
            box = mask_box(frame, wanted)
            opened.document.paint(box, wanted[box.slices], value)
    _note(session, opened, frame, answer.provenance)
    if opened.proposal is not None and frame in opened.proposal.masks:
        proposed = opened.proposal.masks[frame]
        _offer_rest(session, opened, opened.proposal, frame,
                    np.where(proposed == label, np.uint8(0), proposed), stale=stale)


def accept_part(session: Session, inside: Stamp) -> bool:
    """Make what the proposal has inside a shape the mask, as one undoable step; the rest stays proposed.

    Returns:
        False (and a sentence) if nothing of the proposal is inside.
    """
    opened = session.current
    proposed = opened.proposal.masks.get(inside.region.frame) if opened and opened.proposal else None
    if opened is None or opened.proposal is None or proposed is None or not (
            chosen := np.where(inside.mask, proposed[inside.region.slices], np.uint8(0))).any():
        session.problem.emit(Message("nothing-proposed-here"))
        return False
    region, layer, stale = inside.region, opened.proposal, proposal_is_stale(opened)
    values = [int(value) for value in np.unique(chosen) if value]
    ensure_labels(session, set(values))
    with opened.document.step(f"Accept a part of {layer.title}"):
        for value in values:
            opened.document.paint(region, chosen == value, value)
    _note(session, opened, region.frame, layer.provenance)
    rest = proposed.copy()
    rest[region.slices][inside.mask] = 0
    _offer_rest(session, opened, layer, region.frame, rest, stale=stale)
    return True


def _offer_rest(session: Session, opened: OpenSeries, layer: ResultLayer, frame: int, rest: npt.NDArray[np.uint8], *,
                stale: bool) -> None:
    """Keep what is left of a proposal; taking a part of it over does not make the rest out of date."""
    left = layer.with_mask(frame, rest)
    if left is not None and not stale:
        left = replace(left, document_revision=opened.document.revision)
    offer_proposal(session, opened, left)


def _note(session: Session, opened: OpenSeries, frame: int, provenance: Provenance) -> None:
    session.set_note(opened, opened.note.with_accepted({frame: provenance}))


def proposal_without(layer: ResultLayer | None, session: Session) -> npt.NDArray[np.uint8] | None:
    """What the proposal shows on the frame in front: without the label that is being corrected there."""
    proposed = layer.masks.get(session.frame) if layer else None
    correcting = session.correcting
    if proposed is None or not correcting.running or correcting.frame != session.frame:
        return proposed
    return np.where(proposed == correcting.label, np.uint8(0), proposed)


def correction_preview(session: Session) -> tuple[Region, npt.NDArray[np.uint8]] | None:
    """What accepting would do: the box and in it 1 where the label would be, 2 where it would go; None: nothing yet."""
    correcting = session.correcting
    found, target = correcting.shown, correcting.target
    if target is None or found is None:
        return None
    had = target.document.labels(correcting.frame) == correcting.label
    box = mask_box(correcting.frame, had | found.answer.mask)
    mask, before = found.answer.mask[box.slices], had[box.slices]
    return box, mask.astype(np.uint8) + 2 * (before & ~mask).astype(np.uint8)
