"""The left column of Export: the project, what of it, in which format, and where."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.review import ReviewState
from medsynth_gui.dataset.export.table import EXPORTERS
from medsynth_gui.dataset.query import Query
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.panels.fields import Choice, FolderField
from medsynth_gui.gui.panels.parts import Card, KeyValues, SidePanel, button, row, section_head, text
from medsynth_gui.gui.theme import SPACE

QUERIES = {"all": Query(), "approved": Query(review=ReviewState.APPROVED), "real": Query(synthetic=False),
           "synthetic": Query(synthetic=True)}


class ExportSetup(SidePanel):
    """Emits `changed`, `plan`, `write`, `create_project` and `open_project`."""

    changed = Signal()
    plan = Signal()
    write = Signal()
    create_project = Signal()
    open_project = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._name, self._facts = text("", "title"), KeyValues()
        self._none = text(self.tr("No project is open. Open one, or collect images in Library and keep them."), "muted")
        buttons = QWidget()
        buttons.setLayout(row(button(self.tr("New…"), self.create_project.emit, name="export-new"),
                              button(self.tr("Open…"), self.open_project.emit, name="export-open")))
        words = {"all": self.tr("All samples"), "approved": self.tr("Approved only"), "real": self.tr("Real only"),
                 "synthetic": self.tr("Synthetic only")}
        self.what = Choice(self.tr("Which samples"), name="export-what")
        self.what.set_rows(list(words.items()))
        self.format = Choice(self.tr("Format of the dataset"), name="export-format")
        self.format.set_rows([(name, exporter.title) for name, exporter in EXPORTERS.items()])
        self.out = FolderField(self.tr("Empty or new folder"), self.tr("Where the dataset is written"),
                               name="export-out")
        for signal in (self.what.picked, self.format.picked, self.out.changed):
            signal.connect(self._tell)
        self.plan_button = button(self.tr("Dry run"), self.plan.emit, name="export-plan",
                                  tip=self.tr("Show what would be written, and what would not (Ctrl+D)"))
        self.write_button = button(self.tr("Write the dataset"), self.write.emit, kind="primary", name="export-write",
                                   tip=self.tr("Write, then read everything back (Ctrl+Enter)"))
        self._missing = text("", "small")
        self.add(section_head(self.tr("Project")), Card(self._name, self._none, self._facts, buttons))
        self.gap()
        self.add(section_head(self.tr("What")), self.what, section_head(self.tr("Format")), self.format,
                 section_head(self.tr("Folder")), self.out)
        self.gap()
        self.add(self.plan_button, self.write_button, self._missing)
        self.end()
        self.set_project("", ())

    @property
    def query(self) -> Query:
        return QUERIES[self.what.currentData()]

    def set_project(self, name: str, samples: Sequence[Sample]) -> None:
        """Say what the project holds; an empty name says that there is none."""
        self._project, self._count = name, len(samples)
        self._name.setText(name)
        self._name.setVisible(bool(name))
        self._none.setVisible(not name)
        synthetic = sum(sample.synthetic for sample in samples)
        approved = sum(sample.review.state is ReviewState.APPROVED for sample in samples)
        parts = [sum(sample.split == part for sample in samples) for part in ("train", "val", "test")]
        self._facts.set_rows([
            (self.tr("Samples"), f"{len(samples):,}"),
            (self.tr("With mask"), f"{sum(bool(sample.mask) for sample in samples):,}"),
            (self.tr("Synthetic"), f"{synthetic:,}"), (self.tr("Approved"), f"{approved:,}"),
            (self.tr("Train / val / test"), " / ".join(f"{part:,}" for part in parts))] if name else [])
        self.refresh()

    def refresh(self, *, busy: bool = False) -> None:
        """Offer what can be done now."""
        needs = [(self._project, self.tr("a project")), (not self._project or self._count, self.tr("samples")),
                 (self.out.path, self.tr("a folder"))]
        missing = ", ".join(words for there, words in needs if not there)
        self._missing.setText(self.tr("Still needed: {what}.").format(what=missing) if missing else "")
        self._missing.setVisible(bool(missing))
        for made in (self.plan_button, self.write_button):
            made.setEnabled(not missing and not busy)

    def _tell(self, *_: object) -> None:
        self.refresh()
        self.changed.emit()
