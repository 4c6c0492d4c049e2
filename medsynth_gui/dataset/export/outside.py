"""What may be told of a sample outside the machine: provenance without names, paths or patients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.export.base import ExportItem, pseudonym

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TELLING_NOTHING = frozenset({"phantom", "probe", "class", "class_name", "sampler", "schedule", "precision", "device",
                              "task", "mode", "method", "kernel"})


def outside_provenance(provenance: Provenance, names: Mapping[str, str], key: bytes) -> Provenance:
    """Keep what makes a synthetic image again; drop what could name a person.

    Parents that are exported go by their outside name, digests stay, other ids become pseudonyms. Parameters keep
    numbers, digests and the few texts that are terms of ours; those of a scanned image are dropped altogether.

    Args:
        names: id of a sample -> its name outside.
    """
    parents = tuple(names.get(parent) or (parent if _DIGEST.fullmatch(parent) else "p" + pseudonym(key, parent))
                    for parent in provenance.parents)
    parameters = _kept(provenance.parameters) if provenance.synthetic else {}
    return replace(provenance, parents=parents, parameters=parameters)


def _kept(parameters: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            kept[name] = _kept(value)
        elif _harmless(value) or (isinstance(value, str) and (name in _TELLING_NOTHING or _DIGEST.fullmatch(value))):
            kept[name] = value
    return kept


def _harmless(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_harmless(one) for one in value)
    return value is None or isinstance(value, (bool, int, float))


def manifest_row(item: ExportItem, *, image: str, mask: str, image_sha256: str, mask_sha256: str,
                 provenance: Provenance, mask_provenance: Provenance | None) -> dict[str, Any]:
    """One line of manifest.jsonl; paths are relative to the export."""
    sample = item.sample
    spacing = [sample.spacing.y_mm, sample.spacing.x_mm] if sample.spacing else None
    return {"id": item.name, "image": image, "mask": mask or None, "group": item.group, "split": item.part,
            "class": sample.class_name, "synthetic": sample.synthetic, "modality": sample.modality,
            "pixel_spacing_mm": spacing, "labels": list(sample.label_values), "review": sample.review.state.value,
            "image_sha256": image_sha256, "mask_sha256": mask_sha256, "provenance": provenance.record(),
            "mask_provenance": mask_provenance.record() if mask_provenance else None}
