"""A training makes a model folder, can be stopped and resumed, and never sees a held-out group."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

from medsynth_gui.core.errors import InputError, ModelError, UsageError
from medsynth_gui.core.model_card import read_card
from medsynth_gui.dataset.split import Part, is_held_out, part_of
from medsynth_gui.engine.training.run_folder import RunFolder
from medsynth_gui.io.raster_files import read_labels, write_label_png
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.job import JobCancelled, JobContext
from medsynth_gui.jobs.train import Train
from medsynth_gui.jobs.training_run import read_run, stop_training
from tests.engine.conftest import SEGMENTATION, SUPER_RESOLUTION, SYNTHESIS

CPU = Compute("cpu", "fp32", 1)


def train(recipe: Path, data: Path, out: Path, **options):
    return Train(str(recipe), (data,), out, compute=CPU, **options).run(JobContext())


def test_a_segmenter_becomes_a_model_folder(recipe, tiny_set, tmp_path):
    out = tmp_path / "run"
    results = train(recipe(SEGMENTATION), tiny_set, out)
    assert json.loads((out / "results.json").read_text()) == json.loads(json.dumps(results))
    card = find_model(str(out), task="segmentation")
    assert card.weights_sha256 == results["weights_sha256"] and "Dice" in card.headline
    groups = json.loads((out / "groups.json").read_text())["tiny"]
    assert groups["tested"] and all(is_held_out("tiny", group) for group in groups["tested"])
    assert not any(is_held_out("tiny", group) for group in groups["trained"] + groups["validated"])
    run = read_run(out)
    assert run.state == "done" and run.previews and any("dice" in event for event in run.epochs)
    assert tomllib.loads((out / "run.toml").read_text())["id"] == "tiny-seg"


@pytest.mark.parametrize("text", [SUPER_RESOLUTION, SYNTHESIS], ids=["super-resolution", "synthesis"])
def test_other_tasks_become_model_folders_too(text, recipe, tiny_set, tmp_path):
    if text is SYNTHESIS:
        pytest.importorskip("medsynth_gui.engine.training.evaluate_synthesis")
        try:
            find_model("seg-breast-us")
        except ModelError:
            pytest.skip("the segmenter that judges generators is not shipped here")
    train(recipe(text), tiny_set, tmp_path / "run")
    assert read_run(tmp_path / "run").state == "done"


def test_minutes_zero_measures_the_model_it_is_given(recipe, tiny_set, tmp_path):
    path = recipe(SEGMENTATION)
    first = train(path, tiny_set, tmp_path / "a")
    again = train(path, tiny_set, tmp_path / "b", init=str(tmp_path / "a"), minutes=0)
    assert again["dice"] == pytest.approx(first["dice"], abs=0.02)
    assert again["weights_sha256"] == first["weights_sha256"]
    assert read_card(tmp_path / "b").training["history"] == read_card(tmp_path / "a").training["history"]


def test_a_stopped_training_resumes_where_it_was(recipe, tiny_set, tmp_path):
    path, out = recipe(SEGMENTATION.replace("steps = 6", "steps = 8")), tmp_path / "run"
    stop_training_after = 3

    class Stopping(JobContext):
        steps = 0

        def checkpoint(self, done, total=None, message=""):
            if message.startswith("step"):
                self.steps += 1
                if self.steps == stop_training_after:
                    stop_training(out)

    Train(str(path), (tiny_set,), out, compute=CPU).run(Stopping())
    assert read_run(out).state == "stopped"
    state = json.loads((out / "checkpoint" / "state.json").read_text())
    assert state["step"] == stop_training_after
    train(path, tiny_set, out, resume=True)
    assert json.loads((out / "checkpoint" / "state.json").read_text())["step"] == 8
    assert read_run(out).state == "done"


def test_an_earlier_training_is_not_written_over(recipe, tiny_set, tmp_path):
    train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    with pytest.raises(UsageError, match="resume"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")


def test_cancelling_leaves_a_run_that_says_so(recipe, tiny_set, tmp_path):
    context = JobContext(cancelled=lambda: True)
    with pytest.raises(JobCancelled):
        Train(str(recipe(SEGMENTATION)), (tiny_set,), tmp_path / "run", compute=CPU).run(context)
    assert read_run(tmp_path / "run").state == "stopped"


def test_a_loss_that_is_no_number_is_a_sentence(recipe, tiny_set, tmp_path, monkeypatch):
    monkeypatch.setattr("medsynth_gui.engine.training.segmentation.segmentation_loss",
                        lambda logits, *_: logits.sum() * torch.nan)
    with pytest.raises(ModelError, match="diverged"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    assert "diverged" in read_run(tmp_path / "run").message


@pytest.mark.parametrize("broken", ["not toml [", SEGMENTATION.replace('task = "segmentation"', 'task = "poetry"'),
                                    SEGMENTATION + "\ncolour = 1\n"])
def test_a_broken_recipe_is_a_sentence(broken, recipe, tiny_set, tmp_path):
    with pytest.raises(InputError, match="recipe"):
        train(recipe(broken), tiny_set, tmp_path / "run")


def test_unlabelled_images_are_left_out_and_a_set_without_masks_is_refused(recipe, tiny_set, tmp_path):
    masks = sorted((tiny_set / "masks").iterdir())
    for mask in masks[:5]:
        mask.unlink()
    train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    start = json.loads((tmp_path / "run" / "events.jsonl").read_text().splitlines()[0])
    assert sum(start["images"].values()) == len(masks) - 5
    for mask in masks[5:]:
        mask.unlink()
    with pytest.raises(InputError, match="no image has a mask"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")


def test_a_set_without_held_out_groups_trains_and_says_that_nothing_was_measured(recipe, tiny_set, tmp_path):
    lines = (tiny_set / "index.csv").read_text().splitlines()
    group = next(name for name in "abcdefghij" if part_of("tiny", name) is Part.TRAIN)
    body = [f"{line.split(',')[0]},{group},a" for line in lines[1:]]
    (tiny_set / "index.csv").write_text("\n".join([lines[0], *body]) + "\n")
    results = train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    assert "not measured" in results["headline"] and find_model(str(tmp_path / "run"))


def test_masks_that_do_not_fit_are_named(recipe, tiny_set, tmp_path):
    masks = sorted((tiny_set / "masks").iterdir())
    whole = [(path, read_labels(path)) for path in masks]
    for path, labels in whole:
        write_label_png(path, labels * np.uint8(5))
    with pytest.raises(InputError, match="label value 5"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    for path, labels in whole:
        write_label_png(path, labels[:30])
    with pytest.raises(InputError, match=r"48 x 30 pixels.* 48 x 40"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")


def test_a_class_that_the_recipe_does_not_list_is_named(recipe, tiny_set, tmp_path):
    index = tiny_set / "index.csv"
    index.write_text(index.read_text().replace(",b", ",z"))
    with pytest.raises(InputError, match=r"class z.*\(a, b\)"):
        train(recipe(SYNTHESIS), tiny_set, tmp_path / "run")


def test_images_smaller_than_a_crop_are_told(recipe, tiny_set, tmp_path):
    with pytest.raises(InputError, match="64 x 64"):
        train(recipe(SUPER_RESOLUTION.replace("crop = 32", "crop = 64")), tiny_set, tmp_path / "run")


def test_what_cannot_be_resumed_or_measured_is_told(recipe, tiny_set, tmp_path):
    out = tmp_path / "run"
    train(recipe(SEGMENTATION), tiny_set, out)
    with pytest.raises(InputError, match="another network"):
        train(recipe(SEGMENTATION.replace("[32, 32]", "[48, 48]")), tiny_set, out, resume=True)
    for tensors in (out / "checkpoint").glob("*.safetensors"):
        tensors.write_bytes(b"cut")
    with pytest.raises(InputError, match="damaged"):
        train(recipe(SEGMENTATION), tiny_set, out, resume=True)
    with pytest.raises(UsageError, match="--init"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "b", minutes=0)
    with pytest.raises(ModelError, match="do not fit"):
        train(recipe(SEGMENTATION.replace("[32, 32]", "[48, 48]")), tiny_set, tmp_path / "b", init=str(out))
    (out / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(ModelError, match="not those its card describes"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "b", init=str(out))


def test_a_line_that_a_kill_tore_costs_no_other(recipe, tiny_set, tmp_path):
    train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    with (tmp_path / "run" / "events.jsonl").open("a") as stream:
        stream.write('{"event": "st')
    RunFolder(tmp_path / "run").event("done")
    assert (tmp_path / "run" / "events.jsonl").read_text().splitlines()[-1] == '{"event": "done"}'
