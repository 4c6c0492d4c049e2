"""A run: its state, its curves, the held-out predictions of each epoch, and what it gained."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QSplitter, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Card, button, row, set_role, text
from medsynth_gui.gui.panels.train_compare import CompareCard
from medsynth_gui.gui.panels.train_curves import Curves, drawn_figure
from medsynth_gui.gui.panels.train_predictions import Predictions
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import duration
from medsynth_gui.jobs.training_run import TrainingRun

_ROLES = {"running": "title", "done": "good", "stopped": "caution", "paused": "caution", "failed": "bad"}


@dataclass(frozen=True)
class Offer:
    """What may be done with a finished run.

    Attributes:
        use: the model may be used; `why_not` says why not.
        compare: title of the model that it can be compared with; empty where that is done or makes no sense.
        back: title of the former model; empty unless this run's model is in use.
    """

    use: bool = False
    why_not: str = ""
    compare: str = ""
    back: str = ""


class RunView(QWidget):
    """Shows a `TrainingRun`; emits what the buttons ask for."""

    pause = Signal()
    stop = Signal()
    resume = Signal()
    use = Signal()
    compare = Signal()
    roll_back = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: TrainingRun | None = None
        self.curves = Curves(context.theme)
        self.predictions = Predictions(context)
        self.canvas, self.scrub = self.predictions.canvas, self.predictions.scrub
        self.curves.chosen.connect(self.predictions.choose_epoch)
        self.predictions.epoch_shown.connect(self.curves.mark)
        self.comparison = CompareCard()
        self.comparison.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, 0, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._head())
        layout.addWidget(self.comparison)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(SPACE.S)
        split.setChildrenCollapsible(False)
        split.addWidget(self.curves)
        split.addWidget(self.predictions)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([460, 540])
        layout.addWidget(split, 1)

    def _head(self) -> Card:
        self._title, self._state = text("", "page", wrap=False), text("", wrap=False)
        self._facts, self._message = text("", "muted"), text("", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        tip = self._context.actions.tip
        self.pause_button = button(self.tr("Pause"), self.pause.emit, name="train-pause", glyph="pause",
                                   tip=tip("train.pause"))
        self.stop_button = button(self.tr("Stop"), self.stop.emit, name="train-stop", glyph="stop",
                                  tip=tip("train.stop"))
        self.resume_button = button(self.tr("Resume"), self.resume.emit, name="train-resume", glyph="play",
                                    tip=tip("train.resume"))
        self.compare_button = button(self.tr("Compare"), self.compare.emit, name="train-compare")
        self.back_button = button(self.tr("Go back"), self.roll_back.emit, name="train-back", glyph="arrow-u-up-left",
                                  tip=tip("train.roll_back"))
        self.use_button = button(self.tr("Use it"), self.use.emit, kind="primary", name="train-use",
                                 tip=tip("train.use"))
        card = Card()
        card.body.addLayout(row(self._title, self._state, QWidget(), self.pause_button, self.stop_button,
                                self.resume_button, self.compare_button, self.back_button, self.use_button, stretch=2,
                                spacing=SPACE.S))
        card.body.addWidget(self.progress)
        card.body.addWidget(self._facts)
        card.body.addWidget(self._message)
        return card

    def show_run(self, run: TrainingRun, offer: Offer) -> None:
        """Show what a run folder says now."""
        self._run = run
        words = {"running": self._running_words(run), "done": self.tr("Done"), "stopped": self.tr("Stopped"),
                 "failed": self.tr("Failed"), "paused": self.tr("Paused")}
        self._title.setText(run.folder.name)
        self._title.setToolTip(str(run.folder))
        self._state.setText(words.get(run.state, run.state))
        set_role(self._state, _ROLES.get(run.state, "muted"))
        self.progress.setValue(round(1000 * run.progress))
        self.progress.setVisible(run.state in ("running", "paused"))
        self._facts.setText(self._facts_text(run))
        lines = [*run.notes[-3:], run.message, offer.why_not]
        self._message.setText("\n".join(dict.fromkeys(filter(None, lines))))
        self._message.setVisible(bool(self._message.text()))
        self._show_buttons(run, offer)
        self.comparison.show_comparison(run.comparison)
        self.curves.set_epochs(run.epochs)
        self.predictions.show_run(run)

    def _running_words(self, run: TrainingRun) -> str:
        return {"evaluating": self.tr("Measuring the model"), "comparing": self.tr("Comparing before and after"),
                "": self.tr("Starting")}.get(run.phase, self.tr("Running"))

    def _show_buttons(self, run: TrainingRun, offer: Offer) -> None:
        learning = run.state == "running" and run.phase not in ("evaluating", "comparing")
        self.pause_button.setVisible(learning)
        self.stop_button.setVisible(learning)
        self.resume_button.setVisible(run.state in ("stopped", "failed", "paused"))
        self.use_button.setVisible(offer.use)
        self.compare_button.setVisible(bool(offer.compare))
        self.compare_button.setToolTip(self.tr("Measure {model} and this model on the same held-out images").format(
            model=offer.compare))
        self.back_button.setVisible(bool(offer.back))
        self.back_button.setText(" " + self.tr("Back to {model}").format(model=offer.back))
        actions = self._context.actions
        for name, shown in (("pause", learning), ("stop", learning), ("use", offer.use),
                            ("roll_back", bool(offer.back)),
                            ("resume", run.state in ("stopped", "failed", "paused"))):
            actions.set_available(f"train.{name}", shown)

    def _facts_text(self, run: TrainingRun) -> str:
        facts = [self.tr("Recipe {name}").format(name=run.recipe)]
        if run.epochs:
            facts.append(self.tr("step {step}").format(step=f"{run.epochs[-1].get('step', 0):,}"))
        facts.append(self.tr("{time} passed").format(time=duration(run.seconds)))
        if run.left_s is not None:
            facts.append(self.tr("about {time} left").format(time=duration(run.left_s)))
        if (figure := drawn_figure(run.epochs)) is not None:
            last = next(epoch[figure[0]] for epoch in reversed(run.epochs) if figure[0] in epoch)
            facts.append(f"{figure[1]} {last:.3f}")
        if run.kept_step is not None:
            facts.append(self.tr("the weights of step {step} are kept").format(step=f"{run.kept_step:,}"))
        return " · ".join(facts)
