"""The shape model and the fields of view of a generator: of the masks and images that it was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from medsynth_gui.core.shapes.model import fit_shapes
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.field_bank import collect, drawn_field, write_fields
from medsynth_gui.engine.training.data import Gray, Pair, TrainingData, read_pair
from medsynth_gui.engine.training.domains import domain_of, with_predicted_masks
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.io.shape_file import NAME, write_shape_model


def training_masks(recipe: Recipe, data: TrainingData, runtime: Runtime,
                   progress: Callable[[int, int], None]) -> list[tuple[Gray, str]]:
    """Masks (y, x) of the training part with their classes.

    Images without a mask get that of the segmenter which the recipe names, else they are left out; so are the sets of
    other domains that share the network.
    """
    own = [item for item in data.train if item.set_name not in recipe.data.get("domains", {})]
    missing = [item for item in own if item.mask is None and domain_of(recipe, item.set_name).masks]
    images = [(item, read_gray(item.image)) for item in missing]
    blank = [Pair(item, image, np.zeros_like(image)) for item, image in images]
    predicted = [(pair.mask, pair.item.class_name) for pair in with_predicted_masks(blank, recipe, runtime, progress)]
    return [*((read_labels(item.mask), item.class_name) for item in own if item.mask is not None), *predicted]


def write_shapes(folder: Path, recipe: Recipe, masks: Iterable[tuple[Gray, str]]) -> Path | None:
    """Fit the masks (y, x), each with its class, and write `shapes.safetensors` beside the weights.

    Returns:
        The file; None where no mask has a labelled pixel.
    """
    found = list(masks)
    if not any(mask.any() for mask, _ in found):
        return None
    write_shape_model(folder / NAME, fit_shapes(found, {int(value): name for value, name in recipe.labels.items()}))
    return folder / NAME


def write_field_bank(folder: Path, recipe: Recipe, data: TrainingData) -> None:
    """Write `fields.safetensors` of the training images, in an order that mixes them, where the recipe names a kind."""
    kind = str(recipe.data.get("field", ""))
    if not kind:
        return
    own = [item for item in data.train if item.set_name not in recipe.data.get("domains", {})]
    order = np.random.default_rng(recipe.seed).permutation(len(own))
    pairs = (read_pair(own[index]) for index in order)
    bank = collect((drawn_field(remove_furniture(image), kind), mask) for image, mask in pairs)
    if bank:
        write_fields(folder, bank)


def fit_generator(folder: Path, recipe: Recipe, data: TrainingData, runtime: Runtime,
                  progress: Callable[[int, int], None]) -> Path | None:
    """Write the shape model of a generator's training masks, and the fields of view, into its model folder."""
    write_field_bank(folder, recipe, data)
    return write_shapes(folder, recipe, training_masks(recipe, data, runtime, progress))
