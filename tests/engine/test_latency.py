"""Timing a model, and what the program finds out about itself."""

from __future__ import annotations

import json

import pytest
import torch

from medsynth_gui.core.errors import ModelError
from medsynth_gui.engine import fast
from medsynth_gui.engine.device import Runtime
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.doctor import Doctor
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.latency import MeasureLatency
from medsynth_gui.jobs.segment import SegmentFiles
from medsynth_gui.jobs.train import Train
from tests.engine.conftest import SEGMENTATION, SUPER_RESOLUTION

CPU = Compute("cpu", "fp32", 1)
CPU_RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture
def model(recipe, tiny_set, tmp_path):
    Train(str(recipe(SEGMENTATION)), (tiny_set,), tmp_path / "model", compute=CPU).run(JobContext())
    return tmp_path / "model"


def test_times_stand_beside_the_other_figures_and_thorough_costs_more(model, tiny_set, tmp_path):
    before = json.loads((model / "results.json").read_text())
    MeasureLatency(str(model), threads=(1,), rounds=3).run(JobContext())
    after = json.loads((model / "results.json").read_text())
    latency = after.pop("latency_ms")
    assert after == before and latency["what"] == "a frame"
    figures = latency["fp32, 1 thread"]
    assert 0 < figures["best"] <= figures["median"] and figures["library"] == fast.library(CPU_RUNTIME)

    image = next((tiny_set / "images").glob("*.png"))
    for thorough in (False, True):
        report = SegmentFiles((image,), str(model), tmp_path / str(thorough), CPU, thorough).run(JobContext()).record()
        assert report["library"] == figures["library"] and (tmp_path / str(thorough) / image.name).is_file()


def test_a_model_that_nobody_waits_for_is_not_timed(recipe, tiny_set, tmp_path):
    Train(str(recipe(SUPER_RESOLUTION)), (tiny_set,), tmp_path / "sr", compute=CPU).run(JobContext())
    with pytest.raises(ModelError, match="super-resolution"):
        MeasureLatency(str(tmp_path / "sr")).run(JobContext())


def test_the_doctor_says_what_runs_and_what_is_wrong(monkeypatch):
    monkeypatch.setattr(fast, "_failures", [])
    found = Doctor(CPU).run(JobContext())
    assert found["models_run_on"]["library"] in ("torch", "openvino") and found["libraries"]["torch"]
    monkeypatch.setattr(fast, "_failures", ["RuntimeError: no such instruction"])
    found = Doctor(CPU).run(JobContext())
    assert found.exit_code == 1 and any("no such instruction" in problem for problem in found["problems"])
    assert found["models_run_on"]["library"] == "torch"


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has the device")
def test_the_doctor_names_a_device_that_is_not_there():
    assert any("mps" in problem for problem in Doctor(Compute("mps")).run(JobContext())["problems"])
