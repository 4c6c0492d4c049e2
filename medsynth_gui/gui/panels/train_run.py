"""A run: its state, its curves, and the held-out predictions of each epoch."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSlider, QSplitter, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Card, button, row, section_head, set_role, text
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.panels.train_curves import Curves, drawn_figure
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import duration
from medsynth_gui.jobs.train import TrainingRun

_ROLES = {"running": "title", "done": "good", "stopped": "caution", "failed": "bad"}


class RunView(QWidget):
    """Shows a `TrainingRun`; emits `stop`, `resume` and `use` as asked."""

    stop = Signal()
    resume = Signal()
    use = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: TrainingRun | None = None
        self._shown: Path | None = None
        self._reading = False
        self.curves = Curves(context.theme)
        self.canvas = Canvas(context)
        self.canvas.set_empty_text(self.tr("No predictions yet"),
                                   self.tr("They appear with the first validation of the run."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._head())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(SPACE.S)
        split.setChildrenCollapsible(False)
        split.addWidget(self.curves)
        split.addWidget(self._predictions())
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([500, 500])
        layout.addWidget(split, 1)

    def _head(self) -> Card:
        self._title, self._state = text("", "page", wrap=False), text("", wrap=False)
        self._facts, self._message = text("", "muted", wrap=False), text("", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.stop_button = button(self.tr("Stop"), self.stop.emit, name="train-stop", glyph="stop",
                                  tip=self.tr("Stop well: save, measure and write the card"))
        self.resume_button = button(self.tr("Resume"), self.resume.emit, name="train-resume", glyph="play",
                                    tip=self.tr("Go on from the last checkpoint"))
        self.use_button = button(self.tr("Use this model"), self.use.emit, kind="primary", name="train-use",
                                 tip=self.tr("Offer this model in Annotate, Synthesize and Enhance"))
        card = Card()
        top = row(self._title, self._state, QWidget(), self.stop_button, self.resume_button, self.use_button,
                  stretch=2, spacing=SPACE.M)
        card.body.addLayout(top)
        card.body.addWidget(self.progress)
        line: QHBoxLayout = row(self._facts, QLabel(), stretch=1)
        card.body.addLayout(line)
        card.body.addWidget(self._message)
        return card

    def _predictions(self) -> QWidget:
        self._which = text("", "muted")
        self.scrub = QSlider(Qt.Orientation.Horizontal)
        self.scrub.setObjectName("train-scrub")
        self.scrub.setToolTip(self.tr("Scrub through the validations of the run"))
        self.scrub.valueChanged.connect(self._scrubbed)
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.XS)
        layout.addLayout(row(section_head(self.tr("Held-out predictions")), QWidget(), stretch=1))
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._which)
        layout.addWidget(self.scrub)
        return box

    def show_run(self, run: TrainingRun) -> None:
        """Show what a run folder says now; the newest prediction is followed unless an older one was chosen."""
        following = self._run is None or self._run.folder != run.folder or self.scrub.value() == self.scrub.maximum()
        self._run = run
        words = {"running": self.tr("Running"), "done": self.tr("Done"), "stopped": self.tr("Stopped"),
                 "failed": self.tr("Failed")}
        self._title.setText(run.folder.name)
        self._title.setToolTip(str(run.folder))
        self._state.setText(words.get(run.state, run.state))
        set_role(self._state, _ROLES.get(run.state, "muted"))
        self.progress.setValue(round(1000 * run.progress))
        self._facts.setText(self._facts_text(run))
        self._message.setText(run.message)
        self._message.setVisible(bool(run.message))
        self.stop_button.setVisible(run.state == "running")
        self.resume_button.setVisible(run.state in ("stopped", "failed"))
        self.use_button.setVisible(run.state != "running" and (run.folder / "card.toml").is_file())
        self.curves.set_epochs(run.epochs)
        self.scrub.setVisible(len(run.previews) > 1)
        self.scrub.setMaximum(max(0, len(run.previews) - 1))
        if following:
            self.scrub.setValue(self.scrub.maximum())
        self._scrubbed(self.scrub.value())

    def _facts_text(self, run: TrainingRun) -> str:
        facts = [self.tr("Recipe {name}").format(name=run.recipe)]
        if run.epochs:
            facts.append(self.tr("step {step}").format(step=f"{run.epochs[-1].get('step', 0):,}"))
        facts.append(self.tr("{time} passed").format(time=duration(run.seconds)))
        if run.state == "running" and 0.01 < run.progress < 1:
            left = duration(run.seconds * (1 / run.progress - 1))
            facts.append(self.tr("about {time} left").format(time=left))
        if (figure := drawn_figure(run.epochs)) is not None:
            last = next(epoch[figure[0]] for epoch in reversed(run.epochs) if figure[0] in epoch)
            facts.append(f"{figure[1]} {last:.3f}")
        return " · ".join(facts)

    def _scrubbed(self, number: int) -> None:
        if self._run is None or not self._run.previews:
            self.canvas.set_image(None)
            self._shown = None
            self._which.setText("")
            return
        path = self._run.previews[min(number, len(self._run.previews) - 1)]
        self._which.setText(self.tr("{number} of {count} · step {step} · {columns}").format(
            number=number + 1, count=len(self._run.previews), step=f"{preview_step(path):,}",
            columns=self._columns()))
        self.curves.mark(self._epoch_of(path))
        if path != self._shown and not self._reading:
            self._reading = True
            self._context.queue.submit(Reading(partial(read_picture, path)), partial(self._picture_read, path),
                                       self._picture_failed, quiet=True, first=True)

    def _epoch_of(self, preview: Path) -> int:
        assert self._run is not None
        step = preview_step(preview)
        return next((number for number, epoch in enumerate(self._run.epochs) if epoch.get("step") == step), -1)

    def _columns(self) -> str:
        """What stands side by side in a preview, from left to right."""
        assert self._run is not None
        figure = drawn_figure(self._run.epochs)
        return {"dice": self.tr("image, gold, predicted"), "gain_db": self.tr("bicubic, model, original"),
                "validation_loss": self.tr("real, mask, generated")}.get(figure[0] if figure else "", "")

    def _picture_read(self, path: Path, picture: npt.NDArray[np.generic]) -> None:
        self._reading, self._shown = False, path
        self.canvas.set_image(picture)
        # The slider may have moved on meanwhile.
        self._scrubbed(self.scrub.value())

    def _picture_failed(self, _message: Message) -> None:
        # A preview that is being written is read again with the next look at the folder.
        self._reading = False


def read_picture(path: Path) -> npt.NDArray[np.generic]:
    """The first frame of a file, (y, x) or (y, x, 3)."""
    from medsynth_gui.io.readers import open_path

    return open_path(path)[0].series[0].frame(0)


def preview_step(path: Path) -> int:
    """The step of a preview, from its name; -1 where it has none."""
    return int(path.stem) if path.stem.isdigit() else -1
