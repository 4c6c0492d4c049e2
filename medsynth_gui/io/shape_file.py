"""Shape models on disk: `shapes.safetensors` beside a generator's weights; statistics, no patient's outline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.shapes.copula import Copula
from medsynth_gui.core.shapes.model import Basis, ClassShapes, Layout, ShapeModel
from medsynth_gui.core.shapes.statistics import MaskStatistics
from medsynth_gui.io.atomic import write_bytes

NAME = "shapes.safetensors"
_VERSION = 1
Tensors = dict[str, npt.NDArray[np.float32]]


def write_shape_model(path: Path, model: ShapeModel) -> None:
    """Write tensors, and as metadata what they belong to."""
    from safetensors.numpy import save

    tensors: Tensors = {}
    record = {"version": _VERSION, "labels": {str(value): name for value, name in model.labels.items()},
              "anything": model.anything.record(),
              "classes": [_class_record(name, found, f"{number}", tensors)
                          for number, (name, found) in enumerate(model.classes.items())]}
    write_bytes(path, save(tensors, {"shapes": json.dumps(record)}))


def _class_record(name: str, found: ClassShapes, key: str, tensors: Tensors) -> dict[str, Any]:
    for slot, basis in found.bases.items():
        for part in ("mean", "components", "rest"):
            tensors[f"{key}/basis/{slot}/{part}"] = np.ascontiguousarray(getattr(basis, part), np.float32)
    for number, layout in enumerate(found.layouts):
        for part in ("quantiles", "correlation"):
            tensors[f"{key}/layout/{number}/{part}"] = np.ascontiguousarray(getattr(layout.copula, part), np.float32)
    return {"name": name, "statistics": found.statistics.record(), "bases": sorted(found.bases),
            "layouts": [{"kind": layout.kind, "slots": layout.slots, "weight": layout.weight}
                        for layout in found.layouts]}


def read_shape_model(path: Path) -> ShapeModel:
    """Read a shape model.

    Raises:
        ModelError: the file is damaged, or of another version.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            record = json.loads((file.metadata() or {})["shapes"])
            tensors = {name: np.asarray(file.get_tensor(name), np.float64) for name in file.keys()}  # noqa: SIM118
        if record["version"] != _VERSION:
            raise ValueError(f"it is of version {record['version']}")
        classes = {entry["name"]: _class(entry, f"{number}", tensors)
                   for number, entry in enumerate(record["classes"])}
        return ShapeModel({int(value): name for value, name in record["labels"].items()}, classes,
                          MaskStatistics.from_record(record["anything"]))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("shapes-unreadable", path=path, detail=str(error).splitlines()[0] if str(error) else
                         type(error).__name__) from error


def _class(entry: Mapping[str, Any], key: str, tensors: Mapping[str, npt.NDArray[np.float64]]) -> ClassShapes:
    bases = {int(slot): Basis(*(tensors[f"{key}/basis/{slot}/{part}"] for part in ("mean", "components", "rest")))
             for slot in entry["bases"]}
    layouts = tuple(Layout(row["kind"], tuple(row["slots"]), float(row["weight"]),
                           Copula(*(tensors[f"{key}/layout/{number}/{part}"] for part in ("quantiles", "correlation"))))
                    for number, row in enumerate(entry["layouts"]))
    return ClassShapes(MaskStatistics.from_record(entry["statistics"]), bases, layouts)
