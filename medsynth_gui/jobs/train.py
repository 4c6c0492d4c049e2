"""Training: a child program with a run folder, and what a window needs to start, watch and stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.paths import command_line
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.jobs.catalogue import Compute, find_model, find_recipe
from medsynth_gui.jobs.job import JobContext, Lane


@dataclass(frozen=True)
class Train:
    """Train a model from a recipe; runs in the child program, not in a lane of the window."""

    recipe: str
    data: tuple[Path, ...]
    out: Path
    init: str = ""
    minutes: float | None = None
    resume: bool = False
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-train", {"recipe": self.recipe})

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """The figures of results.json."""
        from medsynth_gui.engine.device import resolve
        from medsynth_gui.engine.training.recipe import read_recipe
        from medsynth_gui.engine.training.train import train_model

        recipe = read_recipe(find_recipe(self.recipe))
        init = find_model(self.init) if self.init else None
        simulated = recipe.data.get("masks") == "simulator"
        data = self._data(masks=recipe.task != "super-resolution" and not simulated)
        if simulated:
            from medsynth_gui.engine.training.simulated import simulated_data

            data = simulated_data(recipe, data, self.out / "simulated", lambda done, total: ctx.checkpoint(
                0, 1, f"simulating {done + 1} of {total}"))
        runtime = resolve(self.compute.device, self.compute.precision, self.compute.threads)
        return train_model(recipe, data, self.out, runtime=runtime, init=init, minutes=self.minutes,
                           resume=self.resume, checkpoint=ctx.checkpoint)

    def _data(self, *, masks: bool) -> Any:
        """Items by part, as the one split function says; groups that are held out go to `test` alone."""
        from medsynth_gui.engine.training.data import Item, TrainingData

        parts: dict[Part, list[Item]] = {part: [] for part in Part}
        for folder in self.data:
            training_set = read_training_set(folder)
            if masks and all(row.mask is None for row in training_set.rows):
                raise InputError("data-incomplete", path=folder, detail="no image has a mask")
            for part, items in parts.items():
                # An image that nobody has labelled yet teaches nothing here: absent is not empty.
                items += [Item(training_set.name, row.id, row.group, row.image, row.mask, row.class_name,
                               row.pixel_size_mm, row.extra)
                          for row in training_set.part(part) if row.mask or not masks]
        return TrainingData(*(tuple(parts[part]) for part in (Part.TRAIN, Part.VALIDATION, Part.TEST)))


def training_command(recipe: str, data: Sequence[Path], out: Path, *, init: str = "", minutes: float | None = None,
                     resume: bool = False, compute: Compute | None = None) -> list[str]:
    """The argument vector of the child program, from a checkout as well as from a frozen bundle."""
    compute = compute or Compute()
    command = [*command_line(), "train", "--recipe", recipe, "--out", str(out), "--json",
               "--device", compute.device, "--precision", compute.precision, "--threads", str(compute.threads)]
    for folder in data:
        command += ["--data", str(folder)]
    command += ["--init", init] if init else []
    command += ["--minutes", str(minutes)] if minutes is not None else []
    return command + (["--resume"] if resume else [])


def start_training(recipe: str, data: Sequence[Path], out: Path, *, init: str = "", minutes: float | None = None,
                   resume: bool = False, compute: Compute | None = None) -> subprocess.Popen[bytes]:
    """Start the child program; it goes on when the window is closed. Its words go to `out/training.log`."""
    out.mkdir(parents=True, exist_ok=True)
    command = training_command(recipe, data, out, init=init, minutes=minutes, resume=resume, compute=compute)
    flags: dict[str, Any] = ({"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
                             if sys.platform == "win32" else {"start_new_session": True})
    with (out / "training.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **flags)
    (out / "training.pid").write_text(str(process.pid), encoding="utf-8")
    return process


def stop_training(folder: Path) -> None:
    """Ask a training to end well: it saves, measures and writes its card."""
    (folder / "stop").touch()


@dataclass(frozen=True)
class TrainingRun:
    """A run folder, read.

    Attributes:
        state: running, done, stopped or failed.
        epochs: events with a step, oldest first: `loss` from steps, figures from validations.
        progress: 0..1.
        message: what a failed run said, or the headline of a finished one.
    """

    folder: Path
    recipe: str
    state: str
    epochs: tuple[dict[str, Any], ...]
    previews: tuple[Path, ...]
    progress: float = 0.0
    seconds: float = 0.0
    minutes: float | None = None
    message: str = ""


_END_STATES = {"done": "done", "stopped": "stopped", "failed": "failed"}


def read_run(folder: Path) -> TrainingRun:
    """Read what a training has written so far.

    Raises:
        InputError: the folder is no run folder.
    """
    if not (folder / "run.toml").is_file():
        raise InputError("run-missing", path=folder)
    events = _events(folder / "events.jsonl")
    recipe = tomllib.loads((folder / "run.toml").read_text(encoding="utf-8")).get("id", folder.name)
    last = events[-1] if events else {}
    state = _END_STATES.get(str(last.get("event")), "running" if _alive(folder) else "stopped")
    start: dict[str, Any] = next((event for event in reversed(events) if event["event"] == "start"), {})
    return TrainingRun(
        folder=folder, recipe=str(recipe), state=state,
        epochs=tuple(event for event in events if event["event"] in ("step", "validation")),
        previews=tuple(sorted((folder / "previews").glob("*.png"))),
        progress=1.0 if state == "done" else max((event.get("progress", 0.0) for event in events), default=0.0),
        seconds=max((event.get("seconds", 0.0) for event in events), default=0.0),
        minutes=start.get("minutes"), message=str(last.get("message", last.get("headline", ""))))


def _events(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    events = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            continue  # The last line of a run that was killed, or one being written now.
    return events


def _alive(folder: Path) -> bool:
    """Whether the program that writes this folder runs; without a pid file, whether it wrote lately."""
    try:
        os.kill(int((folder / "training.pid").read_text(encoding="utf-8")), 0)
    except (OSError, ValueError):
        return False
    return True
