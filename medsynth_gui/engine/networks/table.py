"""Architecture names of model cards -> where the class is."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from torch import nn

from medsynth_gui.core.errors import ModelError

ARCHITECTURES = {
    "unshuffle-unet": "medsynth_gui.engine.networks.unshuffle_unet:UnshuffleUNet",
    "flow-unet": "medsynth_gui.engine.networks.flow_unet:FlowUNet",
    "residual-encoder": "medsynth_gui.engine.networks.residual_encoder:ResidualEncoder",
    "edsr": "medsynth_gui.engine.networks.edsr:Edsr",
}


def build_network(architecture: str, arguments: Mapping[str, Any], *, model: str = "this model") -> nn.Module:
    """A network with fresh weights.

    Raises:
        ModelError: the architecture is not in the table, or the arguments are not its own.
    """
    if architecture not in ARCHITECTURES:
        raise ModelError("architecture-unknown", model=model, architecture=architecture)
    module, name = ARCHITECTURES[architecture].split(":")
    try:
        network: nn.Module = getattr(import_module(module), name)(**arguments)
    except TypeError as error:
        raise ModelError("card-unreadable", path=model, detail=error) from error
    return network
