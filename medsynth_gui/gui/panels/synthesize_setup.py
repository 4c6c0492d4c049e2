"""The left column of Synthesize: model, mask, class, seed, and how the images are made."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QVBoxLayout, QWidget

from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice, number_box
from medsynth_gui.gui.panels.frame_choice import FrameChoice
from medsynth_gui.gui.panels.generator_choice import GeneratorChoice
from medsynth_gui.gui.panels.licence_question import LicenceQuestion
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.parts import SidePanel, button, row, section_head, text, tool
from medsynth_gui.gui.panels.synthesize_mask_chooser import MaskChooser
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.synthesize import Synthesize, SyntheticImage
from medsynth_gui.session.synthesis import GeneratorOptions, Gray

_SEEDS = 1_000_000
_GUIDANCE = (0.5, 8.0)


class SynthesizeSetup(SidePanel):
    """Emits `run`, `source(str)`, and `changed` where the live image must follow.

    What a model does not offer is not shown: everything comes from its card.
    """

    run = Signal()
    source = Signal(str)
    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._context = context
        self.options = GeneratorOptions()
        self._last: tuple[object, ...] = ()
        self.chooser = MaskChooser(context)
        self.switch = self.chooser.switch
        self.switch.chosen.connect(self.source.emit)
        self.model = GeneratorChoice(context)
        self.licence = LicenceQuestion(context, self.model)
        self.model.changed.connect(self._model_changed)
        self.licence.answered.connect(self._tell)
        self.class_choice = Choice(self.tr("Class of the image"), name="synthesize-class")
        self.seed = number_box(0, _SEEDS - 1, 1, name="synthesize-seed",
                               tip=self.tr("The same seed gives the same image"))
        self.count = number_box(1, 500, 8, name="synthesize-count",
                                tip=self.tr("How many images, each of its own seed"))
        self.go = button(self.tr("Fill the gallery"), self.run.emit, kind="primary", name="synthesize-run",
                         tip=self.tr("Make images of as many seeds for this mask (Ctrl+Enter)"))
        self._make_quality()
        self._build()
        self._model_changed()

    def _make_quality(self) -> None:
        self.steps = number_box(1, 100, 12, name="synthesize-steps",
                                tip=self.tr("Steps of the sampler: more is slower, finer"))
        self.guidance = QDoubleSpinBox()
        self.guidance.setRange(*_GUIDANCE)
        self.guidance.setSingleStep(0.1)
        self.guidance.setDecimals(1)
        self.guidance.lineEdit().setTextMargins(SPACE.S - 2, 0, 0, 0)
        self.guidance.setObjectName("synthesize-guidance")
        self.guidance.setToolTip(self.tr("How strongly mask and class are followed: 1 as learned, more is stronger "
                                         "and less varied"))
        self.guidance.setAccessibleName(self.tr("Guidance"))
        self.frame = FrameChoice("synthesize-frame")
        self.size = Choice(self.tr("Long side of the images"), name="synthesize-size")
        self.device = Choice(self.tr("What the model runs on"), name="synthesize-device")
        self.device.set_rows([("auto", self.tr("Automatic")), ("cpu", self.tr("Processor")),
                              ("cuda", self.tr("NVIDIA GPU")), ("mps", self.tr("Apple GPU"))])
        self.device.choose(self._context.settings["device"])
        self.device.picked.connect(self._device_picked)
        for signal in (self.seed.valueChanged, self.steps.valueChanged, self.guidance.valueChanged,
                       self.size.picked, self.frame.picked, self.class_choice.picked):
            signal.connect(self._tell)

    def _build(self) -> None:
        self.lock = tool("lock-open", "", self._locked, name="synthesize-lock")
        self.lock.setCheckable(True)
        self._locked()
        dice = tool("dice-five", self.tr("Another seed (D)"), self.roll, name="synthesize-dice")
        self.add(section_head(self.tr("Model")), self.model, self.licence)
        self.gap()
        self.add(self.chooser)
        self.gap()
        self._class_head = section_head(self.tr("Class"))
        self.add(self._class_head, self.class_choice, section_head(self.tr("Seed")))
        self.body.addLayout(row(self.seed, self.lock, dice, stretch=0, spacing=SPACE.XS))
        self.gap()
        self.add(section_head(self.tr("Gallery")))
        self.count.setFixedWidth(72)
        self.body.addLayout(row(self.count, self.go, stretch=1))
        self.gap()
        self.add(section_head(self.tr("How they are made")))
        self.body.addLayout(self._quality_grid())
        self.end()

    def _quality_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE.M)
        grid.setVerticalSpacing(SPACE.S)
        grid.setColumnStretch(1, 1)
        self._names: dict[str, QWidget] = {}
        for number, (key, words, field) in enumerate((
                ("steps", self.tr("Steps"), self.steps), ("guidance", self.tr("Guidance"), self.guidance),
                ("frame", self.tr("Frame"), self.frame), ("size", self.tr("Size"), self.size),
                ("device", self.tr("Runs on"), self.device))):
            self._names[key] = text(words, "muted", wrap=False)
            grid.addWidget(self._names[key], number, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field, number, 1)
        return grid

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

    def request(self, masks: tuple[Gray, ...], names: tuple[str, ...] = (),
                parents: tuple[tuple[str, ...], ...] = ()) -> Synthesize:
        """One image for the first mask, as the panel says."""
        options = self.options
        size = self.size.currentData()
        return Synthesize(
            self.model.ref, masks, self.class_name, 1, self.seed.value(),
            size if size and size != options.sizes[0] else None, self.steps.value() if options.steps else None,
            compute(self._context), mask_names=names, mask_parents=parents,
            guidance=round(self.guidance.value(), 2) if options.guidance is not None else None,
            accept_licence=self.licence.accepted, frame=self.frame.frame)

    def next_seed(self, wish: tuple[object, ...]) -> None:
        """Take fresh seeds where the gallery was filled with these already, unless the seed is locked."""
        if not self.lock.isChecked() and self._last == (*wish, self.seed.value()):
            self.seed.setValue((self.seed.value() + self.count.value()) % _SEEDS)
        self._last = (*wish, self.seed.value())

    def roll(self) -> None:
        """Take another seed."""
        self.seed.setValue(random.randrange(_SEEDS))

    def set_ready(self, ready: bool, words: str) -> None:
        """Say what mask there is, and whether there is one."""
        self.chooser.state.setText(words)
        self.chooser.state.setVisible(bool(words))
        self.go.setEnabled(ready and self.model.card is not None)

    def take(self, image: SyntheticImage) -> None:
        """Show class and seed of an image that was made, without telling of each."""
        self.blockSignals(True)
        self.seed.setValue(image.provenance.seed or 0)
        self.class_choice.choose(image.class_name)
        self.frame.choose(image.provenance.parameters.get("frame", BY_SEED))
        self.switch.choose("draw")
        self.blockSignals(False)

    def _locked(self) -> None:
        from medsynth_gui.gui.icons import icon

        locked = self.lock.isChecked()
        self.lock.setIcon(icon("lock" if locked else "lock-open"))
        tip = (self.tr("The gallery keeps this seed: the same images again") if locked else
               self.tr("The gallery takes fresh seeds each time it is filled; press to keep this one"))
        self.lock.setToolTip(tip)
        self.lock.setAccessibleName(tip)

    def _device_picked(self, device: str) -> None:
        self._context.settings["device"] = device
        self._tell()

    def _tell(self, *_: object) -> None:
        self.changed.emit()

    def _model_changed(self) -> None:
        card = self.model.card
        self.options = options = GeneratorOptions.of(card)
        self.blockSignals(True)
        self.class_choice.set_rows([(None, self.tr("Any class")), *((name, name) for name in options.classes)])
        for widget in (self._class_head, self.class_choice):
            widget.setVisible(bool(options.classes))
        self.size.set_rows([(size, self.tr("{size} px").format(size=size)) for size in options.sizes])
        for key, field, shown in (("steps", self.steps, options.steps), ("guidance", self.guidance, options.guidance),
                                  ("size", self.size, len(options.sizes) > 1)):
            self._names[key].setVisible(bool(shown))
            field.setVisible(bool(shown))
        self.frame.offer(card)
        if options.steps:
            self.steps.setValue(options.steps)
        if options.guidance is not None:
            self.guidance.setValue(options.guidance)
        self.blockSignals(False)
        self._tell()
