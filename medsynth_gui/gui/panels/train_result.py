"""The model of a finished run: compared, used, given up again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.train_offer import title_of
from medsynth_gui.gui.panels.train_request import remembered_request
from medsynth_gui.jobs.catalogue import find_model
from medsynth_gui.jobs.compare_models import CompareModels
from medsynth_gui.jobs.training_run import TrainingRun
from medsynth_gui.session.train_commands import roll_back, use_model, used_model


class TrainResult(QObject):
    """Acts on `run`; emits `models_changed` when another model is used, `compared` when figures have come."""

    models_changed = Signal()
    compared = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.run: TrainingRun | None = None

    def use(self) -> None:
        """Use the model of this run from now on."""
        if self.run is None:
            return
        try:
            use_model(self._context.settings, self.run.folder, find_model(str(self.run.folder)).task)
        except MedSynthError as error:
            self._context.notify(error.message, "bad")
            return
        self.models_changed.emit()
        self._context.notify(self.tr("{name} is used from now on.").format(name=self.run.folder.name), "good")

    def roll_back(self) -> None:
        """Use the former model again."""
        if self.run is None:
            return
        try:
            former = roll_back(self._context.settings, find_model(str(self.run.folder)).task)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        self.models_changed.emit()
        self._context.notify(self.tr("{name} is used again.").format(name=title_of(former)), "good")

    def compare(self) -> None:
        """Measure this model and the one in use on the same images."""
        found = remembered_request(self.run.folder) if self.run else None
        if self.run is not None and found is not None:
            job = CompareModels(used_model(self._context.settings, "segmentation"), str(self.run.folder), found.data,
                                compute(self._context))
            self._context.queue.submit(job, self._compared)

    def _compared(self, _: dict[str, Any]) -> None:
        self.compared.emit()
