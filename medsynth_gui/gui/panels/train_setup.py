"""The setup column of training: recipe, data, starting model, time, and where the model goes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.panels.fields import Choice, FolderField, number_box
from medsynth_gui.gui.panels.parts import Card, SidePanel, button, row, section_head, text, tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.catalogue import find_recipe, recipes

_BROWSE = "browse"


@dataclass(frozen=True)
class TrainingRequest:
    """What the person asked for; `init` is a shipped id, a folder or empty."""

    recipe: str
    data: tuple[Path, ...]
    out: Path
    init: str
    minutes: float


class TrainSetup(SidePanel):
    """Emits `start` with a `TrainingRequest` that is complete, and `open_run`, `folder` as asked."""

    start = Signal(object)
    open_run = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._data: list[Path] = []
        self._cards: list[ModelCard] = []
        self.recipe = Choice(self.tr("What is trained, and how"), name="train-recipe")
        self.recipe.picked.connect(self._recipe_changed)
        self._about = text("", "muted")
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE.XS)
        self._nothing = text(self.tr("A folder with images/, masks/ and index.csv."), "muted")
        self.init = Choice(self.tr("Where the weights start from"), name="train-init")
        self.init.picked.connect(self._init_picked)
        self.minutes = number_box(1, 7 * 24 * 60, 30, name="train-minutes", tip=self.tr(
            "Training ends after this long, measures the model and writes its card"))
        self.minutes.setSuffix(self.tr(" min"))
        self.out = FolderField(self.tr("New folder"), self.tr("Folder that becomes the model"), name="train-out")
        self.out.changed.connect(self._refresh)
        self._go = button(self.tr("Start training"), self._start, kind="primary", name="train-start",
                          tip=self.tr("Start the training; it goes on when the window is closed"))
        self._missing = text("", "small")
        self._build()
        self.set_recipes(recipes())

    def _build(self) -> None:
        add = button(self.tr("Add data folder…"), self._add_data, glyph="plus", name="train-add-data")
        data = QWidget()
        data.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 0, 0)
        self.add(section_head(self.tr("Recipe")), self.recipe, self._about)
        self.gap()
        self.add(section_head(self.tr("Data")), self._nothing, data, add)
        self.gap()
        self.add(section_head(self.tr("Start from")), self.init)
        self.gap()
        self.add(section_head(self.tr("Time and place")), self.minutes, self.out)
        self.gap()
        self.add(self._go, self._missing)
        self.gap()
        self.add(section_head(self.tr("Runs")),
                 button(self.tr("Open a run folder…"), self.open_run.emit, glyph="folder-open", name="train-open",
                        tip=self.tr("Watch, stop or resume a training that was started before")))
        self.end()

    def set_recipes(self, names: list[str]) -> None:
        self.recipe.set_rows([(name, recipe_title(name)) for name in names])
        self._recipe_changed()

    def set_models(self, cards: list[ModelCard]) -> None:
        """Offer models to start from; those of another task than the recipe's are left out."""
        self._cards = cards
        self._offer_models()

    def _offer_models(self) -> None:
        task = str(recipe_facts(self.recipe.currentData()).get("task", ""))
        fitting = [(str(card.folder) if not _is_shipped(card) else card.id, card.title) for card in self._cards
                   if card.task == task]
        self.init.set_rows([("", self.tr("Nothing: random weights")), *fitting,
                            (_BROWSE, self.tr("A model folder…"))])

    def _recipe_changed(self, *_: object) -> None:
        facts = recipe_facts(self.recipe.currentData())
        tasks = {"segmentation": self.tr("Segmentation"), "synthesis": self.tr("Synthesis"),
                 "super-resolution": self.tr("Super-resolution")}
        modalities = facts.get("modalities", [])
        self._about.setText(" · ".join([tasks.get(str(facts.get("task")), ""),
                                        *(modalities if isinstance(modalities, list) else [])]).strip(" ·"))
        self._about.setVisible(bool(self._about.text()))
        self._offer_models()
        self._refresh()

    def _init_picked(self, key: str) -> None:
        if key != _BROWSE:
            return
        found = QFileDialog.getExistingDirectory(self, self.tr("Model folder to start from"))
        self.init.choose("")
        if found:
            self.init.insertItem(self.init.count() - 1, Path(found).name, found)
            self.init.choose(found)

    def _add_data(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, self.tr("Folder with images/, masks/ and index.csv")):
            self.add_data(Path(found))

    def add_data(self, folder: Path) -> None:
        """Train on this folder too."""
        if folder not in self._data:
            self._data.append(folder)
            self._show_data()

    def _show_data(self) -> None:
        while self._list.count():
            if widget := self._list.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        for folder in self._data:
            name = text(folder.name, wrap=False)
            name.setToolTip(str(folder))
            card = Card()
            card.body.setContentsMargins(SPACE.M, SPACE.XS, SPACE.XS, SPACE.XS)
            card.body.addLayout(row(name, tool("x", self.tr("Leave this folder out"),
                                               lambda folder=folder: self._drop(folder)), stretch=0))
            self._list.addWidget(card)
        self._nothing.setVisible(not self._data)
        self._refresh()

    def _drop(self, folder: Path) -> None:
        self._data.remove(folder)
        self._show_data()

    @property
    def data(self) -> tuple[Path, ...]:
        """The data folders, in the order added."""
        return tuple(self._data)

    @property
    def missing(self) -> str:
        """What a start still needs, in words; empty if nothing."""
        needs = [(self.recipe.currentData(), self.tr("a recipe")), (self._data, self.tr("a data folder")),
                 (self.out.path, self.tr("a folder for the model"))]
        return ", ".join(words for there, words in needs if not there)

    def _refresh(self, *_: object) -> None:
        self._go.setEnabled(not self.missing)
        self._missing.setText(self.tr("Still needed: {what}.").format(what=self.missing) if self.missing else "")
        self._missing.setVisible(bool(self.missing))

    def _start(self) -> None:
        out = self.out.path
        assert out is not None
        self.start.emit(TrainingRequest(self.recipe.currentData(), tuple(self._data), out,
                                        self.init.currentData() or "", float(self.minutes.value())))


def _is_shipped(card: ModelCard) -> bool:
    from medsynth_gui.core.paths import models

    return card.folder.parent == models()


def recipe_facts(name: str | None) -> dict[str, object]:
    """The top of a recipe file; empty where it cannot be read."""
    if not name:
        return {}
    try:
        return tomllib.loads(find_recipe(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def recipe_title(name: str) -> str:
    """What a person calls a recipe."""
    return str(recipe_facts(name).get("title", name))
