"""The labels of a model meet the label list: the same name is the same label, whatever value it has."""

from __future__ import annotations

from collections.abc import Mapping

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.review import ReviewState
from medsynth_gui.session.label_commands import store_labels, use_label_set
from medsynth_gui.session.label_sets import list_label_sets, load_label_set
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session


def meet_labels(session: Session, opened: OpenSeries, names: Mapping[int, str]) -> dict[int, int]:
    """The values in the label list of labels that a model knows and proposes for a series, by the model's values.

    A list that is as it came and in which nothing is drawn or proposed gives way to the one that comes for these
    labels; to any other the names that it lacks are added, under the model's value where that is free.
    """
    if not names.keys() <= session.label_set.values_of(names).keys() and _untouched(session, opened) \
            and (own := _made_for(names)):
        use_label_set(session, own)
    labels = session.label_set.with_names(names)
    if labels is not session.label_set:
        store_labels(session, labels)
    return labels.values_of(names)


def in_listed_values(labels: LabelSet, layer: ResultLayer) -> ResultLayer:
    """A proposal in the values of a label list that has all of its names; else as it is, and the list stays."""
    found = labels.values_of(layer.names)
    return layer.in_values(found) if layer.names and found.keys() == layer.names.keys() else layer


def _made_for(names: Mapping[int, str]) -> str:
    """The label set that comes with the program and has just these labels; empty for none."""
    for key in list_label_sets():
        if {label.value: label.name for label in load_label_set(key)} == dict(names):
            return key
    return ""


def _untouched(session: Session, offered: OpenSeries) -> bool:
    try:
        if session.label_set != load_label_set(session.settings["label_set"]):
            return False
    except InputError:
        return False
    samples = session.project.samples() if session.project else ()
    # The first stroke is noted as a review state, so that no journal need be read.
    return not any(sample.mask for sample in samples) and all(
        opened.review.state is ReviewState.UNLABELLED and (opened.proposal is None or opened is offered)
        and not (opened.loaded and opened.document.labelled_frames()) for opened in session.opened)
