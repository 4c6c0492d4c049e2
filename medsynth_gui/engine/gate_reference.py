"""What the gates of a generator hold an image against: written after training, read by the gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.io.field_of_view import find_field_of_view
from medsynth_gui.io.furniture import find_furniture
from medsynth_gui.io.tensor_file import read_tensors, write_tensors
from medsynth_gui.metrics.artefacts import measure
from medsynth_gui.metrics.overlap import count_labels, dice

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

GATES_FILE, CODES_FILE = "gates.safetensors", "codes.safetensors"
NEIGHBOURS = 5
# Marks and fields of view are looked for at the size for which the search was made.
_LOOKED_AT_PX = 256


@dataclass(frozen=True)
class GateReference:
    """Reference statistics of a generator's kind of image.

    Attributes:
        features: of training images, (n, d).
        fields: fields of view of training images, (m, 32, 32).
        facts: limits, calibration and the models that measured them, as in results.json.
    """

    features: Float
    fields: npt.NDArray[np.bool_]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class TrainingCodes:
    """Copy-detection codes (n, k) of a generator's training images, with their ids and who made them."""

    codes: Float
    ids: tuple[str, ...]
    facts: Mapping[str, Any]


def read_reference(folder: Path) -> GateReference | None:
    """The reference of a model folder; None where none was measured.

    Raises:
        ModelError: it cannot be read.
    """
    path = folder / GATES_FILE
    if not path.is_file():
        return None
    with read_tensors(path, "gates-unreadable") as (tensors, facts):
        return GateReference(tensors["features"].astype(np.float32), tensors["fields"].astype(np.bool_), facts)


def write_reference(folder: Path, reference: GateReference) -> None:
    """Write it beside the weights; equal references give equal bytes."""
    write_tensors(folder / GATES_FILE, {"features": reference.features.astype(np.float16),
                                        "fields": reference.fields.astype(np.uint8)}, reference.facts)


def read_codes(folder: Path) -> TrainingCodes | None:
    """The codes of a model folder's training images; None where it has none.

    Raises:
        ModelError: they cannot be read.
    """
    path = folder / CODES_FILE
    if not path.is_file():
        return None
    with read_tensors(path, "gates-unreadable") as (tensors, facts):
        return TrainingCodes(tensors["codes"].astype(np.float32), tuple(map(str, facts["ids"])), facts)


def write_codes(folder: Path, known: TrainingCodes) -> None:
    """Write codes and facts beside the weights; equal ones give equal bytes."""
    write_tensors(folder / CODES_FILE, {"codes": known.codes.astype(np.float16)}, {**known.facts, "ids": known.ids})


def drawn_size(image: Gray, size: int) -> Gray:
    """An image (y, x) with `size` as long side, as a generator draws it; never enlarged."""
    import cv2

    if max(image.shape) <= size:
        return image
    scale = size / max(image.shape)
    rows, columns = (max(16, round(side * scale)) for side in image.shape)
    return np.asarray(cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def artefact_figures(image: Gray, fields: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Figures of `metrics.artefacts` of an image (y, x) of the size that was drawn.

    Args:
        fields: fields of view of real images, (m, 32, 32).
    """
    large = _looked_at(image)
    return measure(image, find_field_of_view(large), find_furniture(large), fields)


def field_of(image: Gray) -> npt.NDArray[np.bool_]:
    """The field of view of an image of the size that was drawn, at the size at which it is looked for."""
    return find_field_of_view(_looked_at(image))


def _looked_at(image: Gray) -> Gray:
    import cv2

    scale = max(1.0, _LOOKED_AT_PX / max(image.shape))
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def neighbour_distances(features: Float, reference: Float, *, groups: Sequence[str] = (),
                        reference_groups: Sequence[str] = ()) -> npt.NDArray[np.float64]:
    """Mean distance (n,) of features (n, d) to their five nearest of a reference (m, d), not of their own group."""
    from medsynth_gui.metrics.feature_distances import squared_distances

    squared = squared_distances(features, reference)
    if groups:
        squared[np.array(groups)[:, None] == np.array(reference_groups)] = np.inf
    nearest = np.sqrt(np.sort(squared, axis=1)[:, :min(NEIGHBOURS, reference.shape[0])])
    return np.asarray(np.where(np.isfinite(nearest), nearest, 0).sum(1)
                      / np.maximum(np.isfinite(nearest).sum(1), 1), np.float64)


def found_again(found: Gray, wanted: Gray) -> tuple[float, float]:
    """Mean Dice of the labels of a mask, and the share of the image labelled though nothing was asked for.

    Args:
        found: label values (y, x) of a segmenter.
        wanted: label values (y, x) of the mask; the Dice is 0 where it is empty.
    """
    labels = tuple(int(value) for value in np.unique(wanted) if value)
    counts = count_labels(found, wanted, labels)
    return (float(np.mean([dice(counts[value]) or 0.0 for value in labels])) if labels else 0.0,
            float((found > 0).mean()) if not labels else 0.0)
