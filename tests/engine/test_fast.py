"""The optional library in place of torch: asked where it is there, given up without a word lost where it fails."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from medsynth_gui.engine import fast
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.unshuffle_unet import UnshuffleUNet

CPU = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return UnshuffleUNet(classes=2, widths=[8, 8], blocks=[1, 1]).eval()


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(fast, "_failures", [])


class FakeOpenVino:
    """Compiles a network into itself, and notes how it was asked."""

    def __init__(self) -> None:
        self.settings: list[dict] = []

    def convert_model(self, network, *, example_input):
        return SimpleNamespace(network=network, shape=example_input.shape, reshape=lambda shape: None)

    def Core(self):
        return self

    def compile_model(self, model, device, settings):
        self.settings.append(settings)

        def infer(inputs):
            with torch.no_grad():
                return [value.numpy() for value in model.network(torch.from_numpy(inputs[0]))]

        return SimpleNamespace(create_infer_request=lambda: SimpleNamespace(infer=infer))


@pytest.fixture
def openvino(monkeypatch):
    fake = FakeOpenVino()
    monkeypatch.setitem(sys.modules, "openvino", fake)
    monkeypatch.setattr(fast, "_installed", lambda: True)
    return fake


def test_each_shape_is_compiled_once_and_answers_as_torch_does(network, openvino):
    for side in (16, 32, 16):
        x = torch.randn(1, 1, side, side)
        with torch.inference_mode():
            found, expected = fast.run(network, x, CPU), network(x)
        assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))
    assert [row["INFERENCE_NUM_THREADS"] for row in openvino.settings] == [1, 1]
    assert fast.library(CPU) == "openvino" and not fast.failure()


def test_a_library_that_fails_is_given_up_and_torch_answers(network, openvino, monkeypatch):
    monkeypatch.setattr(openvino, "compile_model", lambda *_: 1 / 0)
    x = torch.randn(1, 1, 16, 16)
    found = fast.run(network, x, CPU)
    with torch.inference_mode():
        assert torch.equal(found.logits, network(x).logits)
    assert fast.library(CPU) == "torch" and "division by zero" in fast.failure()


def test_no_other_device_and_no_missing_library_is_asked(monkeypatch, openvino):
    assert fast.library(Runtime(torch.device("cuda"), "bf16", 1)) == "torch"
    monkeypatch.setattr(fast, "_installed", lambda: False)
    assert fast.library(CPU) == "torch"


def test_the_real_library_gives_the_same_figures(network):
    pytest.importorskip("openvino", reason="the extra `fast` is not installed")
    x = torch.randn(1, 1, 32, 32)
    found = fast.run(network, x, CPU)
    assert fast.library(CPU) == "openvino", fast.failure()
    with torch.inference_mode():
        np.testing.assert_allclose(found.logits, network(x).logits, atol=1e-4)
