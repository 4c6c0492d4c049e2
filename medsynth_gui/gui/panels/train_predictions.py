"""Held-out predictions of a run: scrubbed from validation to validation, saved as an animation."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QSlider, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import row, section_head, text, tool
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.panels.train_curves import drawn_figure
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.save_animation import WRITERS, SaveAnimation
from medsynth_gui.jobs.training_run import TrainingRun


class Predictions(QWidget):
    """A canvas and a slider over the validations; `epoch_shown` carries the number among the run's epochs.

    Of a finished run the list shows the held-out images that went worst instead.
    """

    epoch_shown = Signal(int)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._run: TrainingRun | None = None
        self._shown: Path | None = None
        self._reading = False
        self.canvas = Canvas(context)
        self.canvas.set_empty_text(self.tr("No predictions yet"),
                                   self.tr("They appear with the first validation of the run."))
        self._which = text("", "muted")
        self.save = tool("gif", context.actions.tip("train.save_animation"), self.save_animation,
                         name="train-save-animation")
        self.sheet = Choice(self.tr("Which held-out images are shown"), name="train-sheet")
        self.sheet.picked.connect(lambda _: self._scrubbed(self.scrub.value()))
        self.scrub = QSlider(Qt.Orientation.Horizontal)
        self.scrub.setObjectName("train-scrub")
        self.scrub.setToolTip(self.tr("Scrub through the validations of the run (Left and Right)"))
        self.scrub.setAccessibleName(self.tr("Validation shown"))
        self.scrub.valueChanged.connect(self._scrubbed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.XS)
        layout.addLayout(row(section_head(self.tr("Held-out predictions")), QWidget(), self.sheet, self.save,
                             stretch=1))
        # Above the picture: the job tray stands at its lower edge while a training runs.
        layout.addWidget(self.scrub)
        layout.addWidget(self._which)
        layout.addWidget(self.canvas, 1)

    def show_run(self, run: TrainingRun) -> None:
        """Show a run; the newest prediction is followed unless an older one was chosen."""
        following = self._run is None or self._run.folder != run.folder or self.scrub.value() == self.scrub.maximum()
        self._run = run
        self.sheet.set_rows([(None, self.tr("As it learns")), *((path, self._worst(path)) for path in run.failures)])
        self.sheet.setVisible(bool(run.failures))
        several = len(run.previews) > 1
        self.scrub.setVisible(several)
        self.save.setVisible(several)
        self._context.actions.set_available("train.save_animation", several)
        self.scrub.setMaximum(max(0, len(run.previews) - 1))
        if following:
            self.scrub.setValue(self.scrub.maximum())
        self._scrubbed(self.scrub.value())

    def step(self, by: int) -> None:
        """Earlier or later predictions."""
        self.scrub.setValue(self.scrub.value() + by)

    def choose_epoch(self, number: int) -> None:
        """Show the predictions nearest to an epoch of the curves."""
        if self._run is None or not self._run.previews:
            return
        step = int(self._run.epochs[number].get("step", 0))
        self.scrub.setValue(min(range(len(self._run.previews)),
                                key=lambda place: abs(preview_step(self._run.previews[place]) - step)))

    def _scrubbed(self, number: int) -> None:
        if self._run is None or not self._run.previews:
            self.canvas.set_image(None)
            self._shown = None
            self._which.setText("")
            return
        sheet: Path | None = self.sheet.currentData()
        path = sheet or self._run.previews[min(number, len(self._run.previews) - 1)]
        self.scrub.setEnabled(sheet is None)
        if sheet:
            self._which.setText(self.tr("Lowest Dice first · {columns}").format(columns=self._columns()))
        else:
            self._which.setText(self.tr("{number} of {count} · {caption} · {columns}").format(
                number=number + 1, count=len(self._run.previews), caption=self._caption(path),
                columns=self._columns()))
            self.epoch_shown.emit(self._epoch_of(path))
        if path != self._shown and not self._reading:
            self._reading = True
            self._context.queue.submit(Reading(partial(read_picture, path)), partial(self._picture_read, path),
                                       self._picture_failed, quiet=True, first=True)

    def _worst(self, sheet: Path) -> str:
        name = sheet.stem.partition("-")[2]
        return self.tr("Worst: {name}").format(name=name) if name else self.tr("Worst of all")

    def _caption(self, path: Path) -> str:
        assert self._run is not None
        number = self._epoch_of(path)
        epoch = self._run.epochs[number] if number >= 0 else {}
        found = drawn_figure(self._run.epochs)
        words = self.tr("step {step}").format(step=f"{preview_step(path):,}")
        return f"{words} · {found[1]} {epoch[found[0]]:.3f}" if found and found[0] in epoch else words

    def _epoch_of(self, preview: Path) -> int:
        assert self._run is not None
        step = preview_step(preview)
        epochs = self._run.epochs
        return next((number for number in reversed(range(len(epochs))) if epochs[number].get("step") == step), -1)

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

    def save_animation(self) -> None:
        """Ask for a file and write the predictions as an animation."""
        if self._run is None:
            return
        found, _ = QFileDialog.getSaveFileName(self, self.tr("Save the predictions"),
                                               str(self._run.folder / "predictions.mp4"),
                                               self.tr("Animation (*.mp4 *.gif)"))
        if found:
            self.write_animation(Path(found))

    def write_animation(self, path: Path) -> None:
        """Write the animation in the IO lane, as MP4 unless the name says GIF."""
        assert self._run is not None
        captions = tuple(self._caption(preview) for preview in self._run.previews)
        out = path if path.suffix.lower() in WRITERS else path.with_suffix(".mp4")
        self._context.queue.submit(SaveAnimation(self._run.previews, captions, out), self._saved)

    def _saved(self, path: Path) -> None:
        self._context.notify(self.tr("Saved as {name}.").format(name=path.name), "good")


def read_picture(path: Path) -> npt.NDArray[np.generic]:
    """The first frame of a file, (y, x) or (y, x, 3)."""
    from medsynth_gui.io.readers import open_path

    return open_path(path)[0].series[0].frame(0)


def preview_step(path: Path) -> int:
    """The step of a preview, from its name; -1 where it has none."""
    return int(path.stem) if path.stem.isdigit() else -1
