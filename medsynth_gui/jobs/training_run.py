"""A training as its folder tells it: read, watched, asked to pause or stop."""

from __future__ import annotations

import json
import os
import sys
import time
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.jobs.job import JobContext, Lane

_LOOK_S = 0.5


@dataclass(frozen=True)
class TrainingRun:
    """A run folder, read.

    Attributes:
        state: running, done, stopped, paused or failed.
        epochs: events with a step, oldest first: `loss` and `rate` from steps, figures from validations.
        notes: sentences that a person should know: a halved batch, an early stop.
        progress: 0..1.
        message: what a failed run said, or the headline of a finished one.
        kept_step: the step whose weights are kept; None for the last.
        comparison: what `CompareModels` found; empty where nothing was compared.
        failures: pictures of the held-out images that went worst, by class, scanner or size.
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
    notes: tuple[str, ...] = ()
    phase: str = ""
    kept_step: int | None = None
    comparison: dict[str, Any] | None = None
    failures: tuple[Path, ...] = ()

    @property
    def left_s(self) -> float | None:
        """Seconds that training still takes by what it took so far; None where that cannot be said."""
        known = self.state == "running" and 0.01 < self.progress < 1
        return self.seconds * (1 / self.progress - 1) if known else None


_END_STATES = {"done": "done", "stopped": "stopped", "failed": "failed", "paused": "paused"}


def read_run(folder: Path) -> TrainingRun:
    """Read what a training has written so far.

    Raises:
        InputError: the folder is no run folder.
    """
    if not (folder / "run.toml").is_file():
        return _unborn(folder)
    events = _events(folder / "events.jsonl")
    last = events[-1] if events else {}
    state, said = _state(folder, str(last.get("event", "")))
    start: dict[str, Any] = next((event for event in reversed(events) if event["event"] == "start"), {})
    results = _json(folder / "results.json")
    message = said or str(last.get("message", last.get("headline", "")))
    return TrainingRun(
        folder=folder, recipe=_recipe_id(folder), state=state,
        epochs=tuple(event for event in events if event["event"] in ("step", "validation")),
        previews=tuple(sorted((folder / "previews").glob("*.png"))),
        failures=tuple(sorted((folder / "failures").glob("*.png"))) if state == "done" else (),
        progress=1.0 if state == "done" else max((event.get("progress", 0.0) for event in events), default=0.0),
        seconds=max((event.get("seconds", 0.0) for event in events), default=0.0),
        minutes=start.get("minutes"), message=message,
        notes=tuple(str(event["message"]) for event in events if event["event"] == "note"),
        phase="" if state == "running" and last.get("event") in _END_STATES else str(last.get("event", "")),
        kept_step=results.get("kept_step") if results else None,
        comparison=_json(folder / "comparison.json"))


def _state(folder: Path, last: str) -> tuple[str, str]:
    """The state of a run whose newest event is `last`, and the sentence of a program that ended without an event."""
    alive = is_alive(folder)
    if last not in _END_STATES:
        return ("running", "") if alive else ("stopped", last_words(folder))
    # Resumed, it has not come to its data yet: what it is asked to go on from still stands last.
    if alive and _younger(folder / "training.pid", folder / "events.jsonl"):
        return "running", ""
    if not alive and last in ("paused", "stopped") and (error := _error(folder)):
        return "failed", error
    return _END_STATES[last], ""


def _younger(path: Path, other: Path) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime_ns > other.stat().st_mtime_ns
    return False


def _recipe_id(folder: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        return str(tomllib.loads((folder / "run.toml").read_text(encoding="utf-8"))["id"])
    return folder.name


def _unborn(folder: Path) -> TrainingRun:
    """A child program that has not come to its data yet, or never did."""
    if not (folder / "training.log").is_file():
        raise InputError("run-missing", path=folder)
    alive = is_alive(folder)
    return TrainingRun(folder, folder.name, "running" if alive else "failed", (), (),
                       message="" if alive else last_words(folder))


def last_words(folder: Path) -> str:
    """The sentence with which the child program ended, from its log."""
    return _error(folder) or Message("training-died", {"path": folder}).english()


def _error(folder: Path) -> str:
    with suppress(OSError, ValueError, LookupError, TypeError):
        lines = (folder / "training.log").read_text(encoding="utf-8", errors="replace").splitlines()
        record = json.loads(lines[-1])
        return str(record["error"]["message"])
    return ""


def _json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _events(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    events = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError):  # The last line of a run that was killed, or one being written now.
            event = json.loads(line)
            if isinstance(event, dict) and "event" in event:
                events.append(event)
    return events


def is_alive(folder: Path) -> bool:
    """Whether the program that writes this folder runs on this machine."""
    try:
        number = int((folder / "training.pid").read_text(encoding="utf-8"))
        return _runs_on_windows(number) if sys.platform == "win32" else _runs(number)
    except (OSError, ValueError):
        return False


def _runs(number: int) -> bool:
    # A child of this window that ended stays in the process table until someone asks for it.
    with suppress(ChildProcessError):
        if os.waitpid(number, os.WNOHANG)[0] == number:
            return False
    os.kill(number, 0)
    # After a restart of the machine the number may be somebody else's.
    with suppress(FileNotFoundError, PermissionError):
        return b"train" in Path(f"/proc/{number}/cmdline").read_bytes() or number == os.getpid()
    return True


def _runs_on_windows(number: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    query, still_active = 0x1000, 259
    handle = kernel.OpenProcess(query, False, number)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active


def stop_training(folder: Path) -> None:
    """Ask a training to end well: it saves, measures and writes its card."""
    (folder / "stop").touch()


def pause_training(folder: Path) -> None:
    """Ask a training to save and end at once; resuming goes on at the same step."""
    (folder / "pause").touch()


@dataclass(frozen=True)
class WatchTraining:
    """Follows a training that runs outside, so that the tray tells how far it is; ends with it.

    Cancelling ends only the watching: whoever submits it decides what that means.
    """

    folder: Path
    lane = Lane.WATCH

    @property
    def title(self) -> Message:
        return Message("job-train", {"recipe": self.folder.name})

    def run(self, ctx: JobContext) -> TrainingRun:
        """The run as it is when it no longer runs."""
        ctx.checkpoint(0, 1)
        run = read_run(self.folder)
        while run.state == "running":
            until = time.monotonic() + _LOOK_S
            while time.monotonic() < until:
                ctx.checkpoint(min(run.progress, 0.999), 1, run.phase,
                               left_s=float("inf") if run.left_s is None else run.left_s)
                time.sleep(0.05)
            run = read_run(self.folder)
        return run
