"""Bringing in masks: a labelled data set into the project, or one mask onto the series that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Card, button, row, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.io.masks.recognise import MaskPlan
from medsynth_gui.jobs.import_masks import FindMasks, LoadedMask, LoadMask
from medsynth_gui.session.mask_commands import load_mask
from medsynth_gui.session.opened import OpenSeries


class MaskImporter(QObject):
    """Opens the preview for a folder that a person chooses, and offers it for one that was opened and has masks.

    Attributes:
        offer: the line that offers it; hidden while there is nothing to offer.
    """

    def __init__(self, context: AppContext, page: QWidget,
                 imported: Callable[[Sequence[OpenFailure]], object]) -> None:
        super().__init__(page)
        self._context, self._page, self._imported = context, page, imported
        self._paths: tuple[Path, ...] = ()
        self._plan: MaskPlan | None = None
        self._words = text()
        card = Card()
        card.body.addLayout(row(
            self._words, button(self.tr("Not now"), self._withdraw, kind="quiet", name="offer-later"),
            button(self.tr("Import with masks…"), self._open_offered, kind="primary", name="offer-import"), stretch=0))
        self.offer = QWidget()
        self.offer.setLayout(row(card, stretch=0))
        self.offer.layout().setContentsMargins(SPACE.M, 0, SPACE.M, SPACE.S)
        self.offer.hide()

    def choose(self) -> None:
        """Ask which folder."""
        found = QFileDialog.getExistingDirectory(self._page, self.tr("Folder of images with their masks"),
                                                 self._context.settings["last_folder"])
        if found:
            self._context.settings["last_folder"] = found
            self.show_preview((Path(found),))

    def show_preview(self, paths: Sequence[Path], plan: MaskPlan | None = None) -> QWidget:
        """The preview of some paths, before anything is imported."""
        from medsynth_gui.gui.dialogs.import_preview import ImportPreview

        preview = ImportPreview(self._context, paths, self._page, plan=plan, imported=self._imported)
        preview.open()
        preview.activateWindow()
        return preview

    def look(self, paths: Sequence[Path]) -> None:
        """Offer the preview where folders have masks; a single file is opened without a word."""
        self._withdraw()
        if any(path.is_dir() for path in paths) or len(paths) > 1:
            self._context.queue.submit(FindMasks(tuple(paths)), partial(self._found, tuple(paths)),
                                       lambda message: None, quiet=True)

    def _found(self, paths: tuple[Path, ...], plan: MaskPlan) -> None:
        masked = len(plan.labelled)
        if not masked:
            return
        self._paths, self._plan = paths, plan
        self._words.setText(self.tr("{masked} of {every} images in {name} come with masks.").format(
            masked=masked, every=len(plan.images), name=plan.name))
        self.offer.show()

    def _open_offered(self) -> None:
        if self._paths:
            self.show_preview(self._paths, self._plan)
        self._withdraw()

    def _withdraw(self) -> None:
        self._paths, self._plan = (), None
        self.offer.hide()


class MaskLoader(QObject):
    """Loads a mask from files onto the series that is shown, as one undoable step."""

    def __init__(self, context: AppContext, page: QWidget) -> None:
        super().__init__(page)
        self._context, self._page = context, page

    def choose(self) -> None:
        """Ask which files; several masks of one image go together."""
        opened = self._context.session.current
        if opened is None:
            return
        folder = str(Path(opened.series.path).parent) if opened.series.path else self._context.settings["last_folder"]
        found, _ = QFileDialog.getOpenFileNames(self._page, self.tr("Mask or annotations of this image"), folder)
        if found:
            self.load([Path(name) for name in found])

    def load(self, paths: Sequence[Path]) -> None:
        """Read them in the IO lane, then put them in place."""
        session = self._context.session
        if (opened := session.current) is not None:
            self._context.queue.submit(LoadMask(tuple(paths), opened.series, session.label_set, opened.frame),
                                       partial(self._loaded, opened))

    def _loaded(self, opened: OpenSeries, loaded: LoadedMask) -> None:
        session = self._context.session
        try:
            load_mask(session, opened, loaded)
        except MedSynthError as error:
            self._context.notify(error.message, "bad")
            return
        told: Message | str = loaded.notes[0] if loaded.notes else self.tr("The mask is loaded; undo takes it back.")
        self._context.notify(told, "caution" if loaded.notes else "good")
