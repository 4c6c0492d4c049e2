"""A training may start from a model of other labels or inputs, from simulated pairs, and makes an interactive model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.prompts import Prompts
from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.engine.refiner import Refiner
from medsynth_gui.engine.segmenter import Segmenter, _as_ellipses
from medsynth_gui.engine.training.recipe import read_recipe
from medsynth_gui.engine.weights import save_weights, transfer_weights
from medsynth_gui.jobs.catalogue import Compute, find_model, find_recipe, recipes
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.train import Train
from tests.builders import disc
from tests.engine.conftest import SEGMENTATION, SUPER_RESOLUTION

CPU = Compute("cpu", "fp32", 1)
SMALL = {"classes": 2, "widths": [32, 32], "blocks": [1, 1], "unshuffle": 2}
REFINEMENT = SEGMENTATION.replace("tiny-seg", "tiny-refine").replace('"segmentation"', '"refinement"').replace(
    "{ classes = 2", "{ inputs = 5, classes = 2")
SIMULATED = SEGMENTATION.replace("tiny-seg", "tiny-sim").replace(
    'data = { sets = ["tiny"] }', 'data = { sets = [], masks = "simulator" }\n'
    'simulator = { phantom = "muscle-fat", count = 10, size = 48 }').replace("classes = 2", "classes = 3").replace(
    '{ 1 = "disc" }', '{ 1 = "fat", 2 = "muscle" }')


def train(recipe: Path, data: tuple[Path, ...], out: Path, **options: object) -> dict:
    return Train(str(recipe), data, out, compute=CPU, **options).run(JobContext())


def test_every_shipped_recipe_reads_and_builds_its_network() -> None:
    for name in recipes():
        recipe = read_recipe(find_recipe(name))
        assert recipe.id == name
        build_network(recipe.architecture, recipe.network)


def test_further_labels_and_inputs_start_fresh_and_the_rest_is_taken_over(tmp_path: Path) -> None:
    old, new = build_network("unshuffle-unet", SMALL), build_network("unshuffle-unet", {**SMALL, "classes": 4,
                                                                                        "inputs": 5})
    save_weights(old.state_dict(), tmp_path / "old.safetensors")
    fresh = {name: value.clone() for name, value in new.state_dict().items()}
    transfer_weights(new, tmp_path / "old.safetensors", model="old")
    state = new.state_dict()
    assert torch.allclose(state["stem.weight"][:, :4], old.state_dict()["stem.weight"], atol=1e-3)
    assert torch.equal(state["stem.weight"][:, 4:], fresh["stem.weight"][:, 4:])
    assert torch.equal(state["head.weight"], fresh["head.weight"])
    assert torch.allclose(state["encoder.1.0.convolution1.weight"],
                          old.state_dict()["encoder.1.0.convolution1.weight"], atol=1e-3)


def test_an_interactive_model_starts_from_a_segmenter_and_remembers_what_that_had_seen(recipe, tiny_set, tmp_path):
    train(recipe(SEGMENTATION), (tiny_set,), tmp_path / "seg")
    tiny_set.rename(other := tiny_set.with_name("other"))
    results = train(recipe(REFINEMENT), (other,), tmp_path / "refine", init=str(tmp_path / "seg"))
    assert results["structures"] and 1 <= results["clicks"] <= results["most_clicks"]
    groups = json.loads((tmp_path / "refine" / "groups.json").read_text())
    assert groups["tiny"]["trained"] and not groups["tiny"]["tested"] and groups["other"]["tested"]
    card = find_model(str(tmp_path / "refine"), task="refinement")
    prompts = Prompts.empty(40, 48)
    prompts.positive[20, 24], prompts.negative[2, 2] = True, True
    found = Refiner(card, resolve("cpu", "fp32", 1)).refine(np.full((40, 48), 99, np.uint8), prompts)
    assert found.mask[20, 24] and not found.mask[2, 2]


def test_another_architecture_is_no_start(recipe, tiny_set, tmp_path):
    train(recipe(SUPER_RESOLUTION), (tiny_set,), tmp_path / "sr")
    with pytest.raises(ModelError):
        train(recipe(SEGMENTATION), (tiny_set,), tmp_path / "seg", init=str(tmp_path / "sr"))


def test_simulated_pairs_are_made_once_and_split_by_seed(recipe, tmp_path):
    results = train(recipe(SIMULATED), (), tmp_path / "run")
    assert set(results["labels"]) == {"fat", "muscle"} and results["with_label"] == 2
    made = sorted((tmp_path / "run" / "simulated" / "images").iterdir())
    groups = json.loads((tmp_path / "run" / "groups.json").read_text())["simulator-muscle-fat"]
    assert len(made) == 10 and not set(groups["trained"]) & set(groups["tested"])


def test_an_ellipse_is_made_of_the_largest_part_alone() -> None:
    labels = disc(120, 160, center=(60, 70), radius=30)
    labels[55:65, 60:160] = np.maximum(labels[55:65, 60:160], 0)
    labels[50:58, 66:74] = 0
    labels[2:6, 2:6] = 1
    found = _as_ellipses(labels)
    whole = disc(120, 160, center=(60, 70), radius=30)
    assert 2 * (found & whole).sum() / (found.sum() + whole.sum()) > 0.98 and not found[3, 3]
    assert _as_ellipses(np.zeros((20, 20), np.uint8)).max() == 0


def test_a_model_cropped_to_the_field_of_view_says_nothing_beside_it(recipe, tiny_set, tmp_path):
    train(recipe(SEGMENTATION.replace('fit = "letterbox"', 'fit = "letterbox", crop = "field-of-view"')), (tiny_set,),
          tmp_path / "run")
    segmenter = Segmenter(find_model(str(tmp_path / "run")), resolve("cpu", "fp32", 1))
    gray = np.zeros((200, 300), np.uint8)
    gray[20:180, 60:240] = np.random.default_rng(0).integers(30, 220, (160, 180))
    probability, _ = segmenter.probability(gray)
    assert probability.shape == (2, 200, 300) and probability[1][:, :40].max() == 0 and probability[1].max() > 0
