"""Domains: what one generator is told about each of the sets it learns from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medsynth_gui.core.augmentation import Geometry
from medsynth_gui.core.model_card import read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.engine.training.data import Pair
from medsynth_gui.engine.training.recipe import Recipe


@dataclass(frozen=True)
class Domain:
    """One kind of image among those of a generator.

    Attributes:
        first_class: embedding that stands for any image of this kind; its classes follow in order.
        share: of a batch, in proportion to the other domains.
        masks: a segmentation model that predicts the masks of images that have none.
        field: which part of an image is drawn, a key of `field_bank.KINDS`.
        teacher: the generator whose preview is trained; only for distillation.
    """

    first_class: int = 0
    classes: tuple[str, ...] = ()
    share: float = 1.0
    masks: str = ""
    field: str = ""
    teacher: str = ""
    geometry: Geometry = dataclasses.field(default_factory=Geometry)

    def class_index(self, name: str | None) -> int:
        """Embedding of a class; that of any image of this kind for None or an unknown name."""
        return self.first_class + 1 + self.classes.index(name) if name in self.classes else self.first_class


def domain_of(recipe: Recipe, set_name: str) -> Domain:
    """The domain of a set; a set that the recipe does not name is taken for what the model draws."""
    own = Domain(int(recipe.input.get("first_class", 0)), recipe.classes, masks=str(recipe.data.get("masks", "")),
                 field=str(recipe.data.get("field", "")), teacher=str(recipe.data.get("teacher", "")),
                 geometry=Geometry(**recipe.data.get("geometry", {})))
    row: Mapping[str, Any] | None = recipe.data.get("domains", {}).get(set_name)
    if row is None:
        return own
    values = {**row, "classes": tuple(row.get("classes", ()))}
    if "geometry" in row:
        values["geometry"] = Geometry(**row["geometry"])
    return replace(own, **values)


def with_predicted_masks(pairs: Sequence[Pair], recipe: Recipe, runtime: Runtime,
                         progress: Callable[[int, int], None]) -> list[Pair]:
    """Pairs whose mask is missing get that of the segmenter which their domain names."""
    segmenters: dict[str, Segmenter] = {}
    done = []
    for number, pair in enumerate(pairs):
        name = domain_of(recipe, pair.item.set_name).masks if pair.item.mask is None else ""
        if name:
            progress(number, len(pairs))
            if name not in segmenters:
                segmenters[name] = Segmenter(read_card(models() / name), runtime)
            pair = replace(pair, mask=segmenters[name].segment(pair.image).labels)
        done.append(pair)
    return done
