"""Learning what a segmenter's training images look like, and how often that is told from other kinds of image."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.features import Encoder, shipped_encoder
from medsynth_gui.engine.likeness import Kinds, Likeness
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.world import World
from medsynth_gui.io.raster_files import read_gray

Float = npt.NDArray[np.float32]


def learn_likeness(recipe: Recipe, data: TrainingData, runtime: Runtime, folder: Path,
                   checkpoint: Callable[[float, float, str], None]) -> dict[str, Any]:
    """Write the likeness into a model folder and measure it on held-out images of its own and of other sets.

    Own images are those of the training, and what the encoder remembers of the sets that the recipe or an earlier
    training of the model names; a model taught by the simulator has the real images of its sets that way.

    Returns:
        For results.json; empty where there is no encoder, which leaves the model without a likeness.
    """
    try:
        encoder = shipped_encoder(runtime)
        world = World.load(encoder.card.folder)
    except ModelError:
        return {}
    present = {item.set_name for item in (*data.train, *data.validation)}
    sets = present | _taught(recipe, folder) | set(map(str, recipe.data.get("sets", ())))
    seen = (*data.train, *data.validation)
    remembered, strangers = world.of(sets - present), world.of(sets, others=True)
    own = Kinds(np.concatenate([_described(encoder, seen, checkpoint), world.described[remembered]]),
                [*(item.set_name for item in seen), *world.sets[remembered]],
                [*(f"{item.set_name}/{item.group}" for item in seen),
                 *(f"{world.sets[n]}/{world.groups[n]}" for n in remembered)])
    others = Kinds(world.described[strangers], list(world.sets[strangers]), list(world.groups[strangers]))
    facts = {"encoder": encoder.card.id, "encoder_sha256": encoder.card.weights_sha256, "sets": sorted(sets)}
    likeness = Likeness.learn(own, others, facts)
    likeness.save(folder)
    return {"likeness": _measured(likeness, world, sets, _described(encoder, data.test, checkpoint))}


def _taught(recipe: Recipe, folder: Path) -> set[str]:
    """Sets of an earlier training of the same labels: a start from a model for another structure teaches no kind."""
    try:
        groups = json.loads((folder / "groups.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    labels, found = {int(value): name for value, name in recipe.labels.items()}, set()
    for path in models().glob("*/card.toml"):
        with suppress(ModelError):
            card = read_card(path.parent)
            if card.task == recipe.task and dict(card.labels) == labels:
                found |= set(map(str, card.training.get("sets", ())))
    return {name for name, parts in groups.items() if parts.get("trained")} & found


def _described(encoder: Encoder, items: Sequence[Item], checkpoint: Callable[[float, float, str], None]) -> Float:
    found = [np.zeros((0, encoder.network.features), np.float32)]
    for number, item in enumerate(items):
        checkpoint(number, len(items), f"likeness {number + 1} of {len(items)}")
        found.append(encoder.embed([read_gray(item.image)]))
    return np.concatenate(found)


def _measured(likeness: Likeness, world: World, sets: set[str], held_out: Float) -> dict[str, Any]:
    """Shares of images that are warned of: own ones should not be, those of other sets should."""
    known = sorted(set(world.sets.tolist()))
    images = {name: world.described[world.of([name], held_out=True)] for name in known}
    shares = {name: _share(likeness, images[name]) for name in known}
    return {"own_held_out": _share(likeness, held_out),
            "own_sets_held_out": {name: shares[name] for name in known if name in sets},
            "other_sets_held_out": {name: shares[name] for name in known if name not in sets},
            "images": {"learned": likeness.facts["images"], "of_other_sets": likeness.facts["others"],
                       "own_held_out": len(held_out), **{name: len(images[name]) for name in known}}}


def _share(likeness: Likeness, described: Float) -> float:
    return round(float(likeness.unlike(described).mean()), 4) if len(described) else 0.0
