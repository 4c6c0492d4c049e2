"""The AI panel: which model, its evidence, segment, carry along, correct, and what to do with the proposal."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.assist_fit import FittingModel
from medsynth_gui.gui.panels.assist_images import ImagesRun
from medsynth_gui.gui.panels.assist_proposal import ProposalSection
from medsynth_gui.gui.panels.assist_run import CorrectionRun, ProposalRun
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import Card, button, row, section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.catalogue import list_models, model_ref
from medsynth_gui.jobs.likeness import in_turn
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.propagation_commands import WAYS, offer_carried, propagate_job

_WAY_ACTIONS = {"both": "annotate.propagate", **{way: f"annotate.propagate_{way}" for way in WAYS[1:]}}


class AssistPanel(QWidget):
    """Segments the frame shown, or all of them, carries its mask along, and has prompts answered.

    Attributes:
        proposal: the part on what came out.
    """

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._every_card: list[ModelCard] = []
        self._cards: list[ModelCard] = []
        self._run = ProposalRun(context, self)
        self._images = ImagesRun(context, self)
        self._corrections = CorrectionRun(context, self)
        self._fitting = FittingModel(context, self)
        bind = context.actions.bind
        bind("annotate.segment", self.segment_frame)
        bind("annotate.segment_all", self.segment_all)
        bind("annotate.segment_images", self.segment_images)
        for way, action_id in _WAY_ACTIONS.items():
            bind(action_id, _Carry(self, way))
        self.proposal = ProposalSection(context)
        self._build()
        for widget, action_id in ((self.segment, "segment"), (self.all_frames, "segment_all"),
                                  (self.all_images, "segment_images")):
            widget.setToolTip(context.actions.tip(f"annotate.{action_id}"))
        self._run.changed.connect(self._refresh)
        self._images.changed.connect(self._refresh)
        self._session.series_changed.connect(self._series_changed)
        self._fitting.changed.connect(self._fits)
        self._session.current_changed.connect(self._another_image)
        self._refresh()

    def _build(self) -> None:
        self.models = Choice(self.tr("Model"), name="assist-model")
        self.models.picked.connect(self._picked)
        self.title, self.evidence = text("", "title"), text("", "muted")
        self.segment = button(self.tr("Segment frame"), self.segment_frame, kind="primary", name="segment-frame")
        self.all_frames = button(self.tr("All frames"), self.segment_all, name="segment-all")
        self.all_images = button(self.tr("All images"), self.segment_images, name="segment-images")
        self.correct = button(self.tr("Correct"), self._take_tool, name="correct", glyph="cursor")
        self.carry = button(self.tr("Carry mask ▾"), lambda: None, name="carry",
                            tip=self.tr("Carry this mask to other frames"))
        menu = QMenu(self.carry)
        for action_id in _WAY_ACTIONS.values():
            menu.addAction(self._context.actions.get(action_id))
        self.carry.setMenu(menu)
        self.train = button(self.tr("Go to Train"), self._go_to_train, name="go-to-train")
        self._segment_row, self._help_row = QWidget(), QWidget()
        for holder, widgets in ((self._segment_row, ((self.segment, 3), (self.all_frames, 2), (self.all_images, 2))),
                                (self._help_row, ((self.correct, 1), (self.carry, 1)))):
            line = row(*(widget for widget, _ in widgets))
            for place, (_, stretch) in enumerate(widgets):
                line.setStretch(place, stretch)
            holder.setLayout(line)
        card = Card(self.models, self.title, self.evidence, self._segment_row, self.train, self._help_row,
                    self.proposal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(section_head(self.tr("Assist")))
        layout.addWidget(card)

    # --- models

    def load_models(self) -> None:
        """Read the cards again: training may have made a model meanwhile."""
        further = [Path(folder) for folder in self._session.settings["model_folders"]]
        self._every_card = list_models("segmentation", further=further)
        self._offer()
        refiner = next((card for card in list_models("refinement", further=further)
                        if model_ref(card) == self._session.settings["model_refine"]), None)
        self.correct.setToolTip("\n".join(filter(None, (
            self._context.actions.tip("annotate.tool_correct"), refiner and f"{refiner.title} · {refiner.id}",
            refiner and refiner.headline))))
        self._refresh()

    def _offer(self) -> None:
        """Offer the models that are made for the kind of image shown."""
        opened = self._session.current
        modality = opened.series.modality if opened else ""
        self._cards = self._made_for(modality)
        self.models.set_rows([(model_ref(card), f"{card.title} · {card.id}") for card in self._cards])
        refs = [model_ref(card) for card in self._cards]
        self.models.choose(self._fitting.model(opened, refs, self._session.settings["model_segment"]))

    def _made_for(self, modality: str) -> list[ModelCard]:
        return [card for card in self._every_card if card.made_for(modality)]

    def _offered(self, opened: OpenSeries) -> tuple[tuple[str, ...], bool]:
        """The models for an open image, the preferred one first, and whether the person chose that one for it."""
        refs = [model_ref(card) for card in self._made_for(opened.series.modality if opened.is_read else "")]
        picked, preferred = self._fitting.picked(opened), self._session.settings["model_segment"]
        return in_turn(refs, picked or (preferred if preferred in refs else refs[0])), bool(picked)

    @property
    def card(self) -> ModelCard | None:
        """The chosen model."""
        chosen = self.models.currentData()
        return next((card for card in self._cards if model_ref(card) == chosen), None)

    def _picked(self, model: str) -> None:
        self._session.settings["model_segment"] = model
        self._fitting.pick(self._session.current, model)
        self._refresh()

    def _fits(self) -> None:
        if not self._run.busy:
            self._show_image(None)

    # --- what the actions do

    def segment_frame(self) -> None:
        """Have a proposal made for the frame shown."""
        if self._session.current is not None:
            self._segment((self._session.frame,))

    def segment_all(self) -> None:
        """Have a proposal made for every frame."""
        if self._session.current is not None:
            self._segment(tuple(range(self._session.current.series.frame_count)))

    def segment_images(self) -> None:
        """Have a proposal made for every open image without a mask."""
        if self.card is not None:
            commands.settle_gesture(self._session)
            self._images.start(self._offered)

    def propagate(self, way: str) -> None:
        """Have masks proposed that the keyframes are carried to; see `propagate_job`."""
        self._run.start(lambda: propagate_job(self._session, way), self.tr("Carrying the mask along…"),
                        lambda opened, layer: offer_carried(self._session, opened, layer))

    def _segment(self, frames: tuple[int, ...]) -> None:
        card = self.card
        if card is None or self._run.busy:
            return
        commands.settle_gesture(self._session)
        self._context.show_model(card.id)
        self._run.start(lambda: commands.segment_job(self._session, frames, model_ref(card)), self.tr("Segmenting…"),
                        lambda opened, layer: commands.offer_proposal(self._session, opened, layer))

    def _take_tool(self) -> None:
        self._context.actions.get("annotate.tool_correct").trigger()

    def _go_to_train(self) -> None:
        self._context.show_workspace("train")

    # --- what is shown

    def _series_changed(self, _: object) -> None:
        self._refresh()

    def _another_image(self, _: object) -> None:
        """The status bar names what made the proposal for this image, not what ran last."""
        layer = self._session.proposal
        self._context.show_model(layer.provenance.producer if layer else "")
        self._show_image(None)

    def _show_image(self, _: object) -> None:
        self._offer()
        self._refresh()

    def _refresh(self) -> None:
        card, opened = self.card, self._session.current
        self.models.setVisible(len(self._cards) > 1)
        self.title.setVisible(len(self._cards) <= 1)
        self.title.setText(f"{card.title} · {card.id}" if card else self.tr("No segmentation model"))
        self.evidence.setText(card.headline if card else self.tr("Train one; it will be offered here."))
        self.evidence.setVisible(bool(self.evidence.text()))
        facts = "\n".join(filter(None, (card.title, card.limits, card.credit, card.licence))) if card else ""
        for widget in (self.models, self.title, self.evidence):
            widget.setToolTip(facts)
        self._segment_row.setVisible(card is not None)
        self.train.setVisible(card is None)
        many = opened is not None and opened.series.frame_count > 1
        ready, carries = card is not None and opened is not None and not self._run.busy, many and not self._run.busy
        for widget in (self.segment, self.all_frames):
            widget.setEnabled(ready)
        self.correct.setEnabled(opened is not None)
        self.carry.setEnabled(carries)
        for widget in (self.all_frames, self.carry):
            widget.setVisible(many)
        several = not many and len(self._session.opened) > 1
        self.all_images.setVisible(several)
        self.all_images.setEnabled(several and card is not None and not self._images.busy)
        actions = self._context.actions
        actions.set_available("annotate.segment_images", self.all_images.isEnabled())
        for action_id in ("annotate.segment", "annotate.segment_all"):
            actions.set_available(action_id, ready)
        for action_id in _WAY_ACTIONS.values():
            actions.set_available(action_id, carries)
        self.proposal.say(self._run.words, self._fitting.words(opened, [model_ref(one) for one in self._cards],
                                                               self.models.currentData()))


class _Carry:
    def __init__(self, panel: AssistPanel, way: str) -> None:
        self._panel, self._way = panel, way

    def __call__(self) -> None:
        self._panel.propagate(self._way)
