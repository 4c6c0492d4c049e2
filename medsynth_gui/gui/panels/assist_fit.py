"""Which segmentation model is offered for an image: the person's, unless the image is like what another was taught
with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from medsynth_gui.gui.context import AppContext
from medsynth_gui.jobs.likeness import in_turn, suiting
from medsynth_gui.session.opened import OpenSeries


class FittingModel(QObject):
    """What the person chose for each image, else what fits it.

    Signals:
        changed: what fits the image shown is known now.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._alike = context.alike
        self._picked: dict[str, str] = {}
        self._alike.changed.connect(self.changed)

    def pick(self, opened: OpenSeries | None, model: str) -> None:
        """The person chose a model with this image in view: for it no other is offered."""
        if opened is not None:
            self._picked[opened.key] = model

    def model(self, opened: OpenSeries | None, models: Sequence[str], preferred: str) -> str:
        """The model to offer for an image; it may become another one at `changed`.

        Args:
            preferred: offered where nothing is known to suit better.
        """
        if opened is None or not models:
            return preferred
        alike = self._alike.of(opened, models)
        if opened.key in self._picked:
            return self._picked[opened.key]
        return suiting(alike or {}, in_turn(models, preferred)) or preferred

    def picked(self, opened: OpenSeries) -> str:
        """The model that the person chose for an image; empty where none was."""
        return self._picked.get(opened.key, "")

    def words(self, opened: OpenSeries | None, models: Sequence[str], chosen: str) -> str:
        """What to know before the chosen one of the models is asked; "" where it suits, or nobody can tell (yet)."""
        alike = (self._alike.of(opened, models) if opened is not None and models else None) or {}
        if alike.get(chosen, True):
            return ""
        return self.tr("The chosen model was not taught with images like this one; another was.") \
            if any(alike.values()) else self.tr("No model here was taught with images like this one.")
