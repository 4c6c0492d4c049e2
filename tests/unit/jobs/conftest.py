"""The tiny training set of the engine's tests serves jobs too, and so do models with random weights."""

from pathlib import Path

import pytest
import torch

from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.engine.training.card import write_card
from medsynth_gui.engine.training.recipe import read_recipe
from medsynth_gui.engine.weights import save_weights
from tests.engine.conftest import tiny_set

__all__ = ["model", "tiny_set"]


@pytest.fixture
def model(tmp_path: Path):
    """Write a model folder with random weights for a recipe text."""
    def write(text: str) -> str:
        folder = tmp_path / "model"
        (tmp_path / "recipe.toml").write_text(text)
        recipe = read_recipe(tmp_path / "recipe.toml")
        torch.manual_seed(0)
        network = build_network(recipe.architecture, recipe.network)
        for parameter in network.parameters():
            parameter.data += 0.01 * torch.randn_like(parameter)
        folder.mkdir(exist_ok=True)
        write_card(folder, recipe, digest=save_weights(network.state_dict(), folder / "weights.safetensors"),
                   training={})
        return str(folder)

    return write
