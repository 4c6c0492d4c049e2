"""Which generator suits what is open: the labels drawn, the kind of image, and the labels in use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.likeness import suiting
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings

# By what a generator was offered, the weakest first: the labels in use, what the image is like, what the image says
# itself (labels drawn or proposed, the generator it came from), a person.
_LISTED, _LIKE, _SHOWN, _HAND = range(4)

Segmenters = Sequence[tuple[ModelCard, bool]]


def suitable_generator(session: Session, cards: Sequence[ModelCard], chosen: ModelCard | None,
                       alike: Segmenters | None = None) -> ModelCard | None:
    """The generator to offer: once for each image or set of labels, and again where more is known of the image.

    Args:
        chosen: the generator in use, which stays where no other one suits better.
        alike: segmenters, and whether each was taught with images like the one shown; None where that is not known
            (yet).

    Returns:
        None where nothing is open, or nothing new.
    """
    opened, project = session.current, session.project
    if (opened is None and project is None) or not cards:
        return None
    shown, listed = _shown(session), {label.name.casefold() for label in session.label_set}
    modality = opened.series.modality if opened else ""
    producer = opened.series.provenance.producer if opened and opened.series.provenance else ""
    ranks = [(card.id == producer, card.made_for(modality), len(shown & _names(card))) for card in cards]
    best = max(ranks)
    by = _SHOWN if best[0] or best[2] else _LISTED if alike is None else _LIKE
    about = "|".join((opened.key if opened else str(project.folder) if project else "", *sorted(shown or listed)))
    if not _is_news(session.settings, about, by):
        return None
    equal = [card for card, rank in zip(cards, ranks, strict=True) if rank == best]
    offered = _liked(sorted(equal, key=lambda card: (-len(listed & _names(card)), card is not chosen)),
                     alike or () if by == _LIKE else ())
    return None if offered is chosen else offered


def keep_generator(settings: Settings) -> None:
    """A person chose a generator: for what is open, and the labels on it, no other is offered."""
    settings["generator_suits"] = {**settings["generator_suits"], "by": _HAND}


def _is_news(settings: Settings, about: str, by: int) -> bool:
    """Whether nothing was offered for this by as good a reason; what is offered now is remembered."""
    told = settings["generator_suits"]
    if told.get("about") == about and told.get("by", _LISTED) >= by:
        return False
    settings["generator_suits"] = {"about": about, "by": by}
    return True


def _liked(cards: Sequence[ModelCard], segmenters: Segmenters) -> ModelCard:
    """The first generator unless the image is unlike what it draws, then the first that draws such images."""
    turn = {str(place): card for place, card in enumerate(cards)}
    alike = {place: any(found) for place, card in turn.items()
             if (found := [like for segmenter, like in segmenters if _draws_for(card, segmenter)])}
    return turn[suiting(alike, tuple(turn)) or "0"]


def _draws_for(card: ModelCard, segmenter: ModelCard) -> bool:
    """Whether a generator draws what a segmenter was taught with."""
    return card.input.get("segmenter") == segmenter.id or bool(_names(card) & _names(segmenter))


def _names(card: ModelCard) -> set[str]:
    return {name.casefold() for name in card.labels.values()}


def _shown(session: Session) -> set[str]:
    """Names of the labels drawn on the frame shown, else of those proposed for it."""
    document, proposal = session.document, session.proposal
    masks = (document.labels(session.frame) if document else None,
             proposal.masks.get(session.frame) if proposal and not proposal.names else None)
    for mask in masks:
        values = np.unique(mask) if mask is not None else ()
        if found := [label for value in values if value and (label := session.label_set.find(int(value)))]:
            return {label.name.casefold() for label in found}
    return set()
