"""Enhance: a frame, twice as large, beside itself under a divider that is dragged."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import ensure_project
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.enhance_setup import EnhanceSetup
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.session.commands import open_series, upscale_job
from medsynth_gui.session.opened import OpenSeries

ROWS = (
    ActionRow("enhance.run", QT_TRANSLATE_NOOP("actions", "Enlarge this frame"), ("Ctrl+Return",),
              "magnifying-glass-plus"),
    ActionRow("enhance.save", QT_TRANSLATE_NOOP("actions", "Save the enlarged image"), ("Ctrl+S",), "floppy-disk"),
)


class EnhanceWorkspace(Workspace):
    """Left the request, the rest is the image; both halves share one view, so that zoom and pan are linked."""

    key = "enhance"
    title = QT_TRANSLATE_NOOP("workspaces", "Enhance")
    icon = "magnifying-glass-plus"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.canvas = Canvas(context)
        self.canvas.set_empty_text(self.tr("No image is open"),
                                   self.tr("Open one in Library or Annotate; it is enlarged here."))
        self.setup = EnhanceSetup(context)
        self.setup.run.connect(self.run)
        self.setup.save.connect(self.save)
        self.setup.keep.connect(self.keep)
        self.setup.annotate.connect(self.annotate)
        self.setup.model.changed.connect(self._refresh)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addWidget(self.canvas, 1)
        self.enlarged: ImageSeries | None = None
        self._source: tuple[str, int] | None = None
        self._job: JobHandle | None = None
        for action_row, handler in zip(ROWS, (self.run, self.save), strict=True):
            context.actions.add(action_row, handler)
        context.session.current_changed.connect(self._current_changed)
        context.session.frame_changed.connect(self._current_changed)
        context.queue.finished.connect(self._job_finished)

    def activated(self) -> None:
        self.setup.model.refresh()
        self._current_changed(None)

    def _current_changed(self, _: object) -> None:
        """Show the frame that is open; what was made for another one is left behind."""
        if not self.isVisible():
            return
        opened = self.context.session.current
        source = (opened.key, opened.frame) if opened else None
        if source != self._source:
            self._source, self.enlarged = source, None
            if opened is None:
                self.canvas.set_series(None)
            else:
                self.canvas.set_series(opened.series, frame=opened.frame, window=opened.window)
        self._refresh()

    def _refresh(self, *_: object) -> None:
        self.setup.show_state(self.context.session.current, self.enlarged, busy=self._job is not None)
        self.context.actions.set_available("enhance.run", self.setup.go.isEnabled())
        self.context.actions.set_available("enhance.save", self.enlarged is not None)

    def run(self) -> None:
        """Enlarge the frame that is shown."""
        opened, setup = self.context.session.current, self.setup
        if opened is None or self._job is not None or setup.model.card is None:
            return
        job = upscale_job(self.context.session, factor=setup.factor, model=setup.model.ref)
        self._job = self.context.queue.submit(job, partial(self._enlarged, (opened.key, opened.frame)), self._failed)
        self.context.show_model(setup.model.card.id)
        self._refresh()

    def _enlarged(self, source: tuple[str, int], series: ImageSeries) -> None:
        if source != self._source:
            return
        self.enlarged = series
        factor = series.rows // self.canvas.series.rows if self.canvas.series else 2
        self.canvas.set_comparison(np.asarray(series.frame(0)), before_text=self.tr("Original"),
                                   after_text=self.tr("×{factor} · model output").format(factor=factor))
        self._refresh()

    def _failed(self, message: Message) -> None:
        self.context.notify(message, "bad")

    def _job_finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            self._refresh()

    def save(self) -> None:
        """Write the enlarged image as PNG, with its provenance."""
        if self.enlarged is None:
            return
        folder = Path(self.context.settings["last_folder"] or ".")
        name = f"{Path(self.enlarged.title).stem}-x{self.setup.factor}.png".replace(" ", "-")
        found, _ = QFileDialog.getSaveFileName(self, self.tr("Save the enlarged image"), str(folder / name),
                                               "PNG (*.png)")
        if found:
            self.save_to(Path(found).with_suffix(".png"))

    def save_to(self, path: Path) -> None:
        """Write the enlarged image to a file."""
        assert self.enlarged is not None
        call = partial(write_enlarged, path, self.enlarged)
        self.context.queue.submit(Reading(call, Message("job-save-image", {"path": path.name})), self._saved)

    def _saved(self, path: Path) -> None:
        self.context.notify(self.tr("Saved as {name}.").format(name=path.name), "good")

    def keep(self) -> None:
        """Add the enlarged image to the project."""
        session = self.context.session
        if self.enlarged is None or not ensure_project(self.context, self):
            return
        assert session.project is not None
        try:
            sample = session.project.add_frame(self.enlarged, 0, group=self._group(session.current))
        except MedSynthError as error:
            self.context.notify(error.message, "bad")
            return
        session.project_changed.emit(session.project)
        self.context.notify(self.tr("Added to the project as {id}.").format(id=sample.id), "good")

    @staticmethod
    def _group(opened: OpenSeries | None) -> str:
        """The patient of the original: an enlarged image must not be split from it."""
        return (opened.patient or opened.key) if opened else ""

    def annotate(self) -> None:
        """Open the enlarged image as a series of its own."""
        if self.enlarged is not None:
            open_series(self.context.session, self.enlarged)
            self.context.show_workspace("annotate")


def write_enlarged(path: Path, series: ImageSeries) -> Path:
    """Write the one frame of a series as PNG with its provenance."""
    from medsynth_gui.io.raster_files import provenance_text, write_gray_png

    write_gray_png(path, np.asarray(series.frame(0)), provenance_text(series.provenance))
    return path
