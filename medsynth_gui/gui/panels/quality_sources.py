"""The left column of Quality: what is compared with what, and the models with their evidence."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice, FolderField, Segmented
from medsynth_gui.gui.panels.model_cards import ModelCards, ModelChoice
from medsynth_gui.gui.panels.parts import SidePanel, button, section_head, text
from medsynth_gui.gui.panels.quality_images import ImagesPage
from medsynth_gui.gui.panels.readers import ReadersPage
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.catalogue import list_models

_DRAWN, _FILE = "drawn", "file"


class QualitySources(SidePanel):
    """Emits `compare_image` and `compare_folders(predictions, truth)`, `gold_chosen(Path | None)`, `mode(str)`."""

    compare_image = Signal()
    compare_folders = Signal(object, object)
    gold_chosen = Signal(object)
    mode = Signal(str)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._context = context
        self.switch = Segmented([("image", self.tr("Image"), self.tr("A model against the mask of this image")),
                                 ("folders", self.tr("Folders"), self.tr("A folder of predictions against the truth")),
                                 ("images", self.tr("Sets"), self.tr("Synthetic images beside real ones")),
                                 ("readers", self.tr("Readers"), self.tr("Two readers of the project's images"))])
        self.switch.chosen.connect(self._switched)
        self.model = ModelChoice(context, "segmentation", "model_segment")
        self.model.changed.connect(self.refresh)
        self.gold = Choice(self.tr("The mask that counts as right"), name="quality-gold")
        self.gold.set_rows([(_DRAWN, self.tr("The mask drawn in Annotate")), (_FILE, self.tr("A mask file…"))])
        self.gold.picked.connect(self._gold_picked)
        self.compare = button(self.tr("Compare"), self.compare_image.emit, kind="primary", name="quality-compare",
                              tip=self.tr("Let the model segment this frame and compare it with the gold mask"))
        self._state = text("", "muted")
        self.predictions = FolderField(self.tr("Predictions"), self.tr("Folder of predicted label images"),
                                       name="quality-predictions")
        self.truth = FolderField(self.tr("Truth"), self.tr("Folder with masks/ (and images/), or of label images"),
                                 name="quality-truth")
        for field in (self.predictions, self.truth):
            field.changed.connect(self.refresh)
        self.evaluate = button(self.tr("Evaluate"), self._evaluate, kind="primary", name="quality-evaluate",
                               tip=self.tr("Compare every image of the two folders"))
        self.cards = ModelCards()
        self.images = ImagesPage(context)
        self.readers = ReadersPage(context)
        self._image_page = self._page(section_head(self.tr("Model")), self.model, section_head(self.tr("Gold")),
                                      self.gold, self._state, self.compare)
        self._folder_page = self._page(section_head(self.tr("Predictions")), self.predictions,
                                       section_head(self.tr("Truth")), self.truth, self.evaluate)
        self._evidence = section_head(self.tr("Models and evidence"))
        self.add(self.switch, self._image_page, self._folder_page, self.images, self.readers)
        self.gap()
        self.add(self._evidence, self.cards)
        self.end()
        self._switched("image")

    @staticmethod
    def _page(*widgets: QWidget) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, SPACE.S, 0, 0)
        layout.setSpacing(SPACE.S)
        for widget in widgets:
            layout.addWidget(widget)
        return page

    def refresh(self) -> None:
        """Offer what can be done now."""
        session = self._context.session
        opened = session.current
        drawn = bool(opened and opened.document.labels(opened.frame).any()) if opened else False
        self.compare.setEnabled(opened is not None and self.model.card is not None)
        self.evaluate.setEnabled(bool(self.predictions.path and self.truth.path))
        if opened is None:
            words = self.tr("Open an image first, in Library or Annotate.")
        elif self.gold.currentData() == _DRAWN and not drawn:
            words = self.tr("{title}, frame {frame}: nothing is drawn, so gold is “no label here”.").format(
                title=opened.title, frame=opened.frame + 1)
        else:
            words = self.tr("{title}, frame {frame}").format(title=opened.title, frame=opened.frame + 1)
        self._state.setText(words)

    def refresh_models(self) -> None:
        """Read the model cards again."""
        self.model.refresh()
        further = [Path(folder) for folder in self._context.settings["model_folders"]]
        self.cards.set_models(list_models(further=further))

    def _switched(self, key: str) -> None:
        self._image_page.setVisible(key == "image")
        self._folder_page.setVisible(key == "folders")
        self.images.setVisible(key == "images")
        self.readers.setVisible(key == "readers")
        for widget in (self._evidence, self.cards):
            widget.setVisible(key in ("image", "folders"))
        self.refresh()
        self.mode.emit(key)

    def _gold_picked(self, key: str) -> None:
        path: Path | None = None
        if key == _FILE:
            found, _ = QFileDialog.getOpenFileName(self, self.tr("Gold mask"), "", self.tr("Masks (*.png *.tif *.bmp)"))
            path = Path(found) if found else None
            if path is None:
                self.gold.choose(_DRAWN)
        self.gold_chosen.emit(path)
        self.refresh()

    def _evaluate(self) -> None:
        self.compare_folders.emit(self.predictions.path, self.truth.path)
