"""Which generator suits what is open: the kind of image, and the labels that are drawn or in use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.session.session import Session

# A file that does not say what made it may be anything.
_ANY_MODALITY = ("", "OT")


def suitable_generator(session: Session, cards: Sequence[ModelCard], chosen: ModelCard | None) -> ModelCard | None:
    """The generator to offer, once for each image or set of labels: what a person chooses afterwards stays.

    Args:
        chosen: the generator in use, which stays where no other one suits better.

    Returns:
        None where nothing is open, or nothing new.
    """
    opened, project = session.current, session.project
    if opened is None and project is None:
        return None
    names = _labels(session)
    about = "|".join((opened.key if opened else str(project.folder) if project else "", *sorted(names)))
    if session.settings["generator_suits"] == about:
        return None
    session.settings["generator_suits"] = about
    modality = opened.series.modality if opened else ""
    producer = opened.series.provenance.producer if opened and opened.series.provenance else ""
    ranks = {card.id: (card.id == producer, _made_for(card, modality), len(names & _names(card))) for card in cards}
    best = max(ranks.values(), default=None)
    if best is None or not any(best) or (chosen is not None and ranks.get(chosen.id) == best):
        return None
    return next(card for card in cards if ranks[card.id] == best)


def _made_for(card: ModelCard, modality: str) -> bool:
    return modality in _ANY_MODALITY or not card.modalities or modality in card.modalities


def _names(card: ModelCard) -> set[str]:
    return {name.casefold() for name in card.labels.values()}


def _labels(session: Session) -> set[str]:
    """Names of the labels drawn on the frame shown, else of those proposed for it, else of all in use."""
    document, proposal = session.document, session.proposal
    masks = (document.labels(session.frame) if document else None,
             proposal.masks.get(session.frame) if proposal and not proposal.names else None)
    for mask in masks:
        values = np.unique(mask) if mask is not None else ()
        if found := [label for value in values if value and (label := session.label_set.find(int(value)))]:
            return {label.name.casefold() for label in found}
    return {label.name.casefold() for label in session.label_set}
