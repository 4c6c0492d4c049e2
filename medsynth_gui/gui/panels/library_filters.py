"""The library's left column: search, facets and the project."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from medsynth_gui.core.review import ReviewState
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.item_models.library_entries import FACETS, LibraryEntry, LibraryFilter, facet_values
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import Card, SidePanel, button, row, section_head, text
from medsynth_gui.gui.review_words import state_words
from medsynth_gui.gui.theme import SPACE


class LibraryFilters(SidePanel):
    """Emits `changed` with the filter as the person changes it, `create_project` and `open_project` when asked."""

    changed = Signal(object)
    create_project = Signal()
    open_project = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.LEFT_PANEL, parent)
        self.search = QLineEdit()
        self.search.setObjectName("library-search")
        self.search.setPlaceholderText(self.tr("Filter images"))
        self.search.setToolTip(self.tr("Words of the title, the facts or the class"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("magnifying-glass"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._tell)
        self._every = {"modality": self.tr("Every modality"), "class_name": self.tr("Every class"),
                       "origin": self.tr("Real and synthetic"), "review": self.tr("Every review state"),
                       "split": self.tr("Every split")}
        self.facets = {name: Choice(words, name=f"library-{name}") for name, words in self._every.items()}
        self.clear = button(self.tr("Clear filters"), self.reset, kind="quiet", name="library-clear")
        self.add(self.search)
        self.gap()
        self._show_head = section_head(self.tr("Show"))
        self.add(self._show_head)
        for choice in self.facets.values():
            choice.picked.connect(self._tell)
            self.add(choice)
        self.add(self.clear)
        self.gap()
        self.add(section_head(self.tr("Project")))
        self._name, self._count = text("", "title"), text("", "muted")
        buttons = QWidget()
        buttons.setLayout(row(
            button(self.tr("New…"), self.create_project.emit, tip=self.tr("Make a project in an empty folder"),
                   name="project-new"),
            button(self.tr("Open…"), self.open_project.emit, tip=self.tr("Open a project folder"),
                   name="project-open")))
        self.add(Card(self._name, self._count, buttons))
        self.end()
        self.set_entries(())
        self.set_project("", "", 0)

    @property
    def filter(self) -> LibraryFilter:
        chosen = {name: choice.currentData() or "" for name, choice in self.facets.items()}
        return LibraryFilter(text=self.search.text(), **chosen)

    def set_entries(self, entries: Sequence[LibraryEntry]) -> None:
        """Offer the values that occur; a facet with one value is not worth a choice and is hidden."""
        words = self._worded()
        for name in FACETS:
            values = facet_values(entries, name)
            choice = self.facets[name]
            choice.set_rows([("", self._every[name]), *((value, words.get(value, value)) for value in values)])
            choice.setVisible(len(values) > 1 or bool(choice.currentData()))
        self._show_head.setVisible(any(not choice.isHidden() for choice in self.facets.values()))
        self._show_clear()

    def _worded(self) -> dict[str, str]:
        return {**{state.value: state_words(state) for state in ReviewState}, "real": self.tr("Real only"),
                "synthetic": self.tr("Synthetic only"), "train": self.tr("Training"),
                "val": self.tr("Validation"), "test": self.tr("Test (held out)"), "OT": self.tr("No modality named")}

    def set_project(self, name: str, folder: str, samples: int) -> None:
        """Name the open project; an empty name says that there is none."""
        self._name.setText(name or self.tr("No project yet"))
        self._name.setToolTip(folder)
        counted = self.tr("1 sample") if samples == 1 else self.tr("{n} samples").format(n=f"{samples:,}")
        self._count.setText(counted if name else
                            self.tr("A project keeps images, masks and where they come from in one folder."))

    def reset(self) -> None:
        """Let everything through."""
        for choice in self.facets.values():
            choice.choose("")
        self.search.clear()
        self._tell()

    def _tell(self, *_: object) -> None:
        self._show_clear()
        self.changed.emit(self.filter)

    def _show_clear(self) -> None:
        self.clear.setVisible(self.filter.active)
