"""From a recipe and data to a model folder: weights, card and results."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import InputError, Message, ModelError, StorageError, UsageError
from medsynth_gui.core.model_card import ModelCard, check_weights
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.networks.table import build_network
from medsynth_gui.engine.training.card import write_card
from medsynth_gui.engine.training.data import TrainingData
from medsynth_gui.engine.training.loop import LoopReport, train_network
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.run_folder import RunFolder
from medsynth_gui.engine.weights import load_weights, save_weights, transfer_weights
from medsynth_gui.io.atomic import write_json

Checkpoint = Callable[[float, float, str], None]

_TASKS = {
    "segmentation": "medsynth_gui.engine.training.segmentation:SegmentationTask",
    "refinement": "medsynth_gui.engine.training.refinement:RefinementTask",
    "synthesis": "medsynth_gui.engine.training.synthesis:SynthesisTask",
    "distillation": "medsynth_gui.engine.training.distillation:DistillationTask",
    "super-resolution": "medsynth_gui.engine.training.super_resolution:SuperResolutionTask",
    "encoder": "medsynth_gui.engine.training.encoding:EncodingTask",
    "marks": "medsynth_gui.engine.training.marks:MarksTask",
}
_EVALUATIONS = {
    "segmentation": "medsynth_gui.engine.training.evaluate_segmentation:evaluate",
    "refinement": "medsynth_gui.engine.training.evaluate_refinement:evaluate",
    "synthesis": "medsynth_gui.engine.training.evaluate_synthesis:evaluate",
    "distillation": "medsynth_gui.engine.training.distillation:evaluate",
    "super-resolution": "medsynth_gui.engine.training.evaluate_super_resolution:evaluate",
    "encoder": "medsynth_gui.engine.training.evaluate_encoding:evaluate",
    "marks": "medsynth_gui.engine.training.evaluate_marks:evaluate",
}


def _row(table: dict[str, str], task: str) -> Any:
    module, name = table[task].split(":")
    return getattr(import_module(module), name)


def train_model(recipe: Recipe, data: TrainingData, folder: Path, *, runtime: Runtime, init: ModelCard | None,
                minutes: float | None, resume: bool, checkpoint: Checkpoint) -> dict[str, Any]:
    """Train, then measure on the held-out groups.

    Args:
        init: a model whose weights are the start; None for fresh ones.
        minutes: budget of the training part; 0 only measures `init`.

    Returns:
        What results.json says.
    """
    if not data.train:
        raise InputError("training-nothing-to-learn", path=", ".join(data.sets) or "The data")
    if minutes == 0 and init is None:
        raise UsageError("training-nothing-to-measure")
    run = RunFolder(folder)
    if not resume and run.resumable:
        raise UsageError("run-exists", path=folder)
    if not (resume and (folder / "run.toml").exists()):
        run.begin(recipe.path)
    run.clear_stop()
    run.event("start", recipe=recipe.id, task=recipe.task, seconds=0, minutes=minutes, resumed=resume,
              init=init.id if init else "", **runtime.record(),
              images={"train": len(data.train), "validation": len(data.validation), "test": len(data.test)})
    if unlisted := _unlisted(recipe, data):
        run.note(unlisted)
    try:
        return _train(recipe, data, run, runtime, init, minutes, resume, checkpoint)
    except BaseException as error:
        with suppress(StorageError):  # a full disk must not hide what went wrong
            run.event("failed" if isinstance(error, Exception) and not _cancelled(error) else "stopped",
                      message=str(error) or type(error).__name__)
        raise


def _unlisted(recipe: Recipe, data: TrainingData) -> Message | None:
    """What to say of classes that the recipe gives no share: most often one was misspelt."""
    shares = recipe.data.get("shares", {})
    names = sorted({item.class_name for item in data.train if item.class_name} - set(shares))
    if not shares or not names:
        return None
    return Message("training-class-unlisted", {"names": ", ".join(names), "known": ", ".join(shares)})


def _cancelled(error: BaseException) -> bool:
    return type(error).__name__ == "JobCancelled"


def _train(recipe: Recipe, data: TrainingData, run: RunFolder, runtime: Runtime, init: ModelCard | None,
           minutes: float | None, resume: bool, checkpoint: Checkpoint) -> dict[str, Any]:
    torch.manual_seed(recipe.seed)
    network = _network(recipe, init, runtime)

    def loading(done: int, total: int) -> None:
        checkpoint(0.0, 1.0, f"reading {done + 1} of {total}")

    if minutes == 0:
        state, report = network.state_dict(), LoopReport(0.0, 0, False)
    else:
        task = _row(_TASKS, recipe.task)(recipe, data, runtime.device, loading)
        state, report = train_network(network, task, optimisation=recipe.optimisation, run=run, runtime=runtime,
                                      seed=recipe.seed, minutes=minutes, resume=resume, checkpoint=checkpoint)
    if report.paused:
        run.event("paused", step=report.steps, seconds=round(report.seconds))
        return {"model": recipe.id, "paused": True, "step": report.steps, "headline": "paused, not measured"}
    return _finish(recipe, data, run, runtime, init, state, report, checkpoint)


def _network(recipe: Recipe, init: ModelCard | None, runtime: Runtime) -> nn.Module:
    network = build_network(recipe.architecture, recipe.network, model=recipe.id)
    if init:
        if init.architecture != recipe.architecture:
            raise ModelError("model-wrong-task", model=init.id, task=init.architecture, wanted=recipe.architecture)
        check_weights(init)
        same = (init.task, dict(init.labels)) == (recipe.task, {int(v): name for v, name in recipe.labels.items()})
        if {init.task, recipe.task} <= {"synthesis", "distillation"}:  # several share one network
            same = same or dict(init.network) == dict(recipe.network)
        (load_weights if same else transfer_weights)(network, init.weights, model=init.id)
    return network.to(runtime.device, memory_format=runtime.memory_format)  # type: ignore[call-overload]


def _finish(recipe: Recipe, data: TrainingData, run: RunFolder, runtime: Runtime, init: ModelCard | None,
            state: dict[str, Tensor], report: LoopReport, checkpoint: Checkpoint) -> dict[str, Any]:
    """Write the model, measure it as a user would load it, then write its card and results.

    Raises:
        ModelError: the weights grew beyond what they are stored in, or are no numbers.
    """
    if not all(tensor.half().isfinite().all() for tensor in state.values() if tensor.is_floating_point()):
        raise ModelError("training-diverged", what=run.folder.name, step=report.steps)
    digest = save_weights(state, run.folder / "weights.safetensors")
    write_json(run.folder / "groups.json", _groups(data, init))
    history = list(init.training.get("history", ())) if init else []
    if report.steps:
        start = init.id if init else "fresh weights"
        history.append(f"{report.steps} steps in {round(report.seconds)} s on {runtime.device.type}, from {start}")
    training: dict[str, Any] = dict(init.training) if init and not report.steps else {
        "recipe": recipe.id, "seed": recipe.seed, "seconds": round(report.seconds), "steps": report.steps,
        "device": str(runtime.device), "precision": runtime.precision,
        "sets": sorted({item.set_name for item in data.train}), "history": history}
    card = write_card(run.folder, recipe, digest=digest, training=training)
    if recipe.task == "synthesis":
        from medsynth_gui.engine.training.shape_fitting import fit_generator

        fit_generator(run.folder, recipe, data, runtime, lambda done, total: checkpoint(done, total, "fitting shapes"))
    run.event("evaluating", step=report.steps, seconds=round(report.seconds))
    started = time.monotonic()
    if data.test:
        results, changes = _row(_EVALUATIONS, recipe.task)(recipe, card, data, runtime, run.folder, checkpoint)
    else:
        results, changes = {"headline": "not measured: the data leave no held-out group"}, {}
    results = {"model": recipe.id, "weights_sha256": digest, **results, **runtime.record(),
               "command": _command(recipe, data, run, init if not report.steps else None),
               "evaluation_seconds": round(time.monotonic() - started),
               **({"kept_step": report.kept_step} if report.kept_step is not None else {})}
    write_json(run.folder / "results.json", results)
    write_card(run.folder, recipe, digest=digest, training=training, results=results, input_changes=changes)
    if report.problem is not None:
        raise ModelError(report.problem.id, **report.problem.params)
    run.event("stopped" if report.stopped else "done", step=report.steps, seconds=round(report.seconds),
              headline=results["headline"])
    return results


def _groups(data: TrainingData, init: ModelCard | None) -> dict[str, dict[str, list[str]]]:
    """What this model has seen, and what the model that it started from had seen before."""
    groups = data.groups()
    with suppress(OSError, ValueError):
        before = json.loads((init.folder / "groups.json").read_text(encoding="utf-8")) if init else {}
        for name, parts in before.items():
            own = groups.setdefault(name, {"trained": [], "validated": [], "tested": []})
            for part in ("trained", "validated"):
                own[part] = sorted(set(own[part]) | set(parts.get(part, ())))
    return groups


def _command(recipe: Recipe, data: TrainingData, run: RunFolder, measured: ModelCard | None) -> str:
    """The command that measures the model again: by its id if it came with the program, else by its folder."""
    shipped = measured is not None and measured.id == recipe.id and measured.folder.parent == models()
    simulated = recipe.data.get("masks") == "simulator"
    sets = " ".join(f"--data {name}" for name in (recipe.data.get("sets", ()) if shipped or simulated else data.sets))
    return (f"medsynth train --recipe {recipe.id} {sets} --init {recipe.id if shipped else run.folder.name} "
            f"--minutes 0 --out DIR")
