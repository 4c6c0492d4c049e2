"""Train: a run folder is shown as it grows, scrubbed, resumed with what it was asked, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from medsynth_gui.gui import training_watch
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels import train_request
from medsynth_gui.gui.panels.train_curves import drawn_figure, epoch_series, smoothed
from medsynth_gui.gui.panels.train_request import TrainingRequest, launch, remembered_request
from medsynth_gui.gui.workspaces.train import TrainWorkspace
from medsynth_gui.io.raster_files import read_labels, write_gray_png, write_label_png
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.compare_models import paired, verdict
from tests.builders import ramp
from tests.engine.conftest import tiny_set  # noqa: F401
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


def test_the_worst_images_of_a_finished_run_are_shown(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", validations=2, ended="done")
    for number, name in enumerate(("all", "class-benign")):
        write_gray_png(folder / "failures" / f"{name}.png", np.roll(ramp(), 10 + number, axis=1))
    page = show(qtbot, window, folder)
    sheet = page.view.predictions.sheet
    assert [sheet.itemText(row) for row in range(3)] == ["As it learns", "Worst of all", "Worst: benign"]
    sheet.setCurrentIndex(2)
    sheet.activated.emit(2)
    settle(qtbot, window)
    assert np.array_equal(page.canvas.series.frame(0), np.roll(ramp(), 11, axis=1))
    assert not page.view.scrub.isEnabled() and "Lowest Dice" in page.view.predictions._which.text()
    page.look()
    settle(qtbot, window)
    assert sheet.currentIndex() == 2


def test_a_growing_run_is_followed(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.context.settings["training_on_close"] = "continue"
    folder = write_run(tmp_path / "run", validations=1)
    (folder / "training.pid").write_text(str(os.getpid()), encoding="utf-8")
    page = show(qtbot, window, folder)
    assert page.run.state == "running"
    write_run(folder, validations=4)
    page.look()
    settle(qtbot, window)
    assert len(page.run.previews) == 4 and page.view.scrub.value() == 3
    click(qtbot, window, "train-pause")
    assert (folder / "pause").exists()
    click(qtbot, window, "train-stop")
    assert (folder / "stop").exists()


def test_a_run_is_started_noted_and_resumed_with_the_same_data(qtbot: QtBot, window: MainWindow, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        asked.append((args, kwargs["resume"], kwargs["compare"]))
        write_run(args[2], validations=1, ended="stopped")
        return subprocess.Popen([sys.executable, "-c", "pass"])

    monkeypatch.setattr(train_request, "start_training", start)
    page = go(qtbot, window, "train")
    assert "a data folder" in page.setup.missing
    page.setup.recipe.choose("seg-breast-us")
    page.setup.mode.choose("full")
    page.setup.add_data(tmp_path / "data")
    page.setup.out.set_path(tmp_path / "run")
    page.augment.sliders["rotate_deg"].setValue(0)
    click(qtbot, window, "train-start")
    settle(qtbot, window)
    recipe = tomllib.loads((tmp_path / "run" / "recipe.toml").read_text())
    assert recipe["data"]["geometry"]["rotate_deg"] == 0 and recipe["id"] == "run"
    click(qtbot, window, "train-resume")
    settle(qtbot, window)
    assert [(Path(args[0]).name, args[1], resume, rival) for args, resume, rival in asked] == [
        ("recipe.toml", (tmp_path / "data",), False, "seg-breast-us"),
        ("run.toml", (tmp_path / "data",), True, "seg-breast-us")]
    assert window.context.settings["training_folder"] == str(tmp_path / "run")


def test_a_training_that_runs_is_asked_about_when_the_window_closes(qtbot: QtBot, window: MainWindow, tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_run(tmp_path / "run", validations=1)
    (folder / "training.pid").write_text(str(os.getpid()), encoding="utf-8")
    window.context.settings["run_folder"] = str(folder)
    monkeypatch.setattr(training_watch, "_ask", lambda *_: "cancel")
    assert not window.close()
    # Looking at another run forgets nothing: a second one is not started beside it, and the question is asked.
    window.context.settings["training_folder"] = str(folder)
    show(qtbot, window, write_run(tmp_path / "other", validations=1, ended="done"))
    assert training_watch.running_folder(window.context) == folder and not window.close()
    window.context.settings["training_on_close"] = "pause"
    assert training_watch.may_close(window.context, window) and (folder / "pause").exists()


CARD = ('id = "mine"\ntitle = "Mine"\ntask = "segmentation"\narchitecture = "x"\nlicence = "own"\n'
        '[labels]\n1 = "lesion"\n[weights]\nsha256 = ""\n')


@pytest.mark.parametrize("offered", [True, False])
def test_a_model_is_offered_only_if_it_is_better_and_can_be_rolled_back(qtbot: QtBot, window: MainWindow,
                                                                        tmp_path: Path, offered: bool) -> None:
    folder = write_run(tmp_path / "mine", validations=2, ended="done")
    (folder / "card.toml").write_text(CARD, encoding="utf-8")
    scores = np.linspace(0.5, 0.7, 12)[:, None] + [0, 0.1 if offered else 0.0]
    own = paired(scores, [str(number) for number in range(12)])
    verdict_, reason = verdict(own, {})
    (folder / "comparison.json").write_text(json.dumps(
        {"base_title": "Breast lesion", "own": own, "simulated": {}, "offered": verdict_, "reason": reason.english(),
         "reason_id": reason.id, "reason_params": dict(reason.params)}), encoding="utf-8")
    page = show(qtbot, window, folder)
    assert page.view.use_button.isVisible() is offered and page.view.comparison.isVisible()
    if not offered:
        assert "former model stays" in page.view.comparison.verdict.text()
        return
    click(qtbot, window, "train-use")
    assert window.context.settings["model_segment"] == str(folder)
    annotate = go(qtbot, window, "annotate")
    assert annotate.assist.models.currentData() == str(folder)
    go(qtbot, window, "train")
    click(qtbot, window, "train-back")
    assert window.context.settings["model_segment"] == "seg-breast-us"
    assert str(folder) in window.context.settings["model_folders"]


def test_split_and_augmentation_of_own_images_are_shown(qtbot: QtBot, window: MainWindow,
                                                        tiny_set: Path) -> None:  # noqa: F811
    page = go(qtbot, window, "train")
    page.setup.add_data(tiny_set)
    settle(qtbot, window)
    assert page.split.facts is not None and "No leak" in page.split.state.text()
    page.switch.choose("augment")
    qtbot.waitUntil(lambda: len(page.augment.grid.pairs) == 12, timeout=20_000)
    settle(qtbot, window)
    before = page.augment.grid.pairs
    page.augment.sliders["rotate_deg"].setValue(100)
    qtbot.waitUntil(lambda: page.augment.grid.pairs is not before, timeout=20_000)
    assert page.augment.values[0].rotate_deg == 30
    settle(qtbot, window)


def test_a_tiny_gain_is_not_drawn_as_a_steep_rise(qtbot: QtBot, window: MainWindow) -> None:
    curves = go(qtbot, window, "train").view.curves
    curves.set_epochs([{"step": step, "dice": 0.77 + step / 10_000} for step in range(3)])
    qtbot.wait(50)
    low, high = curves.figure.viewRange()[1]
    assert high - low >= 0.05


def test_data_that_cannot_be_used_say_what_they_need(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "train")
    (tmp_path / "data" / "images").mkdir(parents=True)
    page.setup.add_data(tmp_path / "data")
    settle(qtbot, window)
    assert page.split.state.text() == "These data cannot be used"
    assert "index.csv is missing" in page.split._words.text() and "It needs images/" in page.split._words.text()


def test_the_new_folder_has_a_name_until_a_person_gives_one(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "seg-breast-us-1").mkdir()
    window.context.settings["run_folder"] = str(tmp_path / "earlier")
    page = go(qtbot, window, "train")
    assert page.setup.out.path == tmp_path / "seg-breast-us-2"
    assert "for the model" not in page.setup.missing
    page.setup.recipe.choose("seg-fetal-head-us")
    page.setup._recipe_changed()
    assert page.setup.out.path == tmp_path / "seg-fetal-head-us-1"
    page.setup.out.set_path(tmp_path / "mine")
    page.setup._recipe_changed()
    assert page.setup.out.path == tmp_path / "mine"


def test_data_that_cannot_be_used_start_nothing(qtbot: QtBot, window: MainWindow, tiny_set: Path,  # noqa: F811
                                                tmp_path: Path) -> None:
    page = go(qtbot, window, "train")
    page.setup.mode.choose("full")
    page.setup.out.set_path(tmp_path / "run")
    page.setup.add_data(tiny_set)
    settle(qtbot, window)
    assert page.setup._go.isEnabled() and "No leak" in page.split.state.text()
    drawn = next(path for path in sorted((tiny_set / "masks").glob("*.png")) if read_labels(path).any())
    write_label_png(drawn, read_labels(drawn) * 7)
    page.setup.data_panel._drop(tiny_set)
    page.setup.add_data(tiny_set)
    settle(qtbot, window)
    assert page.split.state.text() == "These data cannot be used" and "label value 7" in page.split._words.text()
    assert not page.setup._go.isEnabled() and "label value 7" in page.setup._missing.text()
    asked: list[object] = []
    page.setup.start.connect(asked.append)
    page.setup.ask()
    assert not asked
    for mask in (tiny_set / "masks").glob("*.png"):
        write_label_png(mask, np.zeros_like(read_labels(mask)))
    page.setup.data_panel._drop(tiny_set)
    page.setup.add_data(tiny_set)
    settle(qtbot, window)
    assert "No training image has a labelled pixel" in page.split._words.text() and not page.setup._go.isEnabled()
    page.setup.recipe.choose("sr-us")
    page.setup._recipe_changed()
    settle(qtbot, window)
    assert page.setup._go.isEnabled()


def test_predictions_are_saved_as_an_animation(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = show(qtbot, window, write_run(tmp_path / "run", validations=3, ended="stopped"))
    for name in ("learning.gif", "learning"):
        page.view.predictions.write_animation(tmp_path / name)
        settle(qtbot, window)
    with Image.open(tmp_path / "learning.gif") as animation:
        assert animation.n_frames == 3
    assert open_path(tmp_path / "learning.mp4")[0].series[0].frame_count == 6  # the last one stays four times as long


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
    monkeypatch.setattr(train_request, "start_training", lambda *_, **__: None)
    (tmp_path / "out").mkdir()
    request = TrainingRequest("sr-us", (tmp_path / "a",), tmp_path / "out", "", 5.0)
    launch(request, resume=False, compute=Compute())
    assert remembered_request(tmp_path / "out") == request
    assert remembered_request(tmp_path) is None


def test_the_trend_of_the_loss_is_calmer_than_its_batches_and_a_few_are_left_alone() -> None:
    noisy = np.random.default_rng(0).normal(1.0, 0.5, 600)
    assert smoothed(noisy).std() < 0.3 * noisy.std() and abs(smoothed(noisy).mean() - noisy.mean()) < 0.05
    assert np.array_equal(smoothed(noisy[:20]), noisy[:20]) and not len(smoothed(noisy[:0]))


def test_curves_take_finite_figures_only() -> None:
    epochs = [{"step": 1, "loss": 0.5}, {"step": 2, "loss": float("nan")}, {"step": 2, "dice": 0.3}]
    steps, values = epoch_series(epochs, "loss")
    assert steps.tolist() == [1] and values.tolist() == [0.5]
    assert drawn_figure(epochs) == ("dice", "Validation Dice")
    assert drawn_figure([{"step": 1, "loss": 1.0}]) is None
