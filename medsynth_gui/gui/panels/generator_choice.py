"""The list of generators: it offers the one that suits what is open, until a person chooses another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.model_cards import ModelChoice
from medsynth_gui.jobs.catalogue import list_models, model_ref
from medsynth_gui.session.generator_choice import Segmenters, keep_generator, suitable_generator
from medsynth_gui.session.opened import OpenSeries


class GeneratorChoice(ModelChoice):
    """Follows what is open, and what becomes known of the image, while it is in sight."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, "synthesis", "model_synthesize", parent)
        context.alike.changed.connect(self._more_known)
        context.session.current_changed.connect(self._something_opened)
        context.session.project_changed.connect(self._something_opened)

    def keep(self) -> None:
        """The person works with the chosen one: no other is offered for what is open."""
        keep_generator(self._context.settings)

    def _picked(self, ref: str) -> None:
        self.keep()
        super()._picked(ref)

    def _better(self, cards: Sequence[ModelCard]) -> ModelCard | None:
        session = self._context.session
        alike = self._alike(session.current) if session.current is not None else None
        return suitable_generator(session, cards, self.card, alike)

    def _alike(self, opened: OpenSeries) -> Segmenters | None:
        """The segmenters that the AI panel would offer, so that no image is looked at twice."""
        further = [Path(folder) for folder in self._context.settings["model_folders"]]
        cards = [card for card in list_models("segmentation", further=further)
                 if card.made_for(opened.series.modality)]
        found = self._context.alike.of(opened, [model_ref(card) for card in cards])
        return None if found is None else [(card, found[ref]) for card in cards if (ref := model_ref(card)) in found]

    def _something_opened(self, _: object) -> None:
        self._more_known()

    def _more_known(self) -> None:
        if self.isVisible():
            self.refresh()
