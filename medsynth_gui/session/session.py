"""Session: what the user is doing. One object on one thread; commands act on it, views listen to it."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core import paths
from medsynth_gui.core.cine import Mark
from medsynth_gui.core.errors import Message, StorageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.mask_document import DocumentEvent, MaskDocument
from medsynth_gui.core.measurement import Measurement
from medsynth_gui.core.review import ReviewState
from medsynth_gui.core.ruler import RulerLine
from medsynth_gui.core.signal import Signal
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.session.correcting import Correcting
from medsynth_gui.session.journal import Journal
from medsynth_gui.session.journal_writer import JournalWriter
from medsynth_gui.session.label_sets import remembered_labels
from medsynth_gui.session.measure_commands import store_measurements
from medsynth_gui.session.measuring import Measuring
from medsynth_gui.session.notes import Note, write_note
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.scanner_memory import ScannerMemory
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.toolbox import Toolbox
from medsynth_gui.session.tools.base import ToolContext

if TYPE_CHECKING:
    from medsynth_gui.dataset.project import Project
    from medsynth_gui.dataset.sample import Sample


class Session:
    """The opened series, the current one, labels, tool, proposal and project.

    Read it anywhere on its thread; change it through `session.commands` and `session.toolbox`.

    Args:
        settings: of this user.
        folder: where journals and reviews are kept; by default `user_data()/journal`.

    Attributes:
        series_changed: the list of opened series (the tuple itself).
        current_changed: another series (or none) is shown; its document, frame, window and proposal come with it.
        frame_changed, window_changed, proposal_changed: of the current series.
        labels_changed: the label set or the active label.
        document_changed: labels of the current series were written inside this box.
        history_changed: undo and redo of the current series are other ones now.
        review_changed: review state of this series.
        marks_changed: marked frames of the current series.
        project_changed: another project (or none) is open.
        sample_changed: a sample of the project was reviewed.
        problem: a sentence the person should read.
        ruler_drawn: a line along the scanner's ruler, whose length is to be asked for.
    """

    def __init__(self, settings: Settings | None = None, *, folder: Path | None = None) -> None:
        from medsynth_gui.session.correct_commands import start_correcting

        self.series_changed: Signal[tuple[OpenSeries, ...]] = Signal()
        self.current_changed: Signal[OpenSeries | None] = Signal()
        self.frame_changed: Signal[int] = Signal()
        self.window_changed: Signal[WindowLevel] = Signal()
        self.proposal_changed: Signal[ResultLayer | None] = Signal()
        self.labels_changed: Signal[LabelSet] = Signal()
        self.document_changed: Signal[Region] = Signal()
        self.history_changed: Signal[None] = Signal()
        self.review_changed: Signal[OpenSeries] = Signal()
        self.marks_changed: Signal[tuple[Mark, ...]] = Signal()
        self.project_changed: Signal[Project | None] = Signal()
        self.sample_changed: Signal[Sample] = Signal()
        self.problem: Signal[Message] = Signal()
        self.ruler_drawn: Signal[RulerLine] = Signal()
        self.settings = settings or Settings()
        self.scanners = ScannerMemory(self.settings.path.with_name("scanners.json"))
        self.folder = folder or paths.user_data() / "journal"
        self.opened: tuple[OpenSeries, ...] = ()
        self.current: OpenSeries | None = None
        self.project: Project | None = None
        self.label_set: LabelSet = remembered_labels(self.settings)
        remembered = self.label_set.find(self.settings["active_label"])
        self.active_label: int = (remembered or self.label_set.labels[0]).value
        self.pixel_px = 1.0
        self.correcting: Correcting = start_correcting(self)
        self.measuring = Measuring(self._store_measurements)
        self.current_changed.connect(self._measure)
        self.frame_changed.connect(self.measuring.look_at)
        self.toolbox = Toolbox(self.settings, self.tool_context)
        self.tool_changed = self.toolbox.changed
        self.tool_changed.connect(self._on_tool)
        self._measured = self.measures
        self._writer = JournalWriter()
        self._journals: dict[str, Journal] = {}

    @property
    def document(self) -> MaskDocument | None:
        """The mask of the current series."""
        return self.current.document if self.current else None

    @property
    def frame(self) -> int:
        """The frame shown, from 0."""
        return self.current.frame if self.current else 0

    @property
    def window(self) -> WindowLevel | None:
        """Window/level of the current series."""
        return self.current.window if self.current else None

    @property
    def proposal(self) -> ResultLayer | None:
        """What a model proposes for the current series."""
        return self.current.proposal if self.current else None

    @property
    def label(self) -> Label | None:
        """The active label."""
        return self.label_set.find(self.active_label)

    @property
    def undo_name(self) -> str | None:
        """What undo would take back: a prompt that is not accepted yet, a measurement while a measuring tool is in
        hand, else a step of the mask."""
        if self.correcting.running:
            return "Prompt"
        if self.measures and self.measuring.can_undo:
            return "Measurement"
        return self.document.undo_name if self.document else None

    @property
    def redo_name(self) -> str | None:
        """What redo would do again; see `undo_name`."""
        if self.correcting.running:
            return None
        if self.measures and self.measuring.can_redo:
            return "Measurement"
        return self.document.redo_name if self.document else None

    @property
    def measures(self) -> bool:
        """A measuring tool is in hand."""
        return self.toolbox.spec.group == "measure"

    def find(self, key: str) -> OpenSeries | None:
        """The opened series with this key."""
        return next((opened for opened in self.opened if opened.key == key), None)

    def tool_context(self) -> ToolContext | None:
        """What a tool may touch now; None where nothing is open."""
        from medsynth_gui.session.correct_commands import accept_part

        opened = self.current
        if opened is None:
            return None

        def image() -> npt.NDArray[np.uint8]:
            return opened.shown_gray(opened.frame)

        return ToolContext(
            document=opened.document, frame=opened.frame, label=self.active_label,
            name_of=self._name_of, locked=self.label_set.locked_values,
            hidden=[label.value for label in self.label_set if not label.visible],
            options=self.toolbox.options, image=image, show=self.toolbox.preview.emit, tell=self.problem.emit,
            set_option=self.toolbox.set_option, pixel_px=self.pixel_px, measuring=self.measuring,
            ruler_drawn=self.ruler_drawn.emit, correcting=self.correcting, accept_part=partial(accept_part, self))

    def _name_of(self, value: int) -> str:
        label = self.label_set.find(value)
        return label.name if label else ""

    def load_document(self, opened: OpenSeries) -> MaskDocument:
        """Make the mask document of a series from its journal; what is written from now on goes there.

        Raises:
            StorageError: another window has the journal.
        """
        series = opened.series
        document = MaskDocument(series.frame_count, series.rows, series.columns,
                                locked=lambda: self.label_set.locked_values)
        journal = Journal(self.folder / f"{opened.key}.journal", document, self._writer, title=opened.title)
        journal.problem.connect(self.problem.emit)
        journal.poll()
        self._journals[opened.key] = journal
        document.changed.connect(lambda region: self._on_changed(opened, region))
        document.recorded.connect(lambda event: self._on_recorded(opened, event))
        return document

    def release(self, opened: OpenSeries) -> None:
        """Complete and close the journal of a series."""
        if journal := self._journals.pop(opened.key, None):
            journal.close()

    def poll(self) -> None:
        """Tell of what the journal's thread met (a full disk, say); write settings. Call about once a second."""
        self.settings.flush()
        with contextlib.suppress(StorageError):
            self.scanners.flush()
        for journal in tuple(self._journals.values()):
            journal.poll()

    def close(self) -> None:
        """Give up the gesture in hand, write everything down and let the files go."""
        self.toolbox.cancel()
        for opened in self.opened:
            self.release(opened)
        self._writer.close()
        self.settings.flush()

    def set_note(self, opened: OpenSeries, note: Note) -> None:
        """Store the review state and the accepted proposals of a series."""
        opened.note = note
        try:
            write_note(self.note_path(opened.key), note)
        except StorageError:
            self.problem.emit(Message("note-unsaved", {"title": opened.title}))
        self.review_changed.emit(opened)

    def note_path(self, key: str) -> Path:
        """Where the note of a series is."""
        return self.folder / f"{key}.json"

    def _measure(self, opened: OpenSeries | None) -> None:
        self.measuring.show(opened.series if opened else None, opened.note.measurements if opened else ())

    def _on_tool(self, _: str) -> None:
        """With a measuring tool in hand undo means another history."""
        if self.measures != self._measured:
            self._measured = self.measures
            self.history_changed.emit(None)

    def _store_measurements(self, items: tuple[Measurement, ...]) -> None:
        if self.current is not None:
            store_measurements(self, self.current, items)
        self.history_changed.emit(None)

    def _on_changed(self, opened: OpenSeries, region: Region) -> None:
        if opened is self.current:
            self.document_changed.emit(region)

    def _on_recorded(self, opened: OpenSeries, event: DocumentEvent) -> None:
        if event.kind in ("begin", "paint"):
            return
        if opened.review.state is ReviewState.UNLABELLED and event.kind == "finish":
            from medsynth_gui.session.review_commands import begin_work

            begin_work(self, opened)
        if opened is self.current:
            self.history_changed.emit(None)
