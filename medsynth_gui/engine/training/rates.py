"""Learning rates: one per layer where a model is adapted, and their course over a training."""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from medsynth_gui.engine.training.recipe import Optimisation


def parameter_groups(network: nn.Module, optimisation: Optimisation) -> list[dict[str, Any]]:
    """Parameters by layer, nearest to the image first, each with the `share` of the rate at which it learns.

    Every layer learns: in ultrasound the shallow ones must adapt too (Amiri et al. 2020). Layers are the network's
    parts in the order in which it names them; the entries of a list of parts count one by one.
    """
    parameters = list(network.named_parameters())
    if optimisation.layer_decay == 1:
        return [{"params": [value for _, value in parameters], "share": 1.0}]
    layers: dict[str, list[nn.Parameter]] = {}
    for name, value in parameters:
        parts = name.split(".")
        layers.setdefault(".".join(parts[:2]) if parts[1:2] and parts[1].isdigit() else parts[0], []).append(value)
    last = len(layers) - 1
    return [{"params": values, "share": optimisation.layer_decay ** (last - place)}
            for place, values in enumerate(layers.values())]


def rate_at(optimisation: Optimisation, step: int, progress: float) -> float:
    """The rate of the last layer: warm-up, then a cosine that ends at a hundredth."""
    warm_up = min(1.0, (step + 1) / max(1, optimisation.warm_up_steps))
    return optimisation.rate * warm_up * max(0.01, 0.5 * (1 + math.cos(math.pi * progress)))
