"""Data of a training: folders, and samples of the open project by a filter."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from medsynth_gui.dataset.query import Query
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import Card, button, row, text, tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.training_data import trainable


class TrainData(QWidget):
    """Emits `changed` when folders or the chosen samples change."""

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._folders: list[Path] = []
        self._samples: tuple[Sample, ...] = ()
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE.XS)
        self._nothing = text(self.tr("A folder with images/, masks/ and index.csv, or the open project."), "muted")
        self.use_project = QCheckBox(self.tr("Samples of the project"))
        self.use_project.setObjectName("train-project")
        self.use_project.setToolTip(self.tr("Copy samples of the open project into the run and train on them"))
        self.use_project.toggled.connect(self.refresh)
        self.reviewed = Choice(self.tr("Which samples"), name="train-reviewed")
        self.reviewed.set_rows([(True, self.tr("Approved ones")), (False, self.tr("All that have a mask"))])
        self.reviewed.picked.connect(self.refresh)
        self.filter = QLineEdit()
        self.filter.setObjectName("train-filter")
        self.filter.setPlaceholderText(self.tr("Filter: words of title, class, patient"))
        self.filter.setToolTip(self.tr("Only samples whose title, class, patient or producer has these words"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.refresh)
        self._count = text("", "muted")
        self._build()
        context.session.project_changed.connect(self._project_changed)
        self.refresh()

    def _build(self) -> None:
        add = button(self.tr("Add data folder…"), self._choose, glyph="plus", name="train-add-data")
        self._choice = QWidget()
        inner = QVBoxLayout(self._choice)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE.XS)
        for widget in (self.reviewed, self.filter, self._count):
            inner.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._nothing)
        layout.addLayout(self._list)
        layout.addWidget(add)
        layout.addWidget(self.use_project)
        layout.addWidget(self._choice)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The data folders, in the order added."""
        return tuple(self._folders)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The chosen samples of the project; none unless the project is ticked."""
        return self._samples

    def add_folder(self, folder: Path) -> None:
        """Train on this folder too."""
        if folder not in self._folders:
            self._folders.append(folder)
            self._show_folders()

    def _choose(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, self.tr("Folder with images/, masks/ and index.csv")):
            self.add_folder(Path(found))

    def _drop(self, folder: Path) -> None:
        self._folders.remove(folder)
        self._show_folders()

    def _show_folders(self) -> None:
        while self._list.count():
            if widget := self._list.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        for folder in self._folders:
            name = text(folder.name, wrap=False)
            name.setToolTip(str(folder))
            card = Card()
            card.body.setContentsMargins(SPACE.M, SPACE.XS, SPACE.XS, SPACE.XS)
            card.body.addLayout(row(name, tool("x", self.tr("Leave this folder out"),
                                               lambda folder=folder: self._drop(folder)), stretch=0))
            self._list.addWidget(card)
        self.refresh()

    def _project_changed(self, _: object) -> None:
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Count the samples again."""
        project = self._context.session.project
        self.use_project.setEnabled(project is not None)
        if project is None:
            self.use_project.setChecked(False)
        asked = project is not None and self.use_project.isChecked()
        self._choice.setVisible(asked)
        self._samples = trainable(project.samples(Query(text=self.filter.text())),
                                  reviewed=bool(self.reviewed.currentData())) if asked else ()
        groups = len({(sample.source_set, sample.group) for sample in self._samples})
        self._count.setText(self.tr("{count} samples of {groups} patients or groups").format(
            count=len(self._samples), groups=groups))
        self._nothing.setVisible(not self._folders and not asked)
        self.changed.emit()
