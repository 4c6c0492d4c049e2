"""The left column of Enhance: model, factor, what came of it, and where it may go."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.library_details import spacing_text
from medsynth_gui.gui.panels.model_cards import ModelChoice
from medsynth_gui.gui.panels.parts import Card, KeyValues, SidePanel, breakable, button, row, section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session.opened import OpenSeries


class EnhanceSetup(SidePanel):
    """Emits `run`, `save`, `keep` and `annotate`."""

    run = Signal()
    save = Signal()
    keep = Signal()
    annotate = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._title, self._facts = text("", "title"), KeyValues()
        self.model = ModelChoice(context, "super-resolution", "model_upscale")
        self.model.changed.connect(self._show_factor)
        self._factor_text = text("")
        self.go = button(self.tr("Enlarge this frame"), self.run.emit, kind="primary", name="enhance-run",
                         tip=self.tr("Enlarge the frame that is shown (Ctrl+Enter)"))
        self._result_head = section_head(self.tr("Result"))
        self._result_facts = KeyValues()
        self._result = Card(
            text(self.tr("Drag the divider to compare. Right of it every pixel is the model's output: it restores "
                         "sharpness, it cannot know detail that was never recorded."), "muted"), self._result_facts)
        buttons = QWidget()
        buttons.setLayout(row(
            button(self.tr("Save as PNG…"), self.save.emit, name="enhance-save",
                   tip=self.tr("Write the enlarged image with its provenance (Ctrl+S)")),
            button(self.tr("Add to project"), self.keep.emit, name="enhance-keep",
                   tip=self.tr("Keep it as a sample, marked as model output"))))
        self._result.body.addWidget(buttons)
        self._result.body.addWidget(button(self.tr("Annotate"), self.annotate.emit, glyph="paint-brush",
                                           name="enhance-annotate", tip=self.tr("Open the enlarged image in Annotate")))
        self.add(section_head(self.tr("Image")), Card(self._title, self._facts))
        self.gap()
        self.add(section_head(self.tr("Model")), self.model)
        self.gap()
        self.add(section_head(self.tr("Factor")), self._factor_text, self.go)
        self.gap()
        self.add(self._result_head, self._result)
        self.end()
        self._show_factor()
        self.show_state(None, None, busy=False)

    @property
    def factor(self) -> int:
        """What the chosen model is made for."""
        card = self.model.card
        return int(card.network.get("factor", 2)) if card else 2

    def _show_factor(self) -> None:
        self._factor_text.setText(self.tr("×{factor}, what this model is made for").format(factor=self.factor))

    def show_state(self, opened: OpenSeries | None, enlarged: ImageSeries | None, *, busy: bool) -> None:
        """Say which frame would be enlarged, and what came of it."""
        self.go.setEnabled(opened is not None and self.model.card is not None and not busy)
        self._title.setText(breakable(opened.title) if opened else self.tr("No image is open"))
        self._facts.set_rows(self._rows(opened.series, opened.frame) if opened else [])
        self._result_head.setVisible(enlarged is not None)
        self._result.setVisible(enlarged is not None)
        self._result_facts.set_rows(self._rows(enlarged, None) if enlarged else [])

    def _rows(self, series: ImageSeries, frame: int | None) -> list[tuple[str, str]]:
        shown = f"{frame + 1} / {series.frame_count}" if frame is not None and series.frame_count > 1 else ""
        return [(self.tr("Size"), f"{series.columns} × {series.rows} px"),
                (self.tr("Pixel"), spacing_text(series.spacing)), (self.tr("Frame"), shown)]
