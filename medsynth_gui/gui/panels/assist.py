"""The AI panel: which model, its evidence, segment, and what to do with the proposal."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.model_cards import model_ref
from medsynth_gui.gui.panels.parts import Card, button, section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries


class AssistPanel(QWidget):
    """Segments the frame shown, or all of them, and accepts or rejects what came out."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._cards: list[ModelCard] = []
        self._job: JobHandle | None = None
        self._build()
        bind = context.actions.bind
        bind("annotate.segment", self.segment_frame)
        bind("annotate.segment_all", self.segment_all)
        bind("annotate.accept", self.accept)
        bind("annotate.reject", self.reject)
        for widget, action_id in ((self.segment, "segment"), (self.all_frames, "segment_all")):
            widget.setToolTip(context.actions.tip(f"annotate.{action_id}"))
        for signal in (self._session.proposal_changed, self._session.current_changed, self._session.frame_changed,
                       self._session.history_changed):
            signal.connect(self._refresh_soon)
        self._refresh()

    def _build(self) -> None:
        self.models = Choice(self.tr("Model"), name="assist-model")
        self.models.picked.connect(self._picked)
        self.title, self.evidence = text("", "title"), text("", "muted")
        self.segment = button(self.tr("Segment frame"), self.segment_frame, kind="primary", name="segment-frame")
        self.all_frames = button(self.tr("All frames"), self.segment_all, name="segment-all")
        self.status = text("", "muted")
        self.accept_button = button(self.tr("Accept  ⏎"), self.accept, name="accept")
        self.reject_button = button(self.tr("Reject  Esc"), self.reject, name="reject")
        self.train = button(self.tr("Go to Train"), self._go_to_train, name="go-to-train")
        self._run, self._decide = QWidget(), QWidget()
        for holder, widgets in ((self._run, ((self.segment, 3), (self.all_frames, 2))),
                                (self._decide, ((self.accept_button, 1), (self.reject_button, 1)))):
            line = QHBoxLayout(holder)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(SPACE.S)
            for widget, stretch in widgets:
                line.addWidget(widget, stretch)
        card = Card(self.models, self.title, self.evidence, self._run, self.status, self._decide, self.train)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(section_head(self.tr("Assist")))
        layout.addWidget(card)

    # --- models

    def load_models(self) -> None:
        """Read the cards again: training may have made a model meanwhile."""
        from medsynth_gui.jobs.catalogue import list_models

        further = [Path(folder) for folder in self._session.settings["model_folders"]]
        self._cards = list_models("segmentation", further=further)
        self.models.set_rows([(model_ref(card), f"{card.title} · {card.id}") for card in self._cards])
        self.models.choose(self._session.settings["model_segment"])
        self._refresh()

    @property
    def card(self) -> ModelCard | None:
        """The chosen model."""
        chosen = self.models.currentData()
        return next((card for card in self._cards if model_ref(card) == chosen), None)

    def _picked(self, model: str) -> None:
        self._session.settings["model_segment"] = model
        self._refresh()

    # --- what the actions do

    def segment_frame(self) -> None:
        """Have a proposal made for the frame shown."""
        if self._session.current is not None:
            self._start((self._session.frame,))

    def segment_all(self) -> None:
        """Have a proposal made for every frame."""
        if self._session.current is not None:
            self._start(tuple(range(self._session.current.series.frame_count)))

    def accept(self) -> None:
        """Enter: finish the gesture in hand, else make the proposal the mask."""
        if not self._session.toolbox.finish():
            commands.accept_proposal(self._session)

    def reject(self) -> None:
        """Esc: give up the gesture in hand, else the proposal."""
        if not self._session.toolbox.cancel():
            commands.reject_proposal(self._session)

    def _start(self, frames: tuple[int, ...]) -> None:
        if self.card is None or self._job is not None:
            return
        opened = self._session.current
        commands.settle_gesture(self._session)
        job = commands.segment_job(self._session, frames, model_ref(self.card))
        self._context.show_model(self.card.id)
        request = _Request(self, opened)
        self._job = self._context.queue.submit(job, on_done=request.done, on_failed=request.failed)
        self._context.queue.finished.connect(self._finished)
        self._refresh()

    def take(self, opened: OpenSeries, layer: ResultLayer) -> None:
        """Offer what came out to the series it was made for."""
        if opened in self._session.opened:
            commands.offer_proposal(self._session, opened, layer)

    def fail(self, message: Message) -> None:
        """Say why nothing came out."""
        self._context.notify(message, "bad")

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._context.queue.finished.disconnect(self._finished)
            self._job = None
            self._refresh()

    def _go_to_train(self) -> None:
        self._context.show_workspace("train")

    # --- what is shown

    def _refresh_soon(self, _: object) -> None:
        self._refresh()

    def _refresh(self) -> None:
        card, opened, proposal = self.card, self._session.current, self._session.proposal
        self.models.setVisible(len(self._cards) > 1)
        self.title.setVisible(len(self._cards) <= 1)
        self.title.setText(f"{card.title} · {card.id}" if card else self.tr("No segmentation model"))
        self.evidence.setText(card.headline if card else self.tr("Train one; it will be offered here."))
        self.evidence.setVisible(bool(self.evidence.text()))
        self._run.setVisible(card is not None)
        self.train.setVisible(card is None)
        ready = card is not None and opened is not None and self._job is None
        self.segment.setEnabled(ready)
        self.all_frames.setVisible(opened is not None and opened.series.frame_count > 1)
        self.all_frames.setEnabled(ready)
        self._decide.setVisible(proposal is not None)
        self.status.setText(self._words(opened, proposal))
        self.status.setVisible(bool(self.status.text()))
        actions = self._context.actions
        for name in ("segment", "segment_all"):
            actions.set_available(f"annotate.{name}", ready)

    def _words(self, opened: OpenSeries | None, proposal: ResultLayer | None) -> str:
        if self._job is not None:
            return self.tr("Segmenting…")
        if opened is None or proposal is None:
            return ""
        parts = []
        if opened.frame not in proposal.masks:
            parts.append(self.tr("Proposal ready for {0} other frames").format(len(proposal.masks)))
        elif opened.frame in proposal.confidence:
            parts.append(self.tr("Proposal ready: confidence {0}").format(number(proposal.confidence[opened.frame], 2)))
        else:
            parts.append(self.tr("Proposal ready"))
        if not any(mask.any() for mask in proposal.masks.values()):
            parts.append(self.tr("the model found nothing"))
        if commands.proposal_is_stale(opened):
            parts.append(self.tr("the mask has changed since"))
        return "; ".join(parts)


class _Request:
    """Remembers for which series a result was asked for."""

    def __init__(self, panel: AssistPanel, opened: OpenSeries) -> None:
        self._panel, self._opened = panel, opened

    def done(self, layer: ResultLayer) -> None:
        self._panel.take(self._opened, layer)

    def failed(self, message: Message) -> None:
        self._panel.fail(message)
