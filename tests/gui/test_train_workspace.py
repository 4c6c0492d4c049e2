"""Train: a run folder is shown as it grows, scrubbed, resumed with what it was asked, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.train_curves import drawn_figure, epoch_series
from medsynth_gui.gui.panels.train_setup import TrainingRequest
from medsynth_gui.gui.workspaces import train
from medsynth_gui.gui.workspaces.train import TrainWorkspace, launch, remembered_request
from medsynth_gui.io.raster_files import write_gray_png
from medsynth_gui.jobs.catalogue import Compute
from tests.builders import ramp
from tests.gui.studio_window import click, go, settle, studio_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def write_run(folder: Path, *, validations: int, ended: str = "") -> Path:
    (folder / "previews").mkdir(parents=True, exist_ok=True)
    (folder / "run.toml").write_text('id = "seg-breast-us"\n', encoding="utf-8")
    events: list[dict[str, Any]] = [{"event": "start", "minutes": 5, "seconds": 0}]
    for number in range(1, validations + 1):
        step = number * 100
        events += [{"event": "step", "step": step, "seconds": number * 10.0, "loss": 1 / number,
                    "progress": number / 10},
                   {"event": "validation", "step": step, "seconds": number * 10.0, "dice": number / 10}]
        write_gray_png(folder / "previews" / f"{step:06d}.png", np.roll(ramp(), number, axis=0))
    events += [{"event": ended, "message": "no more data"}] if ended else []
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return folder


def show(qtbot: QtBot, window: MainWindow, folder: Path) -> TrainWorkspace:
    page = go(qtbot, window, "train")
    assert isinstance(page, TrainWorkspace)
    page.show_folder(folder)
    settle(qtbot, window)
    return page


def test_a_run_shows_its_state_curves_and_newest_prediction(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = show(qtbot, window, write_run(tmp_path / "run", validations=3, ended="failed"))
    assert page.run.state == "failed"
    assert page.view._state.text() == "Failed" and page.view._message.text() == "no more data"
    assert np.array_equal(page.canvas.series.frame(0), np.roll(ramp(), 3, axis=0))
    page.view.scrub.setValue(0)
    settle(qtbot, window)
    assert np.array_equal(page.canvas.series.frame(0), np.roll(ramp(), 1, axis=0))


def test_a_growing_run_is_followed(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", validations=1)
    (folder / "training.pid").write_text(str(os.getpid()), encoding="utf-8")
    page = show(qtbot, window, folder)
    assert page.run.state == "running"
    write_run(folder, validations=4)
    page.look()
    settle(qtbot, window)
    assert len(page.run.previews) == 4 and page.view.scrub.value() == 3
    click(qtbot, window, "train-stop")
    assert (folder / "stop").exists()


def test_a_run_is_started_noted_and_resumed_with_the_same_data(qtbot: QtBot, window: MainWindow, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        asked.append((args, kwargs["resume"]))
        write_run(args[2], validations=1, ended="stopped")
        return subprocess.Popen([sys.executable, "-c", "pass"])

    monkeypatch.setattr(train, "start_training", start)
    page = go(qtbot, window, "train")
    assert "a data folder" in page.setup.missing
    page.setup.recipe.choose("seg-breast-us")
    page.setup.add_data(tmp_path / "data")
    page.setup.out.set_path(tmp_path / "run")
    click(qtbot, window, "train-start")
    settle(qtbot, window)
    click(qtbot, window, "train-resume")
    settle(qtbot, window)
    page._child.wait()
    assert [(args[0], args[1], resume) for args, resume in asked] == [
        ("seg-breast-us", (tmp_path / "data",), False), ("seg-breast-us", (tmp_path / "data",), True)]


def test_a_finished_model_joins_the_lists(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "mine", validations=2, ended="done")
    (folder / "card.toml").write_text('id = "mine"\ntitle = "Mine"\ntask = "segmentation"\narchitecture = "x"\n'
                                      'licence = "own"\n[weights]\nsha256 = ""\n', encoding="utf-8")
    show(qtbot, window, folder)
    click(qtbot, window, "train-use")
    assert window.context.settings["model_folders"] == [str(folder)]
    quality = go(qtbot, window, "quality")
    assert quality.sources.model.choice.findData(str(folder)) >= 0


def test_what_a_run_was_asked_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "start_training", lambda *_, **__: None)
    (tmp_path / "out").mkdir()
    request = TrainingRequest("sr-us", (tmp_path / "a",), tmp_path / "out", "", 5.0)
    launch(request, resume=False, compute=Compute())
    assert remembered_request(tmp_path / "out") == request
    assert remembered_request(tmp_path) is None


def test_curves_take_finite_figures_only() -> None:
    epochs = [{"step": 1, "loss": 0.5}, {"step": 2, "loss": float("nan")}, {"step": 2, "dice": 0.3}]
    steps, values = epoch_series(epochs, "loss")
    assert steps.tolist() == [1] and values.tolist() == [0.5]
    assert drawn_figure(epochs) == ("dice", "Validation Dice")
    assert drawn_figure([{"step": 1, "loss": 1.0}]) is None
