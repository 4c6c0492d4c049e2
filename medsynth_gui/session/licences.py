"""Licences that ask something: what a person has said of their use of a model, kept with the licence's words."""

from __future__ import annotations

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.licence import check_licence
from medsynth_gui.session.settings import Settings


def licence_question(card: ModelCard) -> Message | None:
    """What the licence of a model asks; None where it allows every use."""
    try:
        check_licence(card, accepted=False)
    except UsageError as error:
        return error.message
    return None


def licence_accepted(settings: Settings, card: ModelCard) -> bool:
    """Whether the person has said that these weights under this licence may serve their use."""
    return bool(settings["licences_accepted"].get(card.weights_sha256) == card.licence)


def accept_licence(settings: Settings, card: ModelCard, accepted: bool) -> None:
    """Remember what the person says."""
    known = {sha: words for sha, words in settings["licences_accepted"].items() if sha != card.weights_sha256}
    settings["licences_accepted"] = {**known, **({card.weights_sha256: card.licence} if accepted else {})}
