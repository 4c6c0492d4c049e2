"""How long a proposal takes beside the network alone."""

from __future__ import annotations

import pytest
import torch

from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.loaded import loaded
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.job import JobContext
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
