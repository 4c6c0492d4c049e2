"""What a training does when things go wrong, and what it keeps."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from medsynth_gui.core.errors import InputError, ModelError, ResourceError
from medsynth_gui.dataset.split import is_held_out
from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.engine.training import segmentation
from medsynth_gui.engine.training.losses import segmentation_loss
from medsynth_gui.engine.training.rates import parameter_groups
from medsynth_gui.engine.training.recipe import Optimisation, read_recipe
from medsynth_gui.io.raster_files import read_gray, write_label_png
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.compare_models import CompareModels
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.train import Train
from medsynth_gui.jobs.training_run import pause_training, read_run, stop_training
from tests.engine.conftest import SEGMENTATION

CPU = Compute("cpu", "fp32", 1)
QUICK = SEGMENTATION.replace("steps = 6,", "steps = 6, patience = 3, layer_decay = 0.8,")


def train(recipe: Path, data: Path, out: Path, context: JobContext | None = None, **options):
    return Train(str(recipe), (data,), out, compute=CPU, **options).run(context or JobContext())


class AtStep(JobContext):
    """Does something to a run after a step."""

    def __init__(self, step, then) -> None:
        super().__init__()
        self.step, self.then = step, then

    def checkpoint(self, done, total=None, message=""):
        if message.startswith(f"step {self.step},"):
            self.then()


def events(out: Path, kind: str) -> list[dict]:
    return [event for line in (out / "events.jsonl").read_text().splitlines()
            if (event := json.loads(line))["event"] == kind]


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "weights.safetensors")


def test_a_paused_training_goes_on_at_the_same_step_to_the_same_weights(recipe, tiny_set, tmp_path):
    path, out = recipe(SEGMENTATION), tmp_path / "run"
    train(path, tiny_set, tmp_path / "straight")
    paused = train(path, tiny_set, out, AtStep(2, lambda: pause_training(out)))
    assert paused["paused"] and read_run(out).state == "paused" and not (out / "card.toml").exists()
    train(path, tiny_set, out, resume=True)
    for name, value in weights(tmp_path / "straight").items():
        assert torch.equal(value, weights(out)[name]), name


def test_early_stop_ships_the_best_and_not_the_last(recipe, tiny_set, tmp_path, monkeypatch):
    scores = iter([0.2, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    seen = []

    def validate(self, network):
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return {"dice": next(scores)}, np.zeros((8, 8), np.uint8)

    monkeypatch.setattr(segmentation.SegmentationTask, "validate", validate)
    out = tmp_path / "run"
    results = train(recipe(QUICK.replace("steps = 6", "steps = 50")), tiny_set, out)
    assert results["kept_step"] == 1 and events(out, "note")[0]["id"] == "training-early-stop"
    assert len(seen) == 5 and read_run(out).state == "done"
    kept = weights(out)
    assert all(torch.equal(kept[name], value.half()) for name, value in seen[1].items() if value.is_floating_point())
    assert not all(torch.equal(kept[name], value.half()) for name, value in seen[-1].items())


def test_a_loss_that_becomes_no_number_keeps_the_last_good_weights(recipe, tiny_set, tmp_path, monkeypatch):
    calls = []

    def loss(*args):
        calls.append(1)
        return segmentation_loss(*args) * (torch.nan if len(calls) > 4 else 1)

    monkeypatch.setattr(segmentation, "segmentation_loss", loss)
    out = tmp_path / "run"
    with pytest.raises(ModelError, match=r"step 4; the weights of step 4 were kept"):
        train(recipe(SEGMENTATION), tiny_set, out)
    assert all(torch.isfinite(value.float()).all() for value in weights(out).values())
    assert read_run(out).state == "failed" and "smaller learning rate" in read_run(out).message
    assert find_model(str(out)).headline


def test_weights_too_large_to_be_stored_are_a_sentence(recipe, tiny_set, tmp_path):
    with pytest.raises(ModelError) as told:
        train(recipe(SEGMENTATION.replace("steps = 6,", "steps = 6, rate = 1e12,")), tiny_set, tmp_path / "run")
    assert told.value.message.id == "training-diverged" and not (tmp_path / "run" / "weights.safetensors").exists()


def test_the_command_in_the_results_names_the_run_and_its_data(recipe, tiny_set, tmp_path):
    results = train(recipe(SEGMENTATION), tiny_set, tmp_path / "own run")
    assert f"--data {tiny_set.name} --init own run --minutes 0" in results["command"]


def test_a_class_without_a_share_is_told(recipe, tiny_set, tmp_path):
    path = recipe(SEGMENTATION.replace('sets = ["tiny"]', 'sets = ["tiny"], shares = { malignant = 1.0 }'))
    train(path, tiny_set, tmp_path / "run")
    assert [event["id"] for event in events(tmp_path / "run", "note")] == ["training-class-unlisted"]


def test_memory_that_runs_out_halves_the_batch_and_says_so(recipe, tiny_set, tmp_path, monkeypatch):
    def loss(logits, *rest):
        if len(logits) > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate")
        return segmentation_loss(logits, *rest)

    monkeypatch.setattr(segmentation, "segmentation_loss", loss)
    out = tmp_path / "run"
    train(recipe(SEGMENTATION), tiny_set, out)
    assert "2 image(s) at a time" in read_run(out).notes[0]
    monkeypatch.setattr(segmentation, "segmentation_loss", lambda *_: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(ResourceError, match="one image at a time"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "none")


def test_layers_near_the_image_learn_more_slowly_but_learn():
    network = build_network("unshuffle-unet", {"classes": 2, "widths": [32, 32], "blocks": [1, 1], "unshuffle": 2})
    groups = parameter_groups(network, Optimisation(layer_decay=0.8))
    shares = [group["share"] for group in groups]
    assert shares == sorted(shares) and shares[-1] == 1 and 0 < shares[0] < 0.5
    assert groups[0]["params"][0] is network.stem.weight
    assert sum(len(group["params"]) for group in groups) == len(list(network.parameters()))


def test_masks_without_any_label_are_a_sentence(recipe, tiny_set, tmp_path):
    for path in (tiny_set / "masks").iterdir():
        write_label_png(path, np.zeros((40, 48), np.uint8))
    with pytest.raises(InputError, match="labelled pixel"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")


def test_one_pixel_lesions_mixed_sizes_and_depths_train(recipe, tiny_set, tmp_path):
    for number in range(0, 40, 2):
        image, mask = tiny_set / "images" / f"{number}.png", np.zeros((300, 200), np.uint8)
        mask[150, 99] = 1
        wide = cv2.resize(read_gray(image), (200, 300)).astype(np.uint16)
        cv2.imwrite(str(image), wide * 257)
        write_label_png(tiny_set / "masks" / f"{number}.png", mask)
    assert train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")["with_label"] > 0
    pair = segmentation.Pair(None, np.zeros((300, 200), np.uint8), mask)
    assert segmentation.fitted(pair, 32)[1].sum() == 1


def test_three_images_train_or_say_what_is_missing(recipe, tiny_set, tmp_path):
    rows = (tiny_set / "index.csv").read_text().splitlines()
    chosen = [row for row in rows[1:] if not is_held_out("tiny", row.split(",")[1])][:3]
    (tiny_set / "index.csv").write_text("\n".join([rows[0], *chosen]) + "\n")
    assert "not measured" in train(recipe(QUICK), tiny_set, tmp_path / "run")["headline"]
    held = [row for row in rows[1:] if is_held_out("tiny", row.split(",")[1])][:3]
    (tiny_set / "index.csv").write_text("\n".join([rows[0], *held]) + "\n")
    with pytest.raises(InputError, match="more patients"):
        train(recipe(QUICK), tiny_set, tmp_path / "none")


def test_images_without_a_group_are_named(recipe, tiny_set, tmp_path):
    rows = (tiny_set / "index.csv").read_text().splitlines()
    (tiny_set / "index.csv").write_text("\n".join([rows[0], "0,,a", *rows[2:]]) + "\n")
    with pytest.raises(InputError, match=r"line 2 .* empty id or group"):
        train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")


def test_rate_and_dice_of_each_label_are_told(recipe, tiny_set, tmp_path, monkeypatch):
    monkeypatch.setattr("medsynth_gui.engine.training.loop.EVENT_EVERY_S", 0.0)
    train(recipe(SEGMENTATION), tiny_set, tmp_path / "run")
    epochs = read_run(tmp_path / "run").epochs
    assert all(epoch["rate"] > 0 for epoch in epochs if "loss" in epoch)
    assert all("dice.disc" in epoch for epoch in epochs if "dice" in epoch)


def test_the_new_model_is_compared_with_the_old_one(recipe, tiny_set, tmp_path):
    path, first, second = recipe(SEGMENTATION), tmp_path / "first", tmp_path / "second"
    train(path, tiny_set, first)
    found = train(path, tiny_set, second, init=str(first), compare=str(first))["comparison"]
    assert found["own"]["images"] > 3
    assert set(found["own"]) >= {"before", "after", "difference"} and found["simulated"] == {}
    assert read_run(second).comparison == json.loads(json.dumps(found)) and read_run(second).state == "done"
    same = CompareModels(str(first), str(first), (tiny_set,), CPU).run(JobContext())
    assert same["own"]["difference"] == [0, 0, 0] and not same["offered"]


def test_a_stopped_training_says_so_after_its_comparison(recipe, tiny_set, tmp_path):
    path, first, out = recipe(SEGMENTATION), tmp_path / "first", tmp_path / "run"
    train(path, tiny_set, first)
    train(path, tiny_set, out, AtStep(2, lambda: stop_training(out)), compare=str(first))
    assert read_run(out).state == "stopped" and read_run(out).comparison


def test_impossible_numbers_in_a_recipe_are_a_sentence(recipe):
    for wrong in ("batch = 0", "layer_decay = 2.0"):
        with pytest.raises(InputError, match="recipe"):
            read_recipe(recipe(SEGMENTATION.replace("batch = 4", wrong)))
