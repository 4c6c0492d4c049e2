"""Recipe: everything that decides a training but the data, as one TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.augmentation import augmentation_of
from medsynth_gui.core.errors import InputError
from medsynth_gui.core.model_card import TASKS


@dataclass(frozen=True)
class Optimisation:
    """AdamW with warm-up and cosine decay, and the average of weights that is shipped.

    Attributes:
        batch: images a step.
        steps: length of the training; `--minutes` ends it earlier and shapes the decay.
        average: decay of the exponential average of weights.
        validate_every_s: seconds between validations.
        layer_decay: each layer nearer to the image learns at this share of the rate of the one behind it; 1 for all
            alike.
        patience: validations without a better figure after which the training ends; the best weights are kept. 0
            trains to the end and keeps the last.
    """

    batch: int = 16
    steps: int = 4000
    rate: float = 1e-3
    weight_decay: float = 1e-2
    warm_up_steps: int = 50
    average: float = 0.998
    clip: float = 1.0
    validate_every_s: float = 180.0
    layer_decay: float = 1.0
    patience: int = 0

    def __post_init__(self) -> None:
        if self.batch < 1 or self.steps < 1 or self.rate <= 0 or not 0 < self.layer_decay <= 1:
            raise ValueError("[optimisation] needs batch and steps of at least 1, a rate above 0, layer_decay in 0..1")


@dataclass(frozen=True)
class Recipe:
    """A recipe file, read. Field names are those of the file.

    Attributes:
        data: what the task's data loader wants (furniture, crop size, ...).
        simulator: phantoms that take part: name, count, fraction of a batch; empty for none.
        evaluation: how the finished model is measured.
    """

    id: str
    title: str
    task: str
    architecture: str
    path: Path
    licence: str = "not stated"
    credit: str = ""
    limits: str = ""
    modalities: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    network: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    simulator: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    optimisation: Optimisation = field(default_factory=Optimisation)
    seed: int = 0


_NEEDED = {"segmentation": (("input", "size"), ("network", "classes")), "refinement": (("input", "size"),),
            "synthesis": (("input", "size"),), "distillation": (("input", "size"), ("input", "steps")),
           "super-resolution": (("input", "crop"), ("network", "factor")), "encoder": (("input", "size"),),
           "marks": (("input", "size"),)}


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        InputError: the file is not TOML or has an unknown or missing field.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        raw["optimisation"] = Optimisation(**raw.get("optimisation", {}))
        for name in ("modalities", "classes"):
            raw[name] = tuple(raw.get(name, ()))
        recipe = Recipe(path=path, **raw)
        if recipe.task not in TASKS:
            raise ValueError(f"unknown task {recipe.task!r}")
        for table, name in _NEEDED.get(recipe.task, ()):
            if not isinstance(raw.get(table, {}).get(name), int):
                raise ValueError(f"[{table}] needs the number {name}")
        augmentation_of(recipe.data)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError("recipe-unreadable", path=path, detail=error) from error
    return recipe
