"""Commands on trained models: use one, and go back to the one that was used before."""

from __future__ import annotations

from pathlib import Path

from medsynth_gui.core.errors import UsageError
from medsynth_gui.session.generator_choice import keep_generator
from medsynth_gui.session.settings import Settings

# Task of a card -> the setting that says which model is used for it.
MODEL_SETTINGS = {"segmentation": "model_segment", "refinement": "model_refine", "synthesis": "model_synthesize",
                  "super-resolution": "model_upscale"}
_MOST_FORMER = 20


def used_model(settings: Settings, task: str) -> str:
    """The model in use: a shipped id or a folder; empty for a task that no workspace chooses a model for."""
    return str(settings[MODEL_SETTINGS[task]]) if task in MODEL_SETTINGS else ""


def use_model(settings: Settings, folder: Path, task: str) -> None:
    """Offer a trained model in the lists and choose it; the former one is remembered."""
    ref, folders = str(folder), settings["model_folders"]
    changes: dict[str, object] = {} if ref in folders else {"model_folders": [*folders, ref]}
    if task in MODEL_SETTINGS and (former := used_model(settings, task)) != ref:
        history = [*settings["model_history"].get(task, ()), former][-_MOST_FORMER:]
        changes |= {MODEL_SETTINGS[task]: ref, "model_history": {**settings["model_history"], task: history}}
    settings.update(changes)
    if task == "synthesis":
        keep_generator(settings)


def former_model(settings: Settings, task: str) -> str:
    """The model that was used before; empty where there is none."""
    history = settings["model_history"].get(task, ())
    return str(history[-1]) if history else ""


def roll_back(settings: Settings, task: str) -> str:
    """Choose the former model again; the one given up stays in the lists.

    Raises:
        UsageError: there is no former model.
    """
    former = former_model(settings, task)
    if not former:
        raise UsageError("model-nothing-former")
    history = {**settings["model_history"], task: settings["model_history"][task][:-1]}
    settings.update({MODEL_SETTINGS[task]: former, "model_history": history})
    if task == "synthesis":
        keep_generator(settings)
    return former
