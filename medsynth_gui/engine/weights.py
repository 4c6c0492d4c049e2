"""Weights on disk: safetensors only, checked against the card's SHA-256 before they are used."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard, check_weights
from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.io.atomic import write_bytes


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_network(card: ModelCard, device: torch.device) -> nn.Module:
    """The card's network in evaluation mode, fp32, channels last.

    Raises:
        ModelError: weights are missing, altered, or do not fit the architecture.
    """
    check_weights(card)
    network = build_network(card.architecture, card.network, model=card.id)
    load_weights(network, card.weights, model=card.id)
    return network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_preview(card: ModelCard, device: torch.device) -> nn.Module:
    """The distilled twin of the card's network, as `load_network`.

    Raises:
        ModelError: its weights are missing, altered, or do not fit the architecture.
    """
    twin = replace(card, weights_file=str(card.preview["file"]), weights_sha256=str(card.preview["sha256"]))
    return load_network(twin, device)


def load_weights(network: nn.Module, path: Path, *, model: str) -> None:
    """Copy the tensors of a file into a network; every one must be there and fit.

    Raises:
        ModelError: the file is no safetensors file, or belongs to another network.
    """
    try:
        network.load_state_dict({name: tensor.float() if tensor.is_floating_point() else tensor
                                 for name, tensor in load_file(path).items()})
    except (SafetensorError, OSError) as error:
        raise ModelError("weights-unreadable", model=model, path=path, detail=str(error).splitlines()[0]) from error
    except RuntimeError as error:
        raise ModelError("weights-misfit", model=model) from error


def transfer_weights(network: nn.Module, path: Path, *, model: str) -> int:
    """Copy what a network of other labels has in common with this one; its heads and further inputs stay fresh.

    Returns:
        How many tensors were copied.

    Raises:
        ModelError: the file is no safetensors file, or nothing in it fits.
    """
    own = network.state_dict()
    try:
        stored = {name: tensor.float() if tensor.is_floating_point() else tensor
                  for name, tensor in load_file(path).items() if name in own and "head" not in name}
    except (SafetensorError, OSError) as error:
        raise ModelError("weights-unreadable", model=model, path=path, detail=str(error).splitlines()[0]) from error
    found = {name: widened for name, tensor in stored.items()
             if (widened := _widened(tensor, own[name])) is not None}
    if not found:
        raise ModelError("weights-misfit", model=model)
    network.load_state_dict(found, strict=False)
    return len(found)


def _widened(tensor: Tensor, own: Tensor) -> Tensor | None:
    """The tensor in the shape of `own`: as it is, or a convolution that takes further inputs; None where it differs."""
    if tensor.shape == own.shape:
        return tensor
    if tensor.ndim == 4 and tensor.shape[0] == own.shape[0] and tensor.shape[1] < own.shape[1] \
            and tensor.shape[2:] == own.shape[2:]:
        widened = own.detach().clone()
        widened[:, :tensor.shape[1]] = tensor
        return widened
    return None


def save_weights(state: dict[str, Tensor], path: Path) -> str:
    """Write a state dict as fp16 safetensors; returns the file's SHA-256."""
    half = {name: (tensor.detach().half() if tensor.is_floating_point() else tensor.detach()).cpu().contiguous()
            for name, tensor in state.items()}
    write_bytes(path, save(half))
    return sha256_of(path)
