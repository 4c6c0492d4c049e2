"""No shipped model has seen a group that any shipped model is measured on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from medsynth_gui.core.model_card import read_card
from medsynth_gui.core.paths import models
from medsynth_gui.dataset.split import Part, is_held_out
from tests.unit.dataset.builders import group_in

EXEMPT_SETS = frozenset({"simulator"})  # Nobody was scanned for it, and every image is made anew.
MOST_BYTES = 16 * 2**20
SHIPPED = sorted(card.parent for card in models().glob("*/card.toml"))


def faults(folder: Path) -> list[str]:
    """What is wrong with a model folder, in words; nothing if it may ship."""
    card = read_card(folder)
    missing = [name for name in ("groups.json", "results.json") if not (folder / name).is_file()]
    found = [f"{name} is missing" for name in missing]
    if not card.weights.is_file():
        found.append("weights.safetensors is missing")
    else:
        content = card.weights.read_bytes()
        if hashlib.sha256(content).hexdigest() != card.weights_sha256:
            found.append("the weights are not those of the card")
        if len(content) > MOST_BYTES:
            found.append(f"the weights are {len(content)} bytes")
    if "results.json" not in missing and not json.loads((folder / "results.json").read_text(encoding="utf-8")):
        found.append("results.json is empty")
    if "groups.json" not in missing:
        found += _group_faults(json.loads((folder / "groups.json").read_text(encoding="utf-8")))
    return found


def _group_faults(sets: dict[str, dict[str, list[str]]]) -> list[str]:
    found = [] if any(parts.get("trained") for parts in sets.values()) else ["groups.json names no trained group"]
    for name, parts in sets.items():
        if name.partition("-")[0] in EXEMPT_SETS:
            found += [f"tested on {name}/{group}, which was trained on"
                      for group in set(parts.get("tested", ())) & set(parts.get("trained", ()))]
            continue
        for part in ("trained", "validated"):
            found += [f"{part} on {name}/{group}, which is held out" for group in parts.get(part, ())
                      if is_held_out(name, group)]
        found += [f"tested on {name}/{group}, which is not held out" for group in parts.get("tested", ())
                  if not is_held_out(name, group)]
    return found


@pytest.mark.parametrize("folder", SHIPPED, ids=[folder.name for folder in SHIPPED])
def test_shipped_model_kept_the_held_out_groups_apart(folder: Path) -> None:
    assert faults(folder) == []


def write_model(folder: Path, **sets: dict[str, list[str]]) -> Path:
    """A model folder that may ship, trained on these groups."""
    folder.mkdir()
    weights = b"weights"
    (folder / "weights.safetensors").write_bytes(weights)
    (folder / "results.json").write_text('{"dice": 0.7}')
    (folder / "groups.json").write_text(json.dumps(sets))
    (folder / "card.toml").write_text(
        'id = "m"\ntitle = "M"\ntask = "segmentation"\narchitecture = "a"\nlicence = "CC0"\n'
        f'[weights]\nsha256 = "{hashlib.sha256(weights).hexdigest()}"\n')
    return folder


def test_the_contract_sees_what_it_must(tmp_path: Path) -> None:
    seen, held = group_in(Part.TRAIN, "s"), group_in(Part.TEST, "s")
    good = write_model(tmp_path / "good", s={"trained": [seen], "validated": [], "tested": [held]},
                       simulator={"trained": [group_in(Part.TEST, "simulator")]})
    assert faults(good) == []
    assert "held out" in faults(write_model(tmp_path / "a", s={"trained": [seen, held]}))[0]
    assert "held out" in faults(write_model(tmp_path / "b", s={"trained": [seen], "validated": [held]}))[0]
    assert "not held out" in faults(write_model(tmp_path / "c", s={"trained": [seen], "tested": [seen]}))[0]
    assert faults(write_model(tmp_path / "d")) == ["groups.json names no trained group"]
    (good / "weights.safetensors").write_bytes(b"other")
    (good / "groups.json").unlink()
    (good / "results.json").unlink()
    assert faults(good) == ["groups.json is missing", "results.json is missing",
                            "the weights are not those of the card"]
