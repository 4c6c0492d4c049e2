"""Whole-mask operations: the table the window offers, and the commands that run and apply them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.mask_operations import MaskChange
from medsynth_gui.session.label_commands import ensure_labels
from medsynth_gui.session.mask_commands import settle_gesture
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session
from medsynth_gui.session.tools.base import OptionValue, ToolOption

if TYPE_CHECKING:
    from medsynth_gui.jobs.operate import MaskSnapshot, OperateOnMasks

_UNIT = ToolOption("unit", "Unit", "choice", "px", choices=(("px", "px"), ("mm", "mm")))
_AREA_UNIT = ToolOption("unit", "Unit", "choice", "px", choices=(("px", "px"), ("mm", "mm²")))
_COVER = ToolOption("cover", "Over other labels too", "bool", False)


def _size(name: str, default: float, high: float) -> ToolOption:
    return ToolOption("size", name, "float", default, low=0.5, high=high, step=0.5)


@dataclass(frozen=True)
class OperationSpec:
    """A row of the table. `shown_as_tool`: it needs a drawn line, so that it is a tool (its id)."""

    id: str
    name: str
    icon: str
    hint: str
    options: tuple[ToolOption, ...] = ()
    shown_as_tool: str = ""


OPERATION_SPECS = (
    OperationSpec("fill_holes", "Fill holes", "circle-half", "Fills background that the label encloses.", (_COVER,)),
    OperationSpec("islands", "Remove islands", "dots-nine", "Removes parts that are smaller than an area.",
                  (_size("Smaller than", 50, 5000), _AREA_UNIT)),
    OperationSpec("largest", "Keep the largest", "arrows-in", "Removes all parts but the largest."),
    OperationSpec("grow", "Grow", "arrows-out", "Moves the outline outwards.", (_size("By", 2, 100), _UNIT, _COVER)),
    OperationSpec("shrink", "Shrink", "arrows-in-simple", "Moves the outline inwards.", (_size("By", 2, 100), _UNIT)),
    OperationSpec("open", "Open", "minus-circle", "Removes what is narrower than twice a radius.",
                  (_size("Radius", 2, 100), _UNIT)),
    OperationSpec("close", "Close", "plus-circle", "Fills gaps and notches narrower than twice a radius.",
                  (_size("Radius", 2, 100), _UNIT, _COVER)),
    OperationSpec("smooth", "Smooth", "waves", "Rounds the outline.",
                  (ToolOption("method", "By", "choice", "curvature",
                              choices=(("curvature", "Curvature"), ("median", "Median"))),
                   _size("Strength", 3, 40), _UNIT, _COVER)),
    OperationSpec("hull", "Convex hull", "hexagon", "Stretches a band around all parts of the label.", (_COVER,)),
    OperationSpec("boolean", "Combine labels", "intersect", "Combines the active label with a second mask.",
                  (ToolOption("how", "Combine", "choice", "or", choices=(
                      ("or", "Either"), ("and", "Both"), ("minus", "First without second"),
                      ("xor", "Only one of them"))),
                   ToolOption("second", "Second", "label", 1),
                   ToolOption("source", "Taken from", "choice", "here", choices=(
                       ("here", "This frame"), ("previous", "Previous frame"), ("next", "Next frame"),
                       ("proposal", "The proposal"))),
                   ToolOption("solid", "Second with its holes filled", "bool", False),
                   ToolOption("target", "Result becomes", "label", 0),
                   ToolOption("cover", "Over other labels too", "bool", True))),
    OperationSpec("snap", "Snap to edge", "magnet", "Moves the outline to an edge of the image nearby.",
                  (ToolOption("method", "Follow", "choice", "edge",
                              choices=(("edge", "Edges"), ("contrast", "Bright from dark"))),
                   _size("At most", 8, 60), _UNIT,
                   ToolOption("move", "Direction", "choice", "either",
                              choices=(("either", "Either"), ("in", "Inwards"), ("out", "Outwards"))),
                   ToolOption("smoothing", "Smoothing", "int", 2, low=0, high=6), _COVER)),
    OperationSpec("split", "Split by a line", "scissors", "Draw a line across: the smaller piece falls off.",
                  shown_as_tool="scissors"),
)


def find_operation(operation: str) -> OperationSpec:
    """The row with this id; raises StopIteration where there is none."""
    return next(spec for spec in OPERATION_SPECS if spec.id == operation)


def snapshot(opened: OpenSeries) -> MaskSnapshot:
    """The labels of a series as they are now, for a job."""
    from medsynth_gui.jobs.operate import MaskSnapshot

    frames, rows, columns = opened.document.shape
    return MaskSnapshot(frames, rows, columns, opened.document.state().frames)


def operation_job(session: Session, operation: str, options: Mapping[str, OptionValue], *,
                  all_frames: bool = False) -> OperateOnMasks:
    """The operation on the active label of the frame shown, or of every labelled frame.

    Raises:
        UsageError: nothing is open.
    """
    from medsynth_gui.jobs.operate import OperateOnMasks

    opened = session.current
    if opened is None:
        raise UsageError("nothing-open")
    settle_gesture(session)
    filled = {**{option.key: option.default for option in find_operation(operation).options}, **options}
    proposal = opened.proposal.masks if opened.proposal and filled.get("source") == "proposal" else {}
    frames = opened.document.labelled_frames() if all_frames else (opened.frame,)
    return OperateOnMasks(series=opened.series, snapshot=snapshot(opened), operation=operation, options=filled,
                          label=session.active_label, target=int(filled.get("target", 0)) or session.active_label,
                          frames=frames, proposal=proposal)


def apply_changes(session: Session, opened: OpenSeries, changes: Iterable[MaskChange], name: str) -> None:
    """Write what a job found as one undo step; locked labels stay."""
    changes = tuple(changes)
    if opened is session.current:
        settle_gesture(session)
    ensure_labels(session, {change.value for change in changes})
    with opened.document.step(name):
        for change in changes:
            for mask, value in ((change.lost, 0), (change.gained, change.value)):
                if mask.any():
                    opened.document.paint(change.region, mask, value)
