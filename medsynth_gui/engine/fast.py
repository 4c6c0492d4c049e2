"""OpenVINO in place of torch on the CPU, where the extra `fast` is installed: the same network, 1.3 times as fast.

The torch weights are converted in memory when a network is first called, once per input shape; nothing is downloaded or
stored. Where that fails, torch goes on alone and `library` says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.unshuffle_unet import SegmentationOutput, UnshuffleUNet

_PRECISION = {"fp32": "f32", "bf16": "bf16"}
_lock = RLock()
_converted: WeakKeyDictionary[nn.Module, dict[Any, Callable[[Tensor], SegmentationOutput]]] = WeakKeyDictionary()
_failures: list[str] = []


@cache
def _installed() -> bool:
    return find_spec("openvino") is not None


def library(runtime: Runtime) -> str:
    """What segmenters run on: "openvino" or "torch"."""
    return "openvino" if _installed() and not _failures and runtime.device.type == "cpu" else "torch"


def failure() -> str:
    """Why OpenVINO was given up in this process; empty if it was not."""
    return _failures[0] if _failures else ""


def try_out(runtime: Runtime) -> str:
    """Run a small network; returns the library that it ran on."""
    network = UnshuffleUNet(widths=(8, 8), blocks=(1, 1)).eval().to(runtime.device)
    run(network, torch.zeros(1, 1, 32, 32, device=runtime.device), runtime)
    return library(runtime)


def run(network: nn.Module, x: Tensor, runtime: Runtime) -> SegmentationOutput:
    """A segmentation network's output for a batch (batch, channels, y, x); for inference alone."""
    if library(runtime) == "openvino":
        try:
            return _compiled(network, x, runtime)(x)
        except Exception as error:  # an optional library must not cost the answer that torch can give
            _failures.append(f"{type(error).__name__}: {error}".splitlines()[0])
    with torch.inference_mode(), runtime.autocast():
        output: SegmentationOutput = network(x.contiguous(memory_format=torch.channels_last))
    return output


def _compiled(network: nn.Module, x: Tensor, runtime: Runtime) -> Callable[[Tensor], SegmentationOutput]:
    key = (tuple(x.shape), runtime.precision, runtime.threads)
    with _lock:
        made = _converted.setdefault(network, {})
        if key not in made:
            made[key] = _compile(network, key[0], runtime)
        return made[key]


def _compile(network: nn.Module, shape: tuple[int, ...], runtime: Runtime) -> Callable[[Tensor], SegmentationOutput]:
    import openvino

    # Tensors made in inference mode cannot be traced.
    with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = openvino.convert_model(network, example_input=torch.zeros(shape))
    model.reshape(list(shape))
    compiled = openvino.Core().compile_model(model, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": runtime.threads,
        "INFERENCE_PRECISION_HINT": _PRECISION[runtime.precision]})

    def call(x: Tensor) -> SegmentationOutput:
        found = compiled.create_infer_request().infer([x.contiguous().numpy()])
        return SegmentationOutput(*(torch.from_numpy(found[index].copy()) for index in range(3)))

    return call
