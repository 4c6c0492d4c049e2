"""The setup column of training: what, how long, from which model, on which data, and where the model goes."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.model_words import task_title
from medsynth_gui.gui.panels.fields import Choice, FolderField, Segmented, number_box
from medsynth_gui.gui.panels.parts import SidePanel, button, section_head, text
from medsynth_gui.gui.panels.train_data import TrainData
from medsynth_gui.gui.panels.train_offer import COMPARED
from medsynth_gui.gui.panels.train_request import TrainingRequest
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.catalogue import model_ref, recipes
from medsynth_gui.jobs.training_data import task_values
from medsynth_gui.jobs.training_recipe import QUICK_MINUTES, TrainingPlan, recipe_table
from medsynth_gui.session.train_commands import MODEL_SETTINGS

_BROWSE = "browse"
_DOCUMENTS = QStandardPaths.StandardLocation.DocumentsLocation
_FULL_MINUTES = 60


class TrainSetup(SidePanel):
    """Emits `start` with a `TrainingRequest` that is complete, `open_run` as asked, `changed` with data or recipe."""

    start = Signal(object)
    open_run = Signal()
    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._context = context
        self._cards: list[ModelCard] = []
        self._refused = ""
        self._suggested: Path | None = None
        self._table: dict[str, object] = {}
        self.mode = Segmented([
            ("quick", self.tr("Quick adapt"), self.tr("Fit a finished model to your images: about 5 minutes on a CPU")),
            ("full", self.tr("Full training"), self.tr("Train as the recipe says, for as long as you allow"))])
        self.mode.chosen.connect(self._mode_changed)
        self.recipe = Choice(self.tr("What is trained, and how"), name="train-recipe")
        self.recipe.picked.connect(self._recipe_changed)
        self._about = text("", "muted")
        self.init = Choice(self.tr("Where the weights start from"), name="train-init")
        self.init.picked.connect(self._init_picked)
        self.data_panel = TrainData(context)
        self.data_panel.changed.connect(self._data_changed)
        self.minutes = number_box(1, 7 * 24 * 60, int(QUICK_MINUTES), name="train-minutes", tip=self.tr(
            "Training ends after this long, then the model is measured and gets its card"))
        self.minutes.setSuffix(self.tr(" min"))
        self.early_stop = QCheckBox(self.tr("End early, keep the best"))
        self.early_stop.setObjectName("train-early-stop")
        self.early_stop.setChecked(True)
        self.early_stop.setToolTip(self.tr("End when the validation images get no better; the best weights are kept"))
        self.out = FolderField(self.tr("New folder"), self.tr("Folder that becomes the model"), name="train-out")
        self.out.changed.connect(self._refresh)
        self._go = button(self.tr("Start training"), self.ask, kind="primary", name="train-start",
                          tip=context.actions.tip("train.start"))
        self._missing = text("", "small")
        self.on_close = Choice(self.tr("What becomes of a training when the window is closed"), name="train-on-close")
        self.on_close.set_rows([("ask", self.tr("Ask me")), ("continue", self.tr("It goes on in the background")),
                                ("pause", self.tr("It pauses"))])
        self.on_close.picked.connect(self._close_wish)
        self._build()
        self.set_recipes(recipes())

    def _build(self) -> None:
        self.add(self.mode)
        self.gap()
        self.add(section_head(self.tr("Task")), self.recipe, self._about)
        self.gap()
        self.add(section_head(self.tr("Start from")), self.init)
        self.gap()
        self.add(section_head(self.tr("Data")), self.data_panel)
        self.gap()
        self.add(section_head(self.tr("Time and place")), self.minutes, self.early_stop, self.out)
        self.gap()
        self.add(self._go, self._missing)
        self.gap()
        self.add(section_head(self.tr("When the window closes")), self.on_close)
        self.gap()
        self.add(section_head(self.tr("Runs")),
                 button(self.tr("Open a run folder…"), self.open_run.emit, glyph="folder-open", name="train-open",
                        tip=self.tr("Watch, stop or resume a training that was started before")))
        self.end()

    def set_recipes(self, names: list[str]) -> None:
        self.recipe.set_rows([(name, recipe_title(name)) for name in names])
        self.recipe.choose("seg-breast-us")
        self._recipe_changed()

    def set_models(self, cards: list[ModelCard]) -> None:
        """Offer models to start from; those of another task than the recipe's are left out."""
        self._cards = cards
        self._suggest_folder()
        self.on_close.choose(self._context.settings["training_on_close"])
        self._offer_models()

    @property
    def quick(self) -> bool:
        return self.mode.key == "quick"

    @property
    def table(self) -> dict[str, object]:
        """The chosen recipe, as its file says it."""
        return self._table

    @property
    def labels(self) -> dict[int, str]:
        """What the chosen recipe's model will tell apart: names by value."""
        labels = self._table.get("labels", {})
        return {int(value): str(name) for value, name in labels.items()} if isinstance(labels, dict) else {}

    @property
    def values(self) -> dict[int, int]:
        """What label values of the project become in the task, see `task_values`."""
        project = self._context.session.project
        return task_values(project.labels, self.labels) if project is not None else {}

    def _same_labels(self, card: ModelCard) -> bool:
        return dict(card.labels) == self.labels

    def _offer_models(self) -> None:
        fitting = [card for card in self._cards if card.task == self._table.get("task")
                   and (not self.quick or self._same_labels(card))]
        rows = [(model_ref(card), f"{card.title} · {card.folder.name}") for card in fitting]
        fresh = [] if self.quick else [("", self.tr("Nothing: random weights"))]
        self.init.set_rows([*fresh, *rows, (_BROWSE, self.tr("A model folder…"))])
        if not rows and self.quick:
            self.init.set_rows([("", self.tr("No finished model for this task"))])
        self._refresh()

    def _mode_changed(self, key: str) -> None:
        self.minutes.setValue(int(QUICK_MINUTES) if key == "quick" else _FULL_MINUTES)
        self._offer_models()

    def _recipe_changed(self, *_: object) -> None:
        self._table = recipe_facts(self.recipe.currentData())
        modalities, labels = self._table.get("modalities", []), self._table.get("labels", {})
        self._about.setText(" · ".join(filter(None, [
            task_title(str(self._table.get("task"))), *(modalities if isinstance(modalities, list) else []),
            ", ".join(map(str, labels.values())) if isinstance(labels, dict) else ""])))
        self._about.setVisible(bool(self._about.text()))
        self._offer_models()
        self._suggest_folder()
        self.changed.emit()

    def _suggest_folder(self) -> None:
        """Name a new folder after the task, beside the last run; what a person chose stays."""
        if self.out.path not in (None, self._suggested) or not self.recipe.currentData():
            return
        last = self._context.settings["run_folder"]
        beside = Path(last).parent if last else Path(QStandardPaths.writableLocation(_DOCUMENTS)) / "MedSynth models"
        numbers = (number for number in count(1) if not (beside / f"{self.recipe.currentData()}-{number}").exists())
        self._suggested = beside / f"{self.recipe.currentData()}-{next(numbers)}"
        self.out.set_path(self._suggested)

    def _init_picked(self, key: str) -> None:
        if key != _BROWSE:
            return
        found = QFileDialog.getExistingDirectory(self, self.tr("Model folder to start from"))
        self.init.setCurrentIndex(0)
        if found:
            self.init.insertItem(self.init.count() - 1, Path(found).name, found)
            self.init.choose(found)
        self._refresh()

    def _close_wish(self, wish: str) -> None:
        self._context.settings["training_on_close"] = wish

    def _data_changed(self) -> None:
        self._refresh()
        self.changed.emit()

    def add_data(self, folder: Path) -> None:
        """Train on this folder too."""
        self.data_panel.add_folder(folder)

    @property
    def data(self) -> tuple[Path, ...]:
        """The data folders, in the order added."""
        return self.data_panel.folders

    @property
    def missing(self) -> str:
        """What a start still needs, in words; empty if nothing."""
        init = self.init.currentData()
        needs = [(self.recipe.currentData(), self.tr("a task")),
                 (not self.quick or (init and init != _BROWSE), self.tr("a model to start from")),
                 (self.data or self.data_panel.samples, self.tr("a data folder or samples")),
                 (self.out.path, self.tr("a folder for the model"))]
        return ", ".join(words for there, words in needs if not there)

    def _refresh(self, *_: object) -> None:
        ready = not self.missing and not self._refused
        self._go.setEnabled(ready)
        self._context.actions.set_available("train.start", ready)
        told = [self.tr("Still needed: {what}.").format(what=self.missing)] if self.missing else []
        self._missing.setText("\n".join([*told, *filter(None, [self._refused])]))
        self._missing.setVisible(not ready)

    def refuse_data(self, why: str) -> None:
        """The data chosen cannot be trained on for this reason; empty takes that back."""
        self._refused = why
        self._refresh()

    def request(self, plan: TrainingPlan | None = None) -> TrainingRequest:
        """What is asked for now; complete once `missing` is empty."""
        out, plan = self.out.path or Path(), plan or TrainingPlan()
        sets = [folder.name for folder in self.data]
        project = self._context.session.project
        if self.data_panel.samples and project is not None:
            sets.append(project.folder.name)
        plan = replace(plan, name=out.name, sets=tuple(sets), quick=self.quick, early_stop=self.early_stop.isChecked())
        return TrainingRequest(self.recipe.currentData(), self.data, out, self.init.currentData() or "",
                               float(self.minutes.value()), plan, self.data_panel.samples, self._rival())

    def _rival(self) -> str:
        """The model that the new one must beat: the one in use if it has the same labels, else the start."""
        task = str(self._table.get("task"))
        if task not in COMPARED:
            return ""
        used = self._context.settings[MODEL_SETTINGS[task]]
        fits = any(model_ref(card) == used and self._same_labels(card) for card in self._cards)
        start = next((card for card in self._cards if model_ref(card) == self.init.currentData()), None)
        return used if fits else model_ref(start) if start and self._same_labels(start) else ""

    def ask(self) -> None:
        """Emit `start`."""
        if not self.missing and not self._refused:
            self.start.emit(self.request())


def recipe_facts(name: str | None) -> dict[str, object]:
    """A recipe as its file says it; empty where it cannot be read."""
    try:
        return recipe_table(name) if name else {}
    except MedSynthError:
        return {}


def recipe_title(name: str) -> str:
    """What a person calls a recipe."""
    return str(recipe_facts(name).get("title", name))
