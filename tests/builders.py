"""What tests are built from: paths of real data, small images and masks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

_CHECKOUT = Path(__file__).resolve().parents[1]


def shared_data(*parts: str) -> Path:
    """A path below the folder of real data; skips the test where there is none."""
    root = Path(os.environ.get("MEDSYNTH_DATA", _CHECKOUT.parent / "shared" / "data"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real data not found ({'/'.join(parts) or 'data'}); set MEDSYNTH_DATA to the folder that holds it")
    return path


def ramp(rows: int = 48, columns: int = 64) -> npt.NDArray[np.uint8]:
    """A gray image (y, x) in which every row and column differs."""
    y, x = np.mgrid[0:rows, 0:columns]
    return ((y * 3 + x * 2) % 256).astype(np.uint8)


def disc(rows: int, columns: int, *, center: tuple[float, float], radius: float) -> npt.NDArray[np.uint8]:
    """A label image (y, x) with value 1 inside a circle."""
    y, x = np.mgrid[0:rows, 0:columns]
    return ((y - center[0]) ** 2 + (x - center[1]) ** 2 <= radius**2).astype(np.uint8)


def tiny_encoder(folder: Path) -> Path:
    """A model folder of an encoder with fresh weights that looks at 32 x 32 pixels; its id is `tiny-enc`."""
    import torch

    from medsynth_gui.engine.networks.table import build_network
    from medsynth_gui.engine.training.card import write_card
    from medsynth_gui.engine.training.recipe import Optimisation, Recipe
    from medsynth_gui.engine.weights import save_weights

    recipe = Recipe("tiny-enc", "Tiny", "encoder", "residual-encoder", folder / "recipe.toml", licence="CC0",
                    network={"widths": [8, 16, 16], "blocks": [1, 1, 1], "code": 16}, input={"size": 32},
                    optimisation=Optimisation())
    torch.manual_seed(0)
    network = build_network(recipe.architecture, recipe.network)
    folder.mkdir(parents=True, exist_ok=True)
    write_card(folder, recipe, digest=save_weights(network.state_dict(), folder / "weights.safetensors"), training={})
    return folder
