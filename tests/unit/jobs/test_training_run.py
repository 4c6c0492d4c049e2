"""What a run folder says of its training, also between a resumption and its first word."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from medsynth_gui.jobs.job import JobContext, Progress
from medsynth_gui.jobs.training_run import WatchTraining, read_run

EARLIER_S, LATER_S = 1_000_000_000, 1_000_000_100


def paused_run(folder: Path, *, pid_s: int, pid: int) -> Path:
    """A run that paused, and the number of a program that was started at `pid_s`."""
    folder.mkdir()
    (folder / "run.toml").write_text('id = "mine"\n', encoding="utf-8")
    events = [{"event": "start", "minutes": 2}, {"event": "step", "step": 5, "seconds": 9, "loss": 1, "progress": 0.5},
              {"event": "paused", "step": 5, "seconds": 9}]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    (folder / "training.log").write_text('{"paused": true}\n', encoding="utf-8")
    (folder / "training.pid").write_text(str(pid), encoding="utf-8")
    os.utime(folder / "events.jsonl", (EARLIER_S, EARLIER_S))
    os.utime(folder / "training.pid", (pid_s, pid_s))
    return folder


def test_a_resumed_training_runs_before_it_has_written_anything(tmp_path: Path) -> None:
    run = read_run(paused_run(tmp_path / "run", pid_s=LATER_S, pid=os.getpid()))
    assert (run.state, run.phase, run.progress) == ("running", "", 0.5)


def test_a_program_that_has_just_said_that_it_pauses_is_paused(tmp_path: Path) -> None:
    assert read_run(paused_run(tmp_path / "run", pid_s=EARLIER_S - 9, pid=os.getpid())).state == "paused"


@pytest.mark.parametrize("pid_s", [EARLIER_S - 9, LATER_S])
def test_a_paused_training_whose_program_is_gone_is_paused(tmp_path: Path, pid_s: int) -> None:
    assert read_run(paused_run(tmp_path / "run", pid_s=pid_s, pid=2**22 + 1)).state == "paused"


def test_a_resumption_that_fails_is_told(tmp_path: Path) -> None:
    folder = paused_run(tmp_path / "run", pid_s=LATER_S, pid=2**22 + 1)
    with (folder / "training.log").open("a", encoding="utf-8") as log:
        log.write('{"error": {"id": "x", "message": "Its checkpoint is damaged."}}\n')
    run = read_run(folder)
    assert (run.state, run.message) == ("failed", "Its checkpoint is damaged.")


def test_the_tray_tells_the_time_left_that_the_run_tells(tmp_path: Path) -> None:
    folder, said = paused_run(tmp_path / "run", pid_s=LATER_S, pid=os.getpid()), []
    assert read_run(folder).left_s == 9

    def report(progress: Progress) -> None:
        said.append(progress.left_s)
        if len(said) > 1:
            (folder / "training.pid").write_text("none", encoding="utf-8")

    WatchTraining(folder).run(JobContext(report))
    assert said[:2] == [None, 9]
