"""Library: everything that is open or in the project, to find, judge and collect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import choose_project, ensure_project
from medsynth_gui.gui.importing import MaskImporter
from medsynth_gui.gui.item_models.library_entries import LibraryEntry, LibraryFilter
from medsynth_gui.gui.item_models.library_model import ENTRY_ROLE, LibraryModel
from medsynth_gui.gui.opening import Opener
from medsynth_gui.gui.panels.library_details import LibraryDetails
from medsynth_gui.gui.panels.library_filters import LibraryFilters
from medsynth_gui.gui.panels.library_grid import LibraryGrid
from medsynth_gui.gui.panels.library_known import KnownSamples
from medsynth_gui.gui.panels.library_sources import ask_second_reader, frames_to_add, sample_entry
from medsynth_gui.gui.panels.parts import EmptyState, button, row, text
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.sample_opening import SampleOpener
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.add_frames import AddFrames, read_samples
from medsynth_gui.jobs.batch import BatchReport
from medsynth_gui.session.commands import select_series

ROWS = (
    ActionRow("library.annotate", QT_TRANSLATE_NOOP("actions", "Annotate the selected image"), ("Return", "Enter"),
              "paint-brush"),
    ActionRow("library.add", QT_TRANSLATE_NOOP("actions", "Add the selected images to the project"), ("Ctrl+Return",),
              "plus"),
    ActionRow("library.import_masks", QT_TRANSLATE_NOOP("actions", "Import a labelled dataset…"), ("Ctrl+Shift+I",),
              "stack"),
    ActionRow("library.second_reader", QT_TRANSLATE_NOOP("actions", "Ask for a second reader of the selected images"),
              ("Ctrl+Shift+R",), "flag"),
    ActionRow("library.search", QT_TRANSLATE_NOOP("actions", "Filter the library"), ("Ctrl+F", "/"),
              "magnifying-glass"),
)


class LibraryWorkspace(Workspace):
    """A grid of thumbnails between filters and details; files and folders are dropped anywhere on it."""

    key = "library"
    title = QT_TRANSLATE_NOOP("workspaces", "Library")
    icon = "squares-four"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.setAcceptDrops(True)
        self._samples: list[LibraryEntry] = []
        self.opener = Opener(context, self)
        self.opener.finished.connect(self._import_finished)
        self._sample_opener = SampleOpener(context, self)
        self.model = LibraryModel(context.queue, self)
        self._known = KnownSamples(context, self._refresh, self)
        self.filters = LibraryFilters()
        self.filters.changed.connect(self._filter)
        self.filters.create_project.connect(partial(choose_project, context, self, create=True))
        self.filters.open_project.connect(partial(choose_project, context, self, create=False))
        self._shown = False
        self.importer = MaskImporter(context, self, self._import_finished)
        self.opener.opening.connect(self.importer.look)
        self.details = LibraryDetails(context.theme, self.annotate)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.filters)
        layout.addWidget(self._middle(), 1)
        layout.addWidget(self.details)
        for action_row, handler in zip(ROWS, (self.annotate, self.add_to_project, self.importer.choose,
                                             self.ask_second_reader, self.filters.search.setFocus),
                                       strict=True):
            context.actions.add(action_row, handler)
        session = context.session
        session.series_changed.connect(self._refresh)
        session.review_changed.connect(self._refresh)
        session.project_changed.connect(self._project_changed)
        session.sample_changed.connect(self._sample_changed)

    def _middle(self) -> QWidget:
        self._count = text("", "page", wrap=False)
        self.add_button = button(self.tr("Add to project"), self.add_to_project, kind="primary", name="library-add",
                                 tip=self.tr("Add the selected images and their masks to the project (Ctrl+Enter)"))
        bar = row(self._count, QWidget(),
                  button(self.tr("Open files…"), self.opener.choose_files, glyph="folder-open", name="library-open"),
                  button(self.tr("Open a folder…"), self.opener.choose_folder, glyph="folders",
                         name="library-open-folder"),
                  button(self.tr("With masks…"), self.importer.choose, glyph="stack", name="library-import-masks",
                         tip=self.tr("Import a dataset that comes with masks (Ctrl+Shift+I)")),
                  self.add_button, stretch=1)
        bar.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.S)
        self.grid = LibraryGrid(self.model, self.context.theme)
        self.grid.doubleClicked.connect(self._double_clicked)
        self.grid.selectionModel().selectionChanged.connect(self._selected)
        empty = EmptyState("image-square", self.tr("Drop images here"),
                           self.tr("Files or whole folders: DICOM, PNG, JPEG, TIFF, BMP, PGM, MP4 and AVI. "
                                   "Nothing leaves this machine."),
                           [button(self.tr("Open files…"), self.opener.choose_files),
                            button(self.tr("Open a folder…"), self.opener.choose_folder),
                            button(self.tr("Open the sample case"), self.opener.open_sample)])
        nothing = EmptyState("funnel", self.tr("No image passes the filter"),
                             self.tr("Show everything again, or choose other filters on the left."),
                             [button(self.tr("Clear filters"), self.filters.reset)])
        self.pages = QStackedWidget()
        for page in (empty, nothing, self.grid):
            self.pages.addWidget(page)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.importer.offer)
        column.addWidget(self.pages, 1)
        return box

    def activated(self) -> None:
        self._shown = True
        self._project_changed(self.context.session.project)
        self.details.set_failures(self.context.failures)
        self.grid.setFocus()

    def deactivated(self) -> None:
        self._shown = False

    # --- what is listed

    def _refresh(self, *_: object) -> None:
        # Hidden, it is filled when it is shown: a stroke in Annotate must not list ten thousand images anew.
        if not self._shown:
            return
        entries = self._known.entries(self.context.session.opened, self._samples)
        chosen = {entry.key for entry in self.chosen()}
        self.model.set_entries(entries)
        self.filters.set_entries(entries)
        self.grid.choose(chosen)
        self._selected()
        self._show_page()

    def _filter(self, chosen: LibraryFilter) -> None:
        self.model.set_filter(chosen)
        self._show_page()

    def _show_page(self) -> None:
        shown, every = len(self.model.shown), len(self.model.entries)
        self.pages.setCurrentIndex(0 if not every else 1 if not shown else 2)
        self._count.setText(self._images(every) if shown == every else
                            self.tr("{shown} of {every} images").format(shown=shown, every=every))
        self._count.setVisible(bool(every))
        self.details.set_shown(self.model.shown)

    def _images(self, count: int) -> str:
        return self.tr("1 image") if count == 1 else self.tr("{n} images").format(n=f"{count:,}")

    def _project_changed(self, project: object) -> None:
        current = self.context.session.project
        if current is None:
            self._samples = []
            self._known.set_samples(())
            self.filters.set_project("", "", 0)
            self._refresh()
        else:
            self.context.queue.submit(Reading(partial(read_samples, current.folder)), self._samples_read, quiet=True)

    def _sample_changed(self, sample: Sample) -> None:
        self._samples = [sample_entry(sample) if entry.sample_id == sample.id else entry for entry in self._samples]
        self._refresh()

    def _samples_read(self, samples: Sequence[Sample]) -> None:
        project = self.context.session.project
        if project is not None:
            self._samples = [sample_entry(sample) for sample in samples]
            self._known.set_samples(samples)
            self.filters.set_project(project.name, str(project.folder), len(samples))
            self._refresh()

    # --- what is chosen

    def chosen(self) -> list[LibraryEntry]:
        """The selected entries."""
        return self.grid.chosen()

    def _selected(self, *_: object) -> None:
        chosen = self.chosen()
        self.details.show_entries(chosen)
        self.add_button.setEnabled(any(entry.opened is not None for entry in chosen))
        self.context.actions.set_available("library.annotate", len(chosen) == 1)
        self.context.actions.set_available("library.add", self.add_button.isEnabled())
        self.context.actions.set_available("library.second_reader", any(entry.sample_id for entry in chosen))

    def _double_clicked(self, index: QModelIndex) -> None:
        self._open(index.data(ENTRY_ROLE))

    def annotate(self) -> None:
        """Open the selected image for drawing."""
        if len(chosen := self.chosen()) == 1:
            self._open(chosen[0])

    def _open(self, entry: LibraryEntry) -> None:
        if entry.opened is not None:
            if select_series(self.context.session, entry.key):
                self.context.show_workspace("annotate")
        elif entry.sample_id:
            self._sample_opener.open(entry.sample_id, then=partial(self.context.show_workspace, "annotate"))

    def ask_second_reader(self) -> None:
        """Let the selected samples of the project wait for a second reader."""
        if asked := ask_second_reader(self.context, self.chosen()):
            self.context.notify(self.tr("{images} wait for a second reader.").format(images=self._images(asked)),
                                "good")

    # --- what is collected

    def add_to_project(self) -> None:
        """Add the selected series: their labelled frames, or the frame shown where nothing is drawn."""
        session = self.context.session
        keys = [entry.key for entry in self.chosen() if entry.opened is not None]
        if not keys or not ensure_project(self.context, self):
            return
        wanted = frames_to_add(session, (found for key in keys if (found := session.find(key)) is not None))
        project = session.project
        assert project is not None
        self.context.queue.submit(AddFrames(project.folder, wanted), self._added)

    def _added(self, report: BatchReport) -> None:
        session = self.context.session
        session.project_changed.emit(session.project)
        news = sum(bool(record["added"]) for record in report.done)
        if report.failed:
            self._import_finished(report.failed)
        words = self.tr("{images} added to the project.") if news else self.tr("Everything was in the project already.")
        self.context.notify(words.format(images=self._images(news)), "good" if news else "info")

    def _import_finished(self, failures: Sequence[OpenFailure]) -> None:
        self.context.failures[:] = failures
        self.details.set_failures(self.context.failures)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self.opener.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()
