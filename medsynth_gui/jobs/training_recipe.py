"""The recipe of one training: a shipped one with the changes that a person chose."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.augmentation import Geometry, Intensity, augmentation_of, geometry_table
from medsynth_gui.core.errors import InputError
from medsynth_gui.core.toml_text import toml_text
from medsynth_gui.io.atomic import write_text
from medsynth_gui.jobs.catalogue import find_recipe

QUICK_MINUTES = 4.0
# An adapted model starts near a good place: small steps, smaller ones towards the image, and all layers learn.
_QUICK = {"rate_share": 0.25, "layer_decay": 0.85, "warm_up_steps": 20, "patience": 8, "validate_every_s": 15.0,
          "steps": 100_000}
_FULL_PATIENCE = 8
_QUICK_SIMULATED = 60


@dataclass(frozen=True)
class TrainingPlan:
    """What is changed in a recipe.

    Attributes:
        name: of the new model.
        sets: names of the data, for the card.
        quick: adapt a finished model in minutes.
        early_stop: end when the validation part gets no better, and keep the best weights.
    """

    name: str = ""
    sets: tuple[str, ...] = ()
    quick: bool = False
    early_stop: bool = True
    geometry: Geometry | None = None
    intensity: Intensity | None = None


def recipe_table(ref: str) -> dict[str, Any]:
    """A recipe as its file says it.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    path = find_recipe(ref)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("recipe-unreadable", path=path, detail=error) from error


def augmentation_in(recipe: Mapping[str, Any]) -> tuple[Geometry, Intensity]:
    """What a recipe changes in its images.

    Raises:
        InputError: it asks for what no probe can see.
    """
    try:
        return augmentation_of(recipe.get("data", {}))
    except (TypeError, ValueError) as error:
        raise InputError("augmentation-impossible", detail=error) from error


def planned(recipe: Mapping[str, Any], plan: TrainingPlan) -> dict[str, Any]:
    """The recipe with the changes of the plan."""
    changed: dict[str, Any] = {key: dict(value) if isinstance(value, Mapping) else value
                               for key, value in recipe.items()}
    if plan.name:
        changed["id"], changed["title"] = plan.name, f"{recipe.get('title', plan.name)} · {plan.name}"
    optimisation = changed.setdefault("optimisation", {})
    optimisation["patience"] = _FULL_PATIENCE if plan.early_stop else 0
    if plan.quick:
        quick = dict(_QUICK)
        optimisation["rate"] = float(optimisation.get("rate", 1e-3)) * quick.pop("rate_share")
        optimisation |= quick | {"patience": optimisation["patience"]}
        if "count" in changed.get("simulator", {}):
            changed["simulator"]["count"] = min(_QUICK_SIMULATED, changed["simulator"]["count"])
    data = changed.setdefault("data", {})
    if plan.sets:
        data["sets"] = list(plan.sets)
    if plan.geometry is not None:
        data["geometry"] = geometry_table(plan.geometry)
    if plan.intensity is not None:
        data["intensity"] = {"strength": plan.intensity.strength, "most": plan.intensity.most}
    return changed


def write_recipe(ref: str, plan: TrainingPlan, folder: Path) -> Path:
    """Write the changed recipe into the folder of its training; returns the file.

    Raises:
        InputError: the recipe cannot be read.
        StorageError: the folder cannot be written.
    """
    path = folder / "recipe.toml"
    write_text(path, toml_text(planned(recipe_table(ref), plan)))
    return path
