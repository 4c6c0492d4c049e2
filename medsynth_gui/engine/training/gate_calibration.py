"""Calibration of a generator's gates on real images: limits from images it has seen, pass rates on held-out ones.

Distances to neighbours never count images of the same group, so that a training image stands in for a new patient. What
the segmenter finds is measured on images that neither network has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.features import shipped_encoder
from medsynth_gui.engine.gate_reference import (
    GateReference,
    artefact_figures,
    drawn_size,
    field_of,
    found_again,
    neighbour_distances,
    write_reference,
)
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.engine.training.data import Item, TrainingData, read_pair
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.metrics.artefacts import FIGURES, small_field, worst

Gray = npt.NDArray[np.uint8]
Checkpoint = Callable[[float, float, str], None]

# Share of real images that a limit lets pass. A segmenter misses real lesions, too: its gate is the widest.
_KEPT, _KEPT_FAITHFUL = 0.99, 0.9
_LEAST_DICE, _LEAST_SHARE = 0.4, 0.005
# A few hundred images know the extremes of a kind only so far.
_MARGIN = 1.25
# Where real images show none at all, a limit of nothing would turn down a single pixel.
_LEAST: Mapping[str, float] = {"white": 0.002, "black": 0.01, "checkerboard": 6.0, "geometry": 0.05, "marks": 0.002}
_MOST_IMAGES = 300
_FEWEST = 5


@dataclass(frozen=True)
class _Real:
    """A real image as the generator would draw it, its mask (None where there is none) and its small field of view."""

    item: Item
    image: Gray
    mask: Gray | None
    field: npt.NDArray[np.bool_]


def calibrate_gates(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime,
                    checkpoint: Checkpoint) -> dict[str, Any]:
    """Measure real images of the sets that a generator draws, and write `gates.safetensors` into its folder.

    Args:
        checkpoint: gets done, total and words; may raise to cancel.

    Returns:
        What results.json says under `gates`: limits, and the share of held-out real images that pass each.
    """
    sets = tuple(recipe.data.get("sets", ())) or tuple({item.set_name for item in data.train})
    size = int(card.input.get("size", 128))
    seen = _read([item for item in data.train if item.set_name in sets], size, checkpoint)
    held_out = _read([item for item in (*data.validation, *data.test) if item.set_name in sets], size, checkpoint)
    if not seen or not held_out:
        return {"note": "not calibrated: no real image of its sets at hand"}
    fields = np.unique(np.stack([one.field for one in seen]), axis=0)
    limits, passed = _artefacts(seen, held_out, fields)
    facts: dict[str, Any] = {"limits": limits, "passed": passed, "sets": list(sets),
                             "real": {"training": len(seen), "held_out": len(held_out)}}
    features = _unlike(seen, held_out, runtime, facts)
    _faithful(card, held_out, runtime, facts)
    write_reference(card.folder, GateReference(features, fields, facts))
    return facts


def _read(items: Sequence[Item], size: int, checkpoint: Checkpoint) -> list[_Real]:
    chosen = items[::-(-len(items) // _MOST_IMAGES) or 1]
    found = []
    for number, item in enumerate(chosen):
        checkpoint(number, len(chosen), f"calibrating the gates: {item.id}")
        image, mask = read_pair(item)
        drawn = drawn_size(remove_furniture(image), size)
        found.append(_Real(item, drawn, mask if item.mask else None, small_field(field_of(drawn))))
    return found


def _artefacts(seen: Sequence[_Real], held_out: Sequence[_Real],
               fields: npt.NDArray[np.bool_]) -> tuple[dict[str, Any], dict[str, float]]:
    """Limits of the figures from the images seen, and the share of the held-out ones that keep within all."""
    trained = [artefact_figures(one.image, _others(one, fields)) for one in seen]
    limits = {name: _MARGIN * float(np.percentile([row[name] for row in trained], 100 * _KEPT)) for name in FIGURES}
    limits = {name: round(max(value, _LEAST[name]), 5) for name, value in limits.items()}
    share = float(np.mean([worst(artefact_figures(one.image, fields), limits)[1] <= 1 for one in held_out]))
    return {"artefact": limits}, {"artefact": round(share, 4)}


def _others(one: _Real, fields: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Fields of view without the image's own; one that fills the image is nobody's own."""
    rest = fields[~(fields == one.field).all((1, 2))]
    return rest if len(rest) and not one.field.all() else fields


def _unlike(seen: Sequence[_Real], held_out: Sequence[_Real], runtime: Runtime,
            facts: dict[str, Any]) -> npt.NDArray[np.float32]:
    """Features of the images seen; the limit and pass rate go into `facts` unless there is no encoder."""
    try:
        encoder = shipped_encoder(runtime)
    except ModelError as error:
        facts["note"] = error.message.english()
        return np.zeros((0, 1), np.float32)
    features, new = encoder.embed([one.image for one in seen]), encoder.embed([one.image for one in held_out])
    groups = [f"{one.item.set_name}/{one.item.group}" for one in seen]
    own = neighbour_distances(features, features, groups=groups, reference_groups=groups)
    far = neighbour_distances(new, features)
    limit = float(np.percentile(np.concatenate([own, far]), 100 * _KEPT))
    facts["limits"]["unlike"], facts["passed"]["unlike"] = round(limit, 5), round(float((far <= limit).mean()), 4)
    facts |= {"encoder": encoder.card.id, "encoder_sha256": encoder.card.weights_sha256}
    return features


def _faithful(card: ModelCard, held_out: Sequence[_Real], runtime: Runtime, facts: dict[str, Any]) -> None:
    """Limits of what the segmenter must find; where real images have no masks general ones stand."""
    name = str(card.input.get("segmenter", ""))
    masked = [one for one in held_out if one.mask is not None]
    if not name or not masked:
        return
    segmenter = Segmenter(read_card(models() / name), runtime)
    dice: list[float] = []
    shares: list[float] = []
    for one in masked:
        assert one.mask is not None
        wanted = _as_drawn(one.mask, one.image.shape)
        found, share = found_again(segmenter.segment(one.image).labels, wanted)
        (dice if wanted.any() else shares).append(found if wanted.any() else share)
    facts |= {"segmenter": segmenter.card.id, "segmenter_sha256": segmenter.card.weights_sha256}
    if len(dice) >= _FEWEST:
        limit = round(max(_LEAST_DICE, float(np.percentile(dice, 100 * (1 - _KEPT_FAITHFUL)))), 4)
        facts["limits"]["faithful"] = limit
        facts["passed"]["faithful"] = round(float(np.mean(np.array(dice) >= limit)), 4)
    if len(shares) >= _FEWEST:
        limit = round(max(_LEAST_SHARE, float(np.percentile(shares, 100 * _KEPT_FAITHFUL))), 4)
        facts["limits"]["faithful_empty"] = limit
        facts["passed"]["faithful_empty"] = round(float(np.mean(np.array(shares) <= limit)), 4)


def _as_drawn(mask: Gray, shape: tuple[int, ...]) -> Gray:
    import cv2

    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
