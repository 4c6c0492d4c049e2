"""What a person asks of a training, and how the folder of a run remembers it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from medsynth_gui.dataset.sample import Sample
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.train import start_training
from medsynth_gui.jobs.training_recipe import TrainingPlan, write_recipe

_FILE = "request.json"


@dataclass(frozen=True)
class TrainingRequest:
    """One training.

    Attributes:
        recipe: a shipped id or a file.
        init: the model to start from: a shipped id, a folder or empty.
        plan: what is changed in the recipe; None takes it as it is.
        samples: of the project, to be copied into the run's folder first.
        compare: the model that the new one must beat; empty for none.
    """

    recipe: str
    data: tuple[Path, ...]
    out: Path
    init: str
    minutes: float
    plan: TrainingPlan | None = None
    samples: tuple[Sample, ...] = ()
    compare: str = ""


def launch(request: TrainingRequest, *, resume: bool, compute: Compute) -> subprocess.Popen[bytes]:
    """Start the child program and note in its folder what it was asked, so that it can be resumed."""
    from medsynth_gui.io.atomic import write_json

    recipe = request.recipe
    if request.plan is not None and not resume:
        recipe = str(write_recipe(request.recipe, request.plan, request.out))
    child = start_training(recipe, request.data, request.out, init=request.init, minutes=request.minutes,
                           resume=resume, compare=request.compare, compute=compute)
    write_json(request.out / _FILE, {"recipe": recipe, "data": [str(path) for path in request.data],
                                     "init": request.init, "minutes": request.minutes, "compare": request.compare})
    return child


def remembered_request(folder: Path) -> TrainingRequest | None:
    """What a run of this window was asked; None for a run that was started elsewhere."""
    try:
        raw = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return TrainingRequest(raw["recipe"], tuple(map(Path, raw["data"])), folder, raw["init"], raw["minutes"],
                               compare=raw.get("compare", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return None
