"""The most alike real image, side by side with the synthetic one that is shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.canvas.beside import Beside
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.gate_words import figure
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.parts import button, row, set_role, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.nearest_real import FindNearestReal, NearestReal
from medsynth_gui.jobs.synthesize import SyntheticImage


class NearestRealView(QObject):
    """Opens a second, linked canvas beside the first one while on, with a line of what it shows below.

    The real images are those of the folder that was chosen, else the project's.

    Attributes:
        caption: the line; placed by the workspace.
        limit: similarity from which an image counts as a copy; None where nobody knows.
    """

    def __init__(self, context: AppContext, beside: Beside, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._beside, self._window = context, beside, parent
        self.on = False
        self.limit: float | None = None
        self._image: SyntheticImage | None = None
        self._job: JobHandle | None = None
        self._words = text("", "muted", wrap=True)
        choose = button(self.tr("Choose real images…"), self._choose, kind="quiet", name="nearest-folder",
                        tip=self.tr("A folder of real images, or a training set, to compare with"))
        self.caption = QWidget()
        column = QVBoxLayout(self.caption)
        column.setContentsMargins(SPACE.M, SPACE.XS, SPACE.M, SPACE.XS)
        column.addLayout(row(self._words, choose, stretch=0))
        self.caption.hide()
        context.session.project_changed.connect(self._project_changed)

    @property
    def folder(self) -> Path | None:
        """The folder of real images that was chosen and is there, else the open project."""
        chosen, project = self._context.settings["real_images"], self._context.session.project
        return Path(chosen) if chosen and Path(chosen).is_dir() else project.folder if project else None

    def set_on(self, on: bool) -> None:
        """Compare, or stop comparing."""
        self.on = on
        self.caption.setVisible(on)
        if on:
            other, link = self._beside.open_other()
            other.set_empty_text(self.tr("No real image yet"), self.tr("Open a project with real images, or choose a "
                                                                       "folder of them below."))
            link.on = True
            self._look()
        else:
            self._beside.close_other()

    def show(self, image: SyntheticImage | None) -> None:
        """Another image is shown in full quality (None: none is)."""
        if image is not self._image:
            self._image = image
            self._look()

    def _look(self) -> None:
        """Look for the neighbour of what is shown."""
        if self._job is not None:
            self._job.on_done = self._job.on_failed = None
            self._job.cancel()
            self._job = None
        if not self.on:
            return
        if self._image is None:
            self._say(self.tr("Make an image in full quality first."), "muted")
            return
        folder = self.folder
        if folder is None:
            self._say(words(Message("no-real-images")), "caution")
            self._other().set_series(None)
            return
        job = FindNearestReal(self._image.image, self._image.provenance.producer, folder, compute(self._context))
        self._say(self.tr("Looking for the most alike real image…"), "muted")
        self._job = self._context.queue.submit(job, partial(self._found, self._image), self._failed)

    def _found(self, image: SyntheticImage, nearest: NearestReal) -> None:
        self._job = None
        if not self.on or image is not self._image:
            return
        other = self._other()
        other.set_image(nearest.image)
        other.set_badge(self.tr("Real"))
        link = self._beside.link
        if link is not None:
            link.match((self._beside.canvas, other))
        copied = self.limit is not None and nearest.similarity > self.limit
        limit = "" if self.limit is None else self.tr(" (a copy from {limit})").format(limit=figure(self.limit))
        self._say(self.tr("Most alike of {count} real images: {name} · similarity {value}{limit}").format(
            count=nearest.compared, name=nearest.name, value=figure(nearest.similarity), limit=limit),
            "bad" if copied else "muted")

    def _failed(self, message: Message) -> None:
        self._job = None
        self._say(words(message), "bad")

    def _say(self, what: str, role: str) -> None:
        self._words.setText(what)
        set_role(self._words, role)

    def _other(self) -> object:
        return self._beside.open_other()[0]

    def _choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self._window, self.tr("Folder of real images"),
                                                 self._context.settings["real_images"])
        if found:
            self._context.settings["real_images"] = found
            self._look()

    def _project_changed(self, _: object) -> None:
        if self.on:
            self._look()
