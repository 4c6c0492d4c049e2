"""Train: set a training up, see its split and augmentation, watch it learn, pause and resume it, use what it made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import Popen

from PySide6.QtCore import QT_TRANSLATE_NOOP, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.parts import EmptyState, button, row
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.panels.train_augment import AugmentPage
from medsynth_gui.gui.panels.train_offer import offer_of
from medsynth_gui.gui.panels.train_request import TrainingRequest, launch, remembered_request
from medsynth_gui.gui.panels.train_result import TrainResult
from medsynth_gui.gui.panels.train_run import RunView
from medsynth_gui.gui.panels.train_setup import TrainSetup
from medsynth_gui.gui.panels.train_split import SplitPage
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.training_watch import running_folder, watch
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.jobs.training_data import ExportTrainingSet
from medsynth_gui.jobs.training_recipe import TrainingPlan
from medsynth_gui.jobs.training_run import TrainingRun, pause_training, read_run, stop_training

_LOOK_MS = 1000


class TrainWorkspace(Workspace):
    """Starts child programs and reads their run folders; the window may close while one trains."""

    key = "train"
    title = QT_TRANSLATE_NOOP("workspaces", "Train")
    icon = "chart-line-up"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.setup = TrainSetup(context)
        self.split, self.augment, self.view = SplitPage(context), AugmentPage(context), RunView(context)
        self.result = TrainResult(context, self)
        self.canvas = self.view.canvas
        self.folder: Path | None = None
        self.run: TrainingRun | None = None
        self._looking = False
        self._recipe_shown: object = None
        self._data_shown: object = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._lay_out()
        self._connect()
        self._setup_changed()

    def _lay_out(self) -> None:
        self.switch = Segmented([
            ("split", self.tr("Data"), self.tr("How the data are split, and whether the split leaks")),
            ("augment", self.tr("Augmentation"), self.tr("How training will change your images")),
            ("run", self.tr("Training"), self.tr("Curves, predictions and the result of a training"))])
        self.switch.setFixedWidth(360)
        bar = row(self.switch, QWidget(), stretch=1)
        bar.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        self._no_run = EmptyState("chart-line-up", self.tr("No training is shown"),
                                  self.tr("Start one on the left, or open the folder of a run: its curves and held-out "
                                          "predictions appear here while it learns."),
                                  [button(self.tr("Open a run folder…"), self._choose_run, name="train-open-empty")])
        self.pages = QStackedWidget()
        for page in (self.split, self.augment, self._no_run, self.view):
            self.pages.addWidget(page)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(bar)
        right.addWidget(self.pages, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        self.setup.start.connect(self.start_asked)
        self.setup.open_run.connect(self._choose_run)
        self.setup.changed.connect(self._setup_changed)
        self.split.judged.connect(self.setup.refuse_data)
        self.switch.chosen.connect(self._show_page)
        self.result.models_changed.connect(self._models_changed)
        self.result.compared.connect(self.look)
        view = self.view
        handlers = {"pause": self._pause, "stop": self._stop, "resume": self._resume,
                    "use": self.result.use, "roll_back": self.result.roll_back, "compare": self.result.compare}
        for name, handler in handlers.items():
            getattr(view, name).connect(handler)
        del handlers["compare"]
        at_once = {"start": self.setup.ask, "previous": partial(view.predictions.step, -1),
                   "next": partial(view.predictions.step, 1), "dice": self.augment.roll}
        for name, handler in {**handlers, **at_once, "save_animation": view.predictions.save_animation}.items():
            self.context.actions.bind(f"train.{name}", handler)
        for name in (*handlers, "save_animation"):
            self.context.actions.set_available(f"train.{name}", False)

    def activated(self) -> None:
        self.setup.set_models(list_models(further=self._folders()))
        self.setup.data_panel.refresh()
        remembered = self.context.settings["run_folder"]
        if self.folder is None and remembered and Path(remembered).is_dir():
            self.show_folder(Path(remembered))
        elif self.folder is not None:
            self._timer.start()

    def deactivated(self) -> None:
        self._timer.stop()

    def _show_page(self, key: str) -> None:
        run = self.view if self.run is not None else self._no_run
        self.pages.setCurrentWidget({"split": self.split, "augment": self.augment, "run": run}[key])
        if key == "augment":
            self.augment.refresh()

    def _setup_changed(self) -> None:
        data = self.setup.data_panel
        if self.setup.table is not self._recipe_shown:
            self._recipe_shown = self.setup.table
            self.augment.set_recipe(self.setup.table)
        shown = (data.folders, data.samples, _learned(self.setup), self.setup.values if data.samples else {})
        if shown != self._data_shown:
            self._data_shown = shown
            self.split.set_data(*shown)
            self.augment.set_data(data.folders)

    def _folders(self) -> list[Path]:
        return [Path(folder) for folder in self.context.settings["model_folders"]]

    def start_asked(self, request: TrainingRequest) -> None:
        """Start what was set up, with the augmentation that is shown."""
        geometry, intensity = self.augment.values
        plan = replace(request.plan or TrainingPlan(), geometry=geometry,
                       intensity=intensity if self.setup.table.get("task") == "segmentation" else None)
        self.start(replace(request, plan=plan))

    def start(self, request: TrainingRequest) -> None:
        """Copy the project's samples if there are any, then start a child program and watch its folder."""
        if running := running_folder(self.context):
            self.context.notify(Message("training-running", {"what": running.name}), "caution")
        elif (request.out / "checkpoint" / "state.json").is_file():
            self.context.notify(Message("run-exists", {"path": request.out}), "caution")
        elif request.samples:
            project = self.context.session.project
            name = project.folder.name if project is not None else "project"
            job = ExportTrainingSet(request.samples, request.out / "data" / name, self.setup.values)
            self.context.queue.submit(job, partial(self._exported, request))
        else:
            self._launch(request, resume=False)

    def _exported(self, request: TrainingRequest, folder: Path) -> None:
        self._launch(replace(request, data=(*request.data, folder), samples=()), resume=False)

    def _launch(self, request: TrainingRequest, *, resume: bool) -> None:
        call = partial(launch, request, resume=resume, compute=compute(self.context))
        title = Message("job-start-training", {"folder": request.out.name})
        self.context.queue.submit(Reading(call, title), partial(self._started, request.out))

    def _started(self, folder: Path, _child: Popen[bytes]) -> None:
        self.show_folder(folder)
        watch(self.context, folder)
        self.context.notify(self.tr("Training started, at low priority."), "good")

    def _choose_run(self) -> None:
        if found := QFileDialog.getExistingDirectory(self, self.tr("Run folder")):
            self.show_folder(Path(found))

    def show_folder(self, folder: Path) -> None:
        """Watch a run folder."""
        self.folder, self.run, self.result.run = folder, None, None
        self.context.settings["run_folder"] = str(folder)
        self._timer.start()
        self.switch.choose("run")
        self.look()

    def look(self) -> None:
        """Read the run folder in the IO lane, unless it is being read."""
        if self.folder is not None and not self._looking:
            self._looking = True
            self.context.queue.submit(Reading(partial(read_run, self.folder)), self._read, self._unreadable, quiet=True)

    def _read(self, run: TrainingRun) -> None:
        self._looking = False
        if run.folder != self.folder:
            return
        self.run = self.result.run = run
        self._show_run()
        if run.state != "running":
            self._timer.stop()

    def _show_run(self) -> None:
        if self.run is not None:
            self.view.show_run(self.run, offer_of(self.run, self.context.settings))
            self._show_page(self.switch.key)

    def _unreadable(self, message: Message) -> None:
        self._looking = False
        self._timer.stop()
        self.context.notify(message, "bad")

    def _pause(self) -> None:
        self._ask(pause_training, self.tr("The training saves and pauses."))

    def _stop(self) -> None:
        self._ask(stop_training, self.tr("The training saves, measures and stops."))

    def _ask(self, what: Callable[[Path], None], words: str) -> None:
        if self.folder is not None:
            what(self.folder)
            self.context.notify(words, "info")

    def _resume(self) -> None:
        if self.run is None:
            return
        if running := running_folder(self.context):
            self.context.notify(Message("training-running", {"what": running.name}), "caution")
            return
        folder, found = self.run.folder, remembered_request(self.run.folder)
        data = found.data if found else self.setup.data
        if not data:
            self.context.notify(self.tr("This run was started elsewhere: add its data folders on the left, "
                                        "then resume."), "caution")
            return
        # The recipe as run: the shipped one may have changed since.
        own = folder / "run.toml"
        asked = found or TrainingRequest(self.run.recipe, data, folder, "", float(self.setup.minutes.value()))
        self._launch(replace(asked, recipe=str(own) if own.is_file() else asked.recipe,
                             minutes=self.run.minutes or asked.minutes), resume=True)

    def _models_changed(self) -> None:
        self.setup.set_models(list_models(further=self._folders()))
        self._show_run()


def _learned(setup: TrainSetup) -> dict[int, str]:
    """The labels that are learned from masks, names by value; none where the task is another."""
    return setup.labels if setup.table.get("task") == "segmentation" else {}
