"""A person at a terminal: sees what a project lacks, has the gaps filled, is interrupted, and goes on."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest
import torch

from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.engine.training.card import write_card
from medsynth_gui.engine.training.recipe import read_recipe
from medsynth_gui.engine.weights import save_weights
from tests.e2e.command_line import medsynth
from tests.engine.conftest import SYNTHESIS
from tests.unit.dataset.builders import small_project


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A generator with random weights that knows the classes benign and malignant."""
    folder, recipe_path = tmp_path / "generator", tmp_path / "recipe.toml"
    recipe_path.write_text(SYNTHESIS.replace('["a", "b"]', '["benign", "malignant"]'))
    recipe = read_recipe(recipe_path)
    folder.mkdir()
    network = build_network(recipe.architecture, recipe.network)
    write_card(folder, recipe, digest=save_weights(network.state_dict(), folder / "weights.safetensors"), training={})
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Nine benign scans with small discs."""
    torch.set_num_threads(1)
    small_project(tmp_path / "project", samples=9).close()
    return tmp_path / "project"


def test_what_is_missing_is_seen_and_filled_and_goes_on(tmp_path: Path, project: Path, model: Path) -> None:
    plan = tmp_path / "plan.toml"
    told = medsynth("project", "plan", project, "--generator", model, "--at-least", 2, "--sizes", "2%,10%",
                    "--out", plan,
                    "--part", "all", "--json")
    assert told.code == 0, told.err
    rows = {(row["class"], row.get("size")): row for row in told.record["cells"]}
    assert rows["benign", "medium"]["real"] == 9 and rows["benign", "medium"]["missing"] == 0
    assert rows["malignant", "small"]["missing"] == 2
    assert tomllib.loads(plan.read_text())["cells"]
    out = tmp_path / "out"
    command = ("synthesize", "--model", model, "--plan", plan, "--masks", project / "masks", "--seed", 7, "--out", out,
               "--gates", "off", "--device", "cpu", "--threads", 1, "--steps", 1, "--json")
    first = medsynth(*command)
    assert first.record["accepted"] == first.record["made"] >= 4
    with (out / "index.csv").open() as table:
        assert len(list(csv.DictReader(table))) == first.record["accepted"]
    lines = (out / "manifest.jsonl").read_text().splitlines()
    assert {json.loads(line)["provenance"]["synthetic"] for line in lines} == {True}
    # Some rows may have no mask of their size; whatever the end, the same command makes nothing twice.
    again = medsynth(*command)
    assert again.code == first.code and again.record["made"] == first.record["made"]
    assert (out / "manifest.jsonl").read_text().splitlines() == lines
    imported = medsynth("project", "import", project, out, "--json")
    assert imported.code == 0 and len(imported.record["done"]) == len(lines)


@pytest.mark.parametrize(("text", "code", "message"), [
    ("[[cells]]\nclass = 'cyst'\ntarget = 3", 2, "class-unknown"),
    ("[[cells]]\nclass = 'benign'\ntarget = -3", 2, "number-out-of-range"),
    ("[[cells]]\nclass = 'benign'\nreal = 3\ntarget = 3", 2, "plan-nothing-missing"),
    ("[[cells]]\nclass = 'benign'\nscanner = 'A'\ntarget = 3", 2, "plan-not-aimed"),
    ("cells = 3", 1, "plan-unreadable"), (None, 1, "file-missing")])
def test_impossible_quotas_are_told(tmp_path: Path, model: Path, text: str | None, code: int, message: str) -> None:
    if text is not None:
        (tmp_path / "plan.toml").write_text(text)
    done = medsynth("synthesize", "--model", model, "--plan", tmp_path / "plan.toml", "--seed", 1, "--out",
                    tmp_path / "out", "--json")
    assert (done.code, done.record["error"]["id"]) == (code, message)
    assert not (tmp_path / "out").exists()
    neither = medsynth("synthesize", "--model", model, "--seed", 1, "--out", tmp_path / "out", "--json")
    assert (neither.code, neither.record["error"]["id"]) == (2, "count-or-plan")
