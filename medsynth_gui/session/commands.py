"""Commands: everything a user can do to the session, as plain functions on the session's thread.

Each subject has a module of its own; all are reached from here.
"""

from __future__ import annotations

from medsynth_gui.session.label_commands import (
    add_label,
    change_label,
    choose_label,
    ensure_labels,
    merge_label,
    move_label,
    remove_label,
    use_label_set,
)
from medsynth_gui.session.mask_commands import (
    LabelStatistics,
    accept_proposal,
    clear_frame,
    label_statistics,
    offer_proposal,
    proposal_is_stale,
    put_labels,
    reject_proposal,
    settle_gesture,
)
from medsynth_gui.session.measure_commands import (
    delete_measurement,
    fit_ellipse_to_mask,
    measurements_text,
    set_marks,
    toggle_mark,
)
from medsynth_gui.session.project_commands import (
    add_synthetic_to_project,
    add_to_project,
    close_project,
    open_project,
)
from medsynth_gui.session.requests import compute, segment_job, synthesize_job, upscale_job
from medsynth_gui.session.review_commands import (
    adjudicate_sample,
    ask_second_reader,
    decide,
    edit_adjudication,
    open_reading,
    sample_shown,
    set_review,
    take_back_adjudication,
)
from medsynth_gui.session.scanner_commands import (
    calibration_of,
    set_colour,
    set_crop,
    set_spacing,
)
from medsynth_gui.session.series_commands import (
    close_series,
    open_series,
    open_studies,
    open_synthetic,
    paths_to_restore,
    remember_view,
    select_series,
)
from medsynth_gui.session.view_commands import apply_preset, redo, select_frame, set_window, undo

__all__ = [
    "LabelStatistics",
    "accept_proposal",
    "add_label",
    "add_synthetic_to_project",
    "add_to_project",
    "adjudicate_sample",
    "apply_preset",
    "ask_second_reader",
    "calibration_of",
    "change_label",
    "choose_label",
    "clear_frame",
    "close_project",
    "close_series",
    "compute",
    "decide",
    "delete_measurement",
    "edit_adjudication",
    "ensure_labels",
    "fit_ellipse_to_mask",
    "label_statistics",
    "measurements_text",
    "merge_label",
    "move_label",
    "offer_proposal",
    "open_project",
    "open_reading",
    "open_series",
    "open_studies",
    "open_synthetic",
    "paths_to_restore",
    "proposal_is_stale",
    "put_labels",
    "redo",
    "reject_proposal",
    "remember_view",
    "remove_label",
    "sample_shown",
    "segment_job",
    "select_frame",
    "select_series",
    "set_colour",
    "set_crop",
    "set_marks",
    "set_review",
    "set_spacing",
    "set_window",
    "settle_gesture",
    "synthesize_job",
    "take_back_adjudication",
    "toggle_mark",
    "undo",
    "upscale_job",
    "use_label_set",
]
