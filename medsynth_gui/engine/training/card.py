"""Writing a model card: TOML that `core.model_card` reads and people do too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.toml_text import toml_text
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.atomic import write_text


def write_card(folder: Path, recipe: Recipe, *, digest: str, training: Mapping[str, Any],
               results: Mapping[str, Any] | None = None, input_changes: Mapping[str, Any] | None = None) -> ModelCard:
    """Write `folder/card.toml` and read it back.

    Args:
        results: the whole of results.json; the card keeps the headline and the command.
        input_changes: what was fitted on the validation part (temperature, thresholds).
    """
    top = {"id": recipe.id, "title": recipe.title, "task": recipe.task, "architecture": recipe.architecture,
           "modalities": recipe.modalities, "licence": recipe.licence, "credit": recipe.credit,
           "limits": recipe.limits, "classes": recipe.classes}
    tables: dict[str, Mapping[str, Any]] = {
        "weights": {"file": "weights.safetensors", "sha256": digest, "format": "safetensors fp16"},
        "labels": recipe.labels, "network": recipe.network, "input": {**recipe.input, **(input_changes or {})},
        "training": {**dict(training),
                     "held_out": "sha256(set/group) mod 5 == 0: never trained on, never validated on"},
    }
    if results:
        tables["results"] = {name: results[name] for name in ("headline", "command")}
    write_text(folder / "card.toml", toml_text({**top, **tables}))
    return read_card(folder)
