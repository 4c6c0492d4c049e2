"""A generator so small that a fill takes no time: its images say which row and attempt they are.

Run as a program it fills a plan slowly, to be killed: `python -m tests.unit.jobs.fill_maker PLACE (out|project)`.
"""

from __future__ import annotations

import sys
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from medsynth_gui.core.errors import ProjectError
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.plan import Cell, Plan, SizeBounds, Stratum
from medsynth_gui.jobs import fill_run
from medsynth_gui.jobs.fill_plan import FillPlan
from medsynth_gui.jobs.gates import GateResult
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.synthesize import SyntheticImage
from tests.builders import disc

MODEL = "syn-breast-us"
PLAN = Plan((Cell(Stratum("benign", size="small"), 4, 0, 9), Cell(Stratum("malignant", size="large"), 1, 1, 5)),
            SizeBounds(0.05, 0.2))


class TinyMaker:
    """Every third image of a row fails the gate `faithful`; there are no masks for rows of the size `medium`."""

    pause_s = 0.0
    warnings = ()
    made = 0

    def __init__(self, job: FillPlan, *_: object) -> None:
        self._seed = job.seed
        self.synthesizer = SimpleNamespace(runtime=SimpleNamespace(record=dict))

    def make(self, stratum: Stratum, attempt: int, ctx: JobContext) -> tuple[SyntheticImage, tuple[GateResult, ...]]:
        ctx.checkpoint(0, 1)
        if stratum.size == "medium":
            raise ProjectError("plan-size-unreachable", stratum=stratum.key, low="5 %", high="20 %", sources="none")
        time.sleep(self.pause_s)
        type(self).made += 1
        rng = np.random.default_rng((self._seed, zlib.crc32(stratum.key.encode()), attempt))
        provenance = Provenance(synthetic=True, producer=MODEL, seed=self._seed, parameters={"attempt": attempt})
        made = SyntheticImage(rng.integers(0, 255, (32, 32), np.uint8), disc(32, 32, center=(16, 16), radius=6),
                              provenance, attempt, stratum.class_name, {1: "lesion"})
        passed = attempt % 3 != 2 and stratum.class_name != "normal"
        return made, (GateResult("faithful", passed, 0.9 if passed else 0.1, 0.5, "judge"),
                      GateResult("copy", True, 0.41, 0.9, "encoder", neighbour="case-7"))


def job_in(place: Path, kind: str, plan: Plan = PLAN, **more: object) -> FillPlan:
    """A fill of the plan into a folder or a project."""
    return FillPlan(plan, MODEL, seed=7, **{kind: place}, **more)


if __name__ == "__main__":
    fill_run.ImageMaker = TinyMaker
    TinyMaker.pause_s = 0.05
    print("begins", flush=True)
    job_in(Path(sys.argv[1]), sys.argv[2]).run(JobContext())
