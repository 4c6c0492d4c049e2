"""Checkpoints: everything that a training needs to go on as if it had not been interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from medsynth_gui.engine.training.best import Best


def snapshot(network: nn.Module, optimiser: torch.optim.Optimizer, average: Mapping[str, Tensor],
             best: Best) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors by name, and the numbers beside them."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.items()}
    tensors |= {f"best.{name}": value for name, value in (best.weights or {}).items()}
    for name, parameter in network.named_parameters():
        for key, value in optimiser.state.get(parameter, {}).items():
            tensors[f"optimiser.{key}.{name}"] = value
    return tensors, {"best_score": best.score if best.weights else None, "best_step": best.step, "stale": best.stale}


def restore(tensors: Mapping[str, Tensor], state: Mapping[str, Any], network: nn.Module,
            optimiser: torch.optim.Optimizer, average: dict[str, Tensor], best: Best) -> None:
    """Bring everything to where the snapshot was taken.

    Raises:
        KeyError, RuntimeError: it belongs to another network.
    """
    network.load_state_dict(_named(tensors, "network."))
    for name in average:
        average[name].copy_(tensors[f"average.{name}"])
    for name, parameter in network.named_parameters():
        found = {key: tensors[f"optimiser.{key}.{name}"] for key in ("step", "exp_avg", "exp_avg_sq")
                 if f"optimiser.{key}.{name}" in tensors}
        if found:
            optimiser.state[parameter] = {key: value if key == "step" else value.to(parameter.device)
                                          for key, value in found.items()}
    if weights := _named(tensors, "best."):
        best.weights = {name: value.to(average[name].device) for name, value in weights.items()}
        best.score, best.step, best.stale = state["best_score"], state["best_step"], state["stale"]


def _named(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
