"""Whom a generator has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.metrics.memorisation import FEW_PATIENTS

TRAINED, VALIDATED = "trained", "validated"
_NOBODY = "simulator"


def seen_groups(card: ModelCard, parts: Sequence[str] = (TRAINED, VALIDATED)) -> dict[str, tuple[str, ...]]:
    """Set name -> groups (patients, or what stands for them) that a model was trained on or chosen by.

    Simulated sets are left out: nobody was scanned. Empty where the model folder says nothing.

    Raises:
        ModelError: groups.json cannot be read.
    """
    path = card.folder / "groups.json"
    if not path.is_file():
        return {}
    try:
        sets: Mapping[str, Mapping[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
        seen = {name: tuple(sorted({group for part in parts for group in told.get(part, ())}))
                for name, told in sorted(sets.items()) if not name.startswith(_NOBODY)}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError("card-unreadable", path=path, detail=error) from error
    return {name: groups for name, groups in seen.items() if groups}


def few_patients(card: ModelCard) -> Message | None:
    """A warning where a generator has learned its kind of image from so few that it may remember them, else None.

    A network that was taught several kinds together has seen more patients, but none that hide the few of one kind.

    Raises:
        ModelError: groups.json, or the reference of the gates, cannot be read.
    """
    seen = seen_groups(card)
    own = _own_sets(card) & seen.keys() or seen.keys()
    count = sum(len(seen[name]) for name in own)
    if count >= FEW_PATIENTS:
        return None
    return Message("gate-few-patients", {"model": card.id, "count": count, "least": FEW_PATIENTS})


def _own_sets(card: ModelCard) -> set[str]:
    """Names of the sets of the kind that a generator draws, as its gates were calibrated; empty where none were."""
    from medsynth_gui.engine.gate_reference import read_reference

    reference = read_reference(card.folder)
    return set(reference.facts.get("sets", ())) if reference else set()
