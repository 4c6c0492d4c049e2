"""Training: a child program with a run folder, and what a window needs to start, watch and stop it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message, UsageError
from medsynth_gui.core.paths import command_line
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.io.atomic import write_text
from medsynth_gui.jobs.catalogue import Compute, find_model, find_recipe
from medsynth_gui.jobs.job import JobContext, Lane

if TYPE_CHECKING:
    from medsynth_gui.engine.training.data import TrainingData
    from medsynth_gui.engine.training.recipe import Recipe


_WITHOUT_MASKS = ("super-resolution", "encoder", "marks")


@dataclass(frozen=True)
class Train:
    """Train a model from a recipe; runs in the child program, not in a lane of the window.

    Attributes:
        compare: a model that the new one is compared with on held-out and simulated images; empty for none.
    """

    recipe: str
    data: tuple[Path, ...]
    out: Path
    init: str = ""
    minutes: float | None = None
    resume: bool = False
    compare: str = ""
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-train", {"recipe": self.recipe})

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """The figures of results.json.

        Raises:
            UsageError: there is nothing to resume.
        """
        from medsynth_gui.engine.device import resolve
        from medsynth_gui.engine.training.recipe import read_recipe
        from medsynth_gui.engine.training.train import train_model

        # A window that resumes a run which never came to its data leaves its log there.
        if self.resume and not any((self.out / name).is_file() for name in ("run.toml", "training.log")):
            raise UsageError("resume-nothing", path=self.out)
        recipe = read_recipe(find_recipe(self.recipe))
        init = find_model(self.init) if self.init else None
        simulated = recipe.data.get("masks") == "simulator"
        data = read_training_data(self.data, masks=recipe.task not in _WITHOUT_MASKS and not simulated,
                                  predicted=_predicted(recipe))
        if simulated:
            from medsynth_gui.engine.training.simulated import simulated_data

            data = simulated_data(recipe, data, self.out / "simulated", lambda done, total: ctx.checkpoint(
                0, 1, f"simulating {done + 1} of {total}"))
        runtime = resolve(self.compute.device, self.compute.precision, self.compute.threads)
        results = train_model(recipe, data, self.out, runtime=runtime, init=init, minutes=self.minutes,
                              resume=self.resume, checkpoint=ctx.checkpoint)
        return self._compared(results, ctx) if self.compare and not results.get("paused") else results

    def _compared(self, results: dict[str, Any], ctx: JobContext) -> dict[str, Any]:
        """The results with the comparison; its events stand around it so that a window knows what goes on."""
        from medsynth_gui.engine.training.run_folder import RunFolder
        from medsynth_gui.jobs.compare_generators import CompareGenerators
        from medsynth_gui.jobs.compare_models import CompareModels

        compare = CompareGenerators if find_model(self.compare).task == "synthesis" else CompareModels
        run = RunFolder(self.out)
        ended = "stopped" if run.stop_asked else "done"
        run.event("comparing", base=self.compare)
        try:
            found = compare(self.compare, str(self.out), self.data, self.compute).run(ctx)
        except MedSynthError as error:
            run.note(error.message)
            found = {}
        run.event(ended, headline=results["headline"])
        return {**results, "comparison": found}


def _predicted(recipe: Recipe) -> Callable[[str], bool]:
    """Whether a generator gets the masks of a set from a segmenter."""
    from medsynth_gui.engine.training.domains import domain_of

    return lambda name: recipe.task in ("synthesis", "distillation") and bool(domain_of(recipe, name).masks)


def read_training_data(folders: Sequence[Path], *, masks: bool,
                       predicted: Callable[[str], bool] = lambda _: False) -> TrainingData:
    """Items by part, as the one split function says; groups that are held out go to `test` alone.

    Args:
        masks: leave out images that nobody has labelled yet.
        predicted: names of sets that keep them, for their masks will be predicted.

    Raises:
        InputError: a folder is no training set, or none of its images has a mask.
    """
    from medsynth_gui.engine.training.data import Item, TrainingData

    parts: dict[Part, list[Item]] = {part: [] for part in Part}
    for folder in folders:
        training_set = read_training_set(folder)
        needed = masks and not predicted(training_set.name)
        if needed and all(row.mask is None for row in training_set.rows):
            raise InputError("data-incomplete", path=folder, detail="no image has a mask")
        for part, items in parts.items():
            # An image that nobody has labelled yet teaches nothing here: absent is not empty.
            items += [Item(training_set.name, row.id, row.group, row.image, row.mask, row.class_name,
                           row.pixel_size_mm, row.extra)
                      for row in training_set.part(part) if row.mask or not needed]
    return TrainingData(*(tuple(parts[part]) for part in (Part.TRAIN, Part.VALIDATION, Part.TEST)))


def training_command(recipe: str, data: Sequence[Path], out: Path, *, init: str = "", minutes: float | None = None,
                     resume: bool = False, compare: str = "", compute: Compute | None = None) -> list[str]:
    """The argument vector of the child program, from a checkout as well as from a frozen bundle."""
    compute = compute or Compute()
    command = [*command_line(), "train", "--recipe", recipe, "--out", str(out), "--json",
               "--device", compute.device, "--precision", compute.precision, "--threads", str(compute.threads)]
    for folder in data:
        command += ["--data", str(folder)]
    command += ["--init", init] if init else []
    command += ["--compare", compare] if compare else []
    command += ["--minutes", str(minutes)] if minutes is not None else []
    return command + (["--resume"] if resume else [])


_NICE = 10


def start_training(recipe: str, data: Sequence[Path], out: Path, *, init: str = "", minutes: float | None = None,
                   resume: bool = False, compare: str = "",
                   compute: Compute | None = None) -> subprocess.Popen[bytes]:
    """Start the child program at low priority; it goes on when the window is closed.

    Its words go to `out/training.log`, its number to `out/training.pid`.
    """
    out.mkdir(parents=True, exist_ok=True)
    command = training_command(recipe, data, out, init=init, minutes=minutes, resume=resume, compare=compare,
                               compute=compute)
    flags: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = {"creationflags": (subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined]
                                   | subprocess.BELOW_NORMAL_PRIORITY_CLASS)}  # type: ignore[attr-defined]
    with (out / "training.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **flags)
    if sys.platform != "win32":
        # Its threads inherit this: they start after the seconds that imports take.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
    write_text(out / "training.pid", str(process.pid))
    return process
