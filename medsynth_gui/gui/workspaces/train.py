"""Train: set a training up, watch it learn, stop and resume it, and use what it made."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import EmptyState, button
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.panels.train_run import RunView
from medsynth_gui.gui.panels.train_setup import TrainingRequest, TrainSetup
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.catalogue import Compute, list_models
from medsynth_gui.jobs.train import TrainingRun, read_run, start_training, stop_training

_LOOK_MS = 1000
_REQUEST = "request.json"


class TrainWorkspace(Workspace):
    """Starts child programs and reads their run folders; the window may close while one trains."""

    key = "train"
    title = QT_TRANSLATE_NOOP("workspaces", "Train")
    icon = "chart-line-up"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.setup = TrainSetup()
        self.setup.start.connect(self.start)
        self.setup.open_run.connect(self._choose_run)
        self.view = RunView(context)
        self.view.stop.connect(self._stop)
        self.view.resume.connect(self._resume)
        self.view.use.connect(self._use)
        self.canvas = self.view.canvas
        empty = EmptyState("chart-line-up", self.tr("No training is shown"),
                           self.tr("Choose a recipe and a data folder on the left and start, or open the folder of a "
                                   "run: its curves and held-out predictions appear here while it learns."),
                           [button(self.tr("Open a run folder…"), self._choose_run, name="train-open-empty")])
        self.pages = QStackedWidget()
        self.pages.addWidget(empty)
        self.pages.addWidget(self.view)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addWidget(self.pages, 1)
        self.folder: Path | None = None
        self.run: TrainingRun | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._looking = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)

    def activated(self) -> None:
        self.setup.set_models(list_models(further=self._folders()))
        remembered = self.context.settings["run_folder"]
        if self.folder is None and remembered and Path(remembered, "run.toml").is_file():
            self.show_folder(Path(remembered))
        elif self.folder is not None:
            self._timer.start()

    def deactivated(self) -> None:
        self._timer.stop()

    def _folders(self) -> list[Path]:
        return [Path(folder) for folder in self.context.settings["model_folders"]]

    def _compute(self) -> Compute:
        settings = self.context.settings
        return Compute(settings["device"], settings["precision"], settings["threads"])

    def start(self, request: TrainingRequest) -> None:
        """Start a child program and watch its folder."""
        self._launch(request, resume=False)

    def _launch(self, request: TrainingRequest, *, resume: bool) -> None:
        call = partial(launch, request, resume=resume, compute=self._compute())
        self.context.queue.submit(Reading(call, Message("job-start-training", {"folder": request.out.name})),
                                  partial(self._started, request.out))

    def _started(self, folder: Path, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self.show_folder(folder)
        self.context.notify(self.tr("Training started. It goes on when this window is closed."), "good")

    def _choose_run(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, self.tr("Run folder")):
            self.show_folder(Path(found))

    def show_folder(self, folder: Path) -> None:
        """Watch a run folder."""
        self.folder, self.run = folder, None
        self.context.settings["run_folder"] = str(folder)
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Read the run folder in the IO lane, unless it is being read."""
        if self.folder is None or self._looking:
            return
        if self._child is not None:
            # Without this a child that ended stays in the process table and seems to run.
            self._child.poll()
        self._looking = True
        self.context.queue.submit(Reading(partial(read_run, self.folder)), self._read, self._unreadable, quiet=True)

    def _read(self, run: TrainingRun) -> None:
        self._looking = False
        if run.folder != self.folder:
            return
        self.run = run
        self.view.show_run(run)
        self.pages.setCurrentWidget(self.view)
        if run.state != "running":
            self._timer.stop()

    def _unreadable(self, message: Message) -> None:
        self._looking = False
        ended = self._child is not None and self._child.poll() is not None
        if self._child is None or ended:
            self._timer.stop()
            self.context.notify(message, "bad")

    def _stop(self) -> None:
        if self.folder is not None:
            stop_training(self.folder)
            self.context.notify(self.tr("The training saves, measures and stops."), "info")

    def _resume(self) -> None:
        if self.run is None:
            return
        found = remembered_request(self.run.folder)
        data = found.data if found else self.setup.data
        if not data:
            self.context.notify(self.tr("This run was started elsewhere: add its data folders on the left, "
                                        "then resume."), "caution")
            return
        self._launch(TrainingRequest(self.run.recipe, data, self.run.folder, found.init if found else "",
                                     self.run.minutes or float(self.setup.minutes.value())), resume=True)

    def _use(self) -> None:
        assert self.folder is not None
        folders = self.context.settings["model_folders"]
        if str(self.folder) not in folders:
            self.context.settings["model_folders"] = [*folders, str(self.folder)]
        self.setup.set_models(list_models(further=self._folders()))
        self.context.notify(self.tr("{name} is in the lists of models now.").format(name=self.folder.name), "good")


def launch(request: TrainingRequest, *, resume: bool, compute: Compute) -> subprocess.Popen[bytes]:
    """Start the child program and note in its folder what it was asked, so that it can be resumed."""
    from medsynth_gui.io.atomic import write_json

    child = start_training(request.recipe, request.data, request.out, init=request.init, minutes=request.minutes,
                           resume=resume, compute=compute)
    write_json(request.out / _REQUEST, {"recipe": request.recipe, "data": [str(path) for path in request.data],
                                        "init": request.init, "minutes": request.minutes})
    return child


def remembered_request(folder: Path) -> TrainingRequest | None:
    """What a run of this window was asked; None for a run that was started elsewhere."""
    try:
        raw = json.loads((folder / _REQUEST).read_text(encoding="utf-8"))
        return TrainingRequest(raw["recipe"], tuple(map(Path, raw["data"])), folder, raw["init"], raw["minutes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
