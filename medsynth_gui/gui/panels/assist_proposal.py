"""The part of the AI panel on what is proposed: words, evidence, accept, accept a part, reject, drift, doubt."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import button, row, text
from medsynth_gui.gui.panels.timeline import runs
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.propagation_commands import drift_neighbour

_RUNS_SHOWN = 4


class ProposalSection(QWidget):
    """There while something is proposed or a correction runs."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        actions = context.actions
        actions.bind("annotate.next_drift", self.next_drift)
        self.status, self.drift, self.steadiness = text("", "muted"), text("", "caution"), text("", "muted")
        self.unlike = text("", "caution")
        self.accept_button = button(self.tr("Accept  ⏎"), self.accept, name="accept")
        self.reject_button = button(self.tr("Reject  Esc"), self.reject, name="reject")
        self.next = button(self.tr("Next"), self.next_drift, kind="quiet", name="next-drift",
                           tip=actions.tip("annotate.next_drift"))
        self.part = button(self.tr("Accept a part"), self._take_part, kind="quiet", name="accept-part")
        self.doubt = button(self.tr("Unsure"), self._toggle_doubt, kind="quiet", name="uncertainty",
                            tip=actions.tip("annotate.uncertainty"))
        self.doubt.setCheckable(True)
        actions.get("annotate.uncertainty").toggled.connect(self._show_doubt)
        self._drifted, self._decide, self._more = QWidget(), QWidget(), QWidget()
        self._drifted.setLayout(row(self.drift, self.next, stretch=0))
        for holder, widgets in ((self._decide, (self.accept_button, self.reject_button)),
                                (self._more, (self.part, self.doubt))):
            line = row(*widgets)
            for place in range(len(widgets)):
                line.setStretch(place, 1)
            holder.setLayout(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        for widget in (self.status, self.unlike, self._drifted, self.steadiness, self._decide, self._more):
            layout.addWidget(widget)
        for signal in (self._session.proposal_changed, self._session.current_changed, self._session.frame_changed,
                       self._session.history_changed, self._session.correcting.changed):
            signal.connect(self._refresh_soon)
        self.busy_words = self.unsuited_words = ""
        self.refresh()

    # --- what the actions do

    def accept(self) -> None:
        """Enter: finish the gesture in hand, else make the proposal the mask."""
        if not self._session.toolbox.finish():
            commands.accept_proposal(self._session)

    def reject(self) -> None:
        """Esc: give up the gesture in hand, else the proposal."""
        if not self._session.toolbox.cancel():
            commands.reject_proposal(self._session)

    def next_drift(self) -> None:
        """Show the next frame where what was carried along lost the image."""
        frame = drift_neighbour(self._session, 1)
        if frame is not None:
            commands.select_frame(self._session, frame)

    def _take_part(self) -> None:
        self._context.actions.get("annotate.tool_accept_part").trigger()

    def _toggle_doubt(self) -> None:
        self._context.actions.get("annotate.uncertainty").trigger()
        self._show_doubt()

    def _show_doubt(self) -> None:
        self.doubt.setChecked(self._context.actions.get("annotate.uncertainty").isChecked())

    # --- what is shown

    def say(self, words: str, unsuited: str = "") -> None:
        """What is being made ("" nothing), and what to know before a model is asked ("" nothing)."""
        self.busy_words, self.unsuited_words = words, unsuited
        self.refresh()

    def _refresh_soon(self, _: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Follow proposal, frame and correction."""
        opened, layer, correcting = self._session.current, self._session.proposal, self._session.correcting
        self.status.setText(self.busy_words or self._correcting_words() or proposal_words(opened, layer))
        drifted = layer.drifted if layer else ()
        self.drift.setText(drift_words(drifted))
        steady = layer.consistency if layer else {}
        self.steadiness.setText(self.tr("Neighbouring frames agree: Dice {0}, least {1}").format(
            number(sum(steady.values()) / len(steady), 2), number(min(steady.values()), 2)) if steady else "")
        self.unlike.setText(self.unsuited_words if layer is None else unlike_words(opened, layer))
        for label in (self.status, self.unlike, self.steadiness):
            label.setVisible(bool(label.text()))
        self._drifted.setVisible(bool(drifted))
        self.reject_button.setText(self.tr("Cancel  Esc") if correcting.running else self.tr("Reject  Esc"))
        self._decide.setVisible(layer is not None or correcting.running)
        shown = layer is not None and opened is not None and opened.frame in layer.masks and not correcting.running
        self._more.setVisible(shown)
        self.doubt.setVisible(bool(layer and layer.uncertainty))
        self._context.actions.set_available("annotate.next_drift", bool(drifted))

    def _correcting_words(self) -> str:
        correcting = self._session.correcting
        found = correcting.shown
        if not correcting.running:
            return ""
        if found is None:
            return self.tr("Answering…") if correcting.waiting else self.tr("Correcting")
        return self.tr("Answered in {0} ms, confidence {1}").format(number(1000 * found.seconds),
                                                                   number(found.answer.confidence, 2))


def proposal_words(opened: OpenSeries | None, layer: ResultLayer | None) -> str:
    """What is proposed for the frame shown, how sure, and whether the mask has changed since; "" for nothing."""
    if opened is None or layer is None:
        return ""
    translate = QCoreApplication.translate
    parts = []
    if opened.frame not in layer.masks:
        parts.append(translate("assist", "Proposal ready for {0} other frames").format(len(layer.masks)))
    elif opened.frame in layer.confidence:
        parts.append(translate("assist", "Proposal ready: confidence {0}").format(
            number(layer.confidence[opened.frame], 2)))
    else:
        parts.append(translate("assist", "Proposal ready"))
    if opened.frame in layer.drifted:
        parts.append(translate("assist", "drifted: correct it, then carry it on"))
    if not any(mask.any() for mask in layer.masks.values()):
        parts.append(translate("assist", "the model found nothing"))
    if commands.proposal_is_stale(opened):
        parts.append(translate("assist", "the mask has changed since"))
    return "; ".join(parts)


def unlike_words(opened: OpenSeries | None, layer: ResultLayer | None) -> str:
    """What a person must know of a proposal for an image that the model is not made for; "" where it is."""
    if opened is None or layer is None or opened.frame not in layer.unlike:
        return ""
    return QCoreApplication.translate(
        "assist", "This image is unlike those that the model was taught with. Check every outline, or choose another "
                  "model.")


def drift_words(frames: tuple[int, ...]) -> str:
    """`12 frames drifted: 31–42`, counted from 1; "" for none."""
    if not frames:
        return ""
    spans = [f"{first + 1}–{last + 1}" if last > first else str(first + 1) for first, last in runs(frames)]
    listed = ", ".join(spans[:_RUNS_SHOWN]) + (" …" if len(spans) > _RUNS_SHOWN else "")
    words = QCoreApplication.translate("assist", "1 frame drifted: {1}") if len(frames) == 1 else \
        QCoreApplication.translate("assist", "{0} frames drifted: {1}")
    return words.format(len(frames), listed)
