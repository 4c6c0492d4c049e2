"""How long a proposal takes beside the network alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.loaded import loaded
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.latency import MeasureLatency
from medsynth_gui.jobs.sample_case import sample_path
from medsynth_gui.jobs.segment import SegmentSeries
from tests.benchmarks.conftest import Table, milliseconds

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

ROUNDS = 10


def test_segmentation_of_a_frame(table: Table) -> None:
    compute = Compute(device="cpu", precision="fp32", threads=1)
    series = open_path(sample_path())[0].series[0]
    job = SegmentSeries(series, (0,), "seg-breast-us", compute)
    job.run(JobContext())
    network = loaded(Segmenter, find_model("seg-breast-us"), resolve("cpu", "fp32", 1), thorough=False).network
    seen: list[torch.Tensor] = []
    hook = network.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    job.run(JobContext())
    hook.remove()

    def forward() -> None:
        with torch.inference_mode():
            for batch in seen:
                network(batch)

    forward()
    ours, least = [], []
    for _ in range(ROUNDS):
        ours.append(milliseconds(lambda: job.run(JobContext())))
        least.append(milliseconds(forward))
    table.add(f"segment a frame of {series.rows} x {series.columns}", ours, least,
              f"the network alone, {len(seen)} forward passes")


@pytest.mark.parametrize(("model", "asked_ms"), [("seg-breast-us", 60), ("refine-us", 50)])
def test_a_frame_and_a_click_at_256(model: str, asked_ms: int, table: Table, tmp_path: Path) -> None:
    folder = shutil.copytree(find_model(model).folder, tmp_path / model)
    found = MeasureLatency(str(folder), rounds=ROUNDS).run(JobContext())["latency_ms"]
    for name, figures in found.items():
        if name.startswith("fp32"):
            table.note(f"{model}, {found['what']}, {name}", f"{figures['median']} ms, best {figures['best']} ms, "
                       f"{figures['processor_median']} ms of processor time (asked: {asked_ms} ms on two idle cores)")
