"""What the licence of the chosen model asks, and the person's answer; hidden where it asks nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.model_cards import ModelChoice
from medsynth_gui.gui.panels.parts import text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import sentence
from medsynth_gui.session.licences import accept_licence, licence_accepted, licence_question


class LicenceQuestion(QWidget):
    """Emits `answered` when the person ticks the box or takes the tick away."""

    answered = Signal()

    def __init__(self, context: AppContext, model: ModelChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._model = context.settings, model
        self._words = text("", "caution")
        self.box = QCheckBox(self.tr("My use is one that it allows"))
        self.box.setObjectName("licence-accepted")
        self.box.setToolTip(self.tr("Kept with this model and written into what it makes"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.XS)
        column.addWidget(self._words)
        column.addWidget(self.box)
        self.box.clicked.connect(self._clicked)
        model.changed.connect(self._show)
        self._show()

    @property
    def accepted(self) -> bool:
        """The person has said that the licence of the chosen model allows their use."""
        card = self._model.card
        return card is not None and licence_accepted(self._settings, card)

    def showEvent(self, event: QShowEvent) -> None:
        """The answer may have been given in another place meanwhile."""
        self.box.setChecked(self.accepted)
        super().showEvent(event)

    def _clicked(self, checked: bool) -> None:
        if (card := self._model.card) is not None:
            accept_licence(self._settings, card, checked)
            self.answered.emit()

    def _show(self) -> None:
        card = self._model.card
        asked = licence_question(card) if card else None
        self._words.setText(sentence(asked) if asked else "")
        self.box.setChecked(self.accepted)
        self.setVisible(asked is not None)
