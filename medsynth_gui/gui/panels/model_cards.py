"""Models as a person chooses them: a list, the evidence, and small cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.ablation import verdicts
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.model_words import task_title
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import Card, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import sentence
from medsynth_gui.jobs.catalogue import Compute, list_models, model_ref


def compute(context: AppContext) -> Compute:
    """The hardware the person asked for."""
    settings = context.settings
    return Compute(settings["device"], settings["precision"], settings["threads"])


class ModelChoice(QWidget):
    """A list of the models of one task, with the evidence of the chosen one; remembered under `setting`."""

    changed = Signal()

    def __init__(self, context: AppContext, task: str, setting: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._task, self._setting = context, task, setting
        self._cards: list[ModelCard] = []
        self.choice = Choice(self.tr("Model"), name=f"model-{task}")
        self.choice.picked.connect(self._picked)
        self.evidence = text("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self.choice)
        layout.addWidget(self.evidence)
        self.refresh()

    @property
    def card(self) -> ModelCard | None:
        """The chosen model; None where no model of the task is there."""
        return next((card for card in self._cards if model_ref(card) == self.choice.currentData()), None)

    @property
    def ref(self) -> str:
        card = self.card
        return model_ref(card) if card else ""

    def refresh(self) -> None:
        """Read the cards again: a training may have added one. What follows the model stays while it is the same."""
        before = self.card
        further = [Path(folder) for folder in self._context.settings["model_folders"]]
        self._cards = list_models(self._task, further=further)
        titles = Counter(card.title for card in self._cards)
        # The column is narrow: the id stands in the list only where the title does not tell models apart.
        self.choice.set_rows([(model_ref(card), card.title if titles[card.title] == 1 else f"{card.id} · {card.title}")
                              for card in self._cards])
        self.choice.choose(self._context.settings[self._setting])
        if (card := self._better(self._cards)) is not None:
            self._context.settings[self._setting] = model_ref(card)
            self.choice.choose(model_ref(card))
        self.choice.setVisible(bool(self._cards))
        if self.card is None or self.card != before:
            self._show()

    def _better(self, cards: Sequence[ModelCard]) -> ModelCard | None:
        """One that suits what is open better than the chosen one; None where there is none."""
        return None

    def _picked(self, ref: str) -> None:
        self._context.settings[self._setting] = ref
        self._show()

    def _show(self) -> None:
        card = self.card
        if card is None:
            self.evidence.setText(self.tr("No model for this is installed. Train one in Train, then choose "
                                          "“Use this model”."))
        else:
            self.evidence.setText(card.headline or self.tr("Not measured yet."))
            self.choice.setToolTip("\n".join(filter(None, (f"{card.title} · {card.id}", card.limits, card.licence))))
        self.changed.emit()


class ModelCards(QWidget):
    """One small card per model: what it is for, its evidence, its limits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE.S)

    def set_models(self, cards: Sequence[ModelCard]) -> None:
        while self._layout.count():
            if widget := self._layout.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        for card in cards:
            box = Card(text(card.title, "title"), text(f"{task_title(card.task)} · {card.id}", "muted"),
                       text(card.headline or self.tr("Not measured yet.")))
            box.body.setSpacing(SPACE.XS)
            tried = verdicts(card.folder)
            if tried:
                helped = sum(message.id == "trial-helps" for message in tried)
                box.body.addWidget(text(self.tr("Trial: a gain in {helped} of {count} comparisons.").format(
                    helped=helped, count=len(tried)), "muted"))
            box.setToolTip("\n".join(filter(None, (card.limits, card.credit, card.licence, *map(sentence, tried)))))
            self._layout.addWidget(box)
        if not cards:
            self._layout.addWidget(text(self.tr("No model is installed. Train one in Train."), "muted"))
