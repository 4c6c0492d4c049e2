"""A training that runs outside, as the window minds it: in the job tray, at the start, and when the window closes."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.jobs.training_run import TrainingRun, WatchTraining, pause_training, read_run


def _tr(words: str) -> str:
    return QCoreApplication.translate("training", words)


def running_folder(context: AppContext) -> Path | None:
    """The folder of the training that this window started last, or of the one shown, while it runs."""
    for remembered in dict.fromkeys(context.settings[key] for key in ("training_folder", "run_folder")):
        with suppress(MedSynthError):
            if remembered and read_run(Path(remembered)).state == "running":
                return Path(remembered)
    return None


def watch(context: AppContext, folder: Path) -> None:
    """Show a training in the job tray until it ends; to cancel it there is to pause it."""
    context.settings["training_folder"] = str(folder)
    if any(isinstance(handle.job, WatchTraining) and handle.job.folder == folder for handle in context.queue.active):
        return
    handle = context.queue.submit(WatchTraining(folder), partial(_ended, context))
    context.queue.finished.connect(_Watched(context, handle))


class _Watched:
    """Minds the end of one handle, then lets go."""

    def __init__(self, context: AppContext, handle: JobHandle) -> None:
        self._context, self._handle = context, handle

    def __call__(self, handle: JobHandle) -> None:
        if handle is not self._handle:
            return
        self._context.queue.finished.disconnect(self)
        if handle.state is JobState.CANCELLED and not self._context.queue.closed:
            pause_training(handle.job.folder)
            self._context.notify(_tr("The training saves and pauses. Resume it in Train."), "info")


def _ended(context: AppContext, run: TrainingRun) -> None:
    words = {"done": _tr("The training {name} is done."), "stopped": _tr("The training {name} has stopped."),
             "paused": _tr("The training {name} is paused."), "failed": _tr("The training {name} failed: {why}")}
    context.notify(words.get(run.state, "{name}").format(name=run.folder.name, why=run.message),
                   "bad" if run.state == "failed" else "good")


def reconnect(context: AppContext) -> None:
    """At the start: a training that went on while the window was closed is in the tray again."""
    if folder := running_folder(context):
        watch(context, folder)


def may_close(context: AppContext, parent: QWidget) -> bool:
    """Ask in words what becomes of a training that runs; False keeps the window open."""
    folder = running_folder(context)
    if folder is None:
        return True
    wish = context.settings["training_on_close"]
    if wish == "ask":
        wish = _ask(context, parent, folder)
    if wish == "pause":
        pause_training(folder)
    return wish != "cancel"


def _ask(context: AppContext, parent: QWidget, folder: Path) -> str:
    box = QMessageBox(parent)
    box.setObjectName("training-close")
    box.setWindowTitle(_tr("A training is running"))
    box.setText(_tr("{name} is still training.").format(name=folder.name))
    box.setInformativeText(_tr("It can go on in the background at low priority; the window finds it again. "
                               "Or it pauses now and is resumed later at the same step."))
    on = box.addButton(_tr("Let it go on"), QMessageBox.ButtonRole.AcceptRole)
    pause = box.addButton(_tr("Pause it"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(_tr("Keep the window open"), QMessageBox.ButtonRole.RejectRole)
    remember = QCheckBox(_tr("Always do this"))
    box.setCheckBox(remember)
    box.setDefaultButton(on)
    box.exec()
    wish = {on: "continue", pause: "pause"}.get(box.clickedButton(), "cancel")
    if remember.isChecked() and wish != "cancel":
        context.settings["training_on_close"] = wish
    return wish
