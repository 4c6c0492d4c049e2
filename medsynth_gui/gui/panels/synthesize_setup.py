"""The left column of Synthesize: where the mask comes from, class, seed, count, steps and the model."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice, FolderField, Segmented, number_box
from medsynth_gui.gui.panels.model_cards import ModelChoice
from medsynth_gui.gui.panels.parts import SidePanel, button, row, section_head, text, tool
from medsynth_gui.gui.theme import SPACE

_SEEDS = 1_000_000


class SynthesizeSetup(SidePanel):
    """Emits `run`, `source(str)`, `folder(Path | None)`, `another` and the pad's `radius`, `undo`, `clear`."""

    run = Signal()
    source = Signal(str)
    folder = Signal(object)
    another = Signal()
    radius = Signal(int)
    undo = Signal()
    clear = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self.switch = Segmented([
            ("image", self.tr("Image"), self.tr("The mask drawn on the open image")),
            ("draw", self.tr("Draw"), self.tr("A mask drawn here")),
            ("sample", self.tr("Sample"), self.tr("A mask invented by the simulator")),
            ("folder", self.tr("Folder"), self.tr("The masks of a folder, in name order"))])
        self.switch.chosen.connect(self._switched)
        self.state = text("", "muted")
        self.model = ModelChoice(context, "synthesis", "model_synthesize")
        self.model.changed.connect(self._model_changed)
        self.class_choice = Choice(self.tr("Class of the image"), name="synthesize-class")
        self.seed = number_box(0, _SEEDS - 1, 1, name="synthesize-seed",
                               tip=self.tr("The same seed gives the same image"))
        self.count = number_box(1, 1000, 4, name="synthesize-count", tip=self.tr("How many images"))
        self.steps = number_box(1, 100, 12, name="synthesize-steps",
                                tip=self.tr("Steps of the sampler: more is slower, finer"))
        self.go = button(self.tr("Synthesize"), self.run.emit, kind="primary", name="synthesize-run",
                         tip=self.tr("Make images for this mask (Ctrl+Enter)"))
        self._build()
        self._model_changed()
        self._switched("image")

    def _build(self) -> None:
        self.radius_slider = QSlider(Qt.Orientation.Horizontal)
        self.radius_slider.setRange(2, 60)
        self.radius_slider.setValue(14)
        self.radius_slider.setToolTip(self.tr("Size of the brush ([ and ], or Ctrl+wheel)"))
        self.radius_slider.valueChanged.connect(self.radius.emit)
        self._draw_page = self._page(
            row(text(self.tr("Radius"), "muted", wrap=False), self.radius_slider, stretch=1),
            row(button(self.tr("Undo"), self.undo.emit, name="pad-undo",
                       tip=self.tr("Take the last stroke back (Ctrl+Z)")),
                button(self.tr("Clear"), self.clear.emit, name="pad-clear", tip=self.tr("Wipe the field"))))
        self._sample_page = self._page(row(button(self.tr("Another mask"), self.another.emit, glyph="shuffle",
                                                  name="mask-another", tip=self.tr("Invent another mask"))))
        self.folder_field = FolderField(self.tr("Folder of masks"), self.tr("Folder of label images"),
                                        name="synthesize-folder")
        self.folder_field.changed.connect(self.folder.emit)
        self._folder_page = self._page(row(self.folder_field, stretch=0))
        dice = tool("dice-five", self.tr("Another seed (D)"), self.roll, name="synthesize-dice")
        self.add(section_head(self.tr("Mask")), self.switch, self._draw_page, self._sample_page, self._folder_page,
                 self.state)
        self.gap()
        self._class_head = section_head(self.tr("Class"))
        self.add(self._class_head, self.class_choice, section_head(self.tr("Seed")))
        self.body.addLayout(row(self.seed, dice, stretch=0))
        images, steps = QVBoxLayout(), QVBoxLayout()
        for column, head, box in ((images, self.tr("Images"), self.count), (steps, self.tr("Steps"), self.steps)):
            column.setSpacing(SPACE.S)
            column.addWidget(section_head(head))
            column.addWidget(box)
        both = row()
        both.addLayout(images, 1)
        both.addLayout(steps, 1)
        self.body.addLayout(both)
        self.gap()
        self.add(self.go)
        self.gap()
        self.add(section_head(self.tr("Model")), self.model)
        self.end()

    @staticmethod
    def _page(*lines: object) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.S)
        for line in lines:
            column.addLayout(line)
        return page

    @property
    def class_name(self) -> str | None:
        return self.class_choice.currentData()

    def roll(self) -> None:
        """Take another seed."""
        self.seed.setValue(random.randrange(_SEEDS))

    def set_ready(self, ready: bool, words: str) -> None:
        """Say what mask there is, and whether there is one."""
        self.state.setText(words)
        self.go.setEnabled(ready and self.model.card is not None)

    def _switched(self, key: str) -> None:
        for name, page in (("draw", self._draw_page), ("sample", self._sample_page), ("folder", self._folder_page)):
            page.setVisible(name == key)
        self.source.emit(key)

    def _model_changed(self) -> None:
        card = self.model.card
        classes = card.classes if card else ()
        self.switch.offer("sample", bool(card and card.input.get("phantom")))
        self.class_choice.set_rows([(None, self.tr("Any class")), *((name, name) for name in classes)])
        for widget in (self._class_head, self.class_choice):
            widget.setVisible(bool(classes))
        if card and "steps" in card.input:
            self.steps.setValue(int(card.input["steps"]))
