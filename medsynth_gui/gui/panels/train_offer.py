"""What may be done with a finished run: use its model, compare it first, or go back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.model_card import ModelCard, check_weights, read_card
from medsynth_gui.gui.panels.train_request import remembered_request
from medsynth_gui.gui.panels.train_run import Offer
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.catalogue import find_model
from medsynth_gui.jobs.training_run import TrainingRun
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.train_commands import former_model, used_model

COMPARED = ("segmentation", "synthesis")


def offer_of(run: TrainingRun, settings: Settings) -> Offer:
    """The new model is offered if it was shown to be better, or where there is nothing that it could replace."""
    if run.state == "running" or not (run.folder / "card.toml").is_file():
        return Offer()
    try:
        card = read_card(run.folder)
        if card.weights.is_file():
            check_weights(card)
    except MedSynthError as error:
        return Offer(why_not=words(error.message))
    used = used_model(settings, card.task)
    if used == str(run.folder):
        former = former_model(settings, card.task)
        return Offer(back=title_of(former) if former else "",
                     why_not=QCoreApplication.translate("training", "This model is in use."))
    if run.comparison is not None:
        return Offer(use=bool(run.comparison.get("offered")))
    rival = _card(used)
    if rival is not None and card.task in COMPARED and dict(rival.labels) == dict(card.labels):
        told = QCoreApplication.translate("training", "Not compared with {model} yet: it is offered once it is shown "
                                                      "to be better.").format(model=rival.title)
        return Offer(compare=rival.title if remembered_request(run.folder) else "", why_not=told)
    return Offer(use=True)


def _card(ref: str) -> ModelCard | None:
    try:
        return find_model(ref) if ref else None
    except MedSynthError:
        return None


def title_of(ref: str) -> str:
    """What a person calls a model: the title of a shipped one, the folder of an own one."""
    card = _card(ref)
    return card.title if card and ref == card.id else Path(ref).name
