"""Gates: calibrated on real images, each turns down what it is for, and says so when it cannot judge."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.messages import MESSAGES
from medsynth_gui.core.model_card import read_card
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.gate_reference import (
    GateReference,
    TrainingCodes,
    drawn_size,
    found_again,
    neighbour_distances,
    read_reference,
    write_codes,
    write_reference,
)
from medsynth_gui.engine.training import gate_calibration
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.recipe import read_recipe
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.io.raster_files import provenance_text, read_gray, write_gray_png
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.gates import GATES, GateResult, Gates, Thresholds, accepted, calibrated, few_patients
from medsynth_gui.metrics.memorisation import copy_threshold
from tests.builders import disc
from tests.engine.conftest import SYNTHESIS

CPU = Compute("cpu", "fp32", 1)


class Pixels:
    """An encoder that compares small pictures, mirrored or not."""

    card = SimpleNamespace(id="pixels", weights_sha256="abc")

    def __init__(self, *_: object) -> None: ...

    def embed(self, images):
        small = [cv2.resize(image, (10, 10), interpolation=cv2.INTER_AREA).astype(np.float32) for image in images]
        rows = np.stack([one + one[:, ::-1] for one in small]).reshape(len(images), -1)
        return rows - rows.mean(1, keepdims=True)

    def codes(self, images):
        rows = self.embed(images)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def describe(self, images):
        return self.embed(images), self.codes(images)

    def put_back(self, images, codes, reference):
        return codes


@pytest.fixture
def generator(model, tiny_set, tmp_path, monkeypatch):
    """A generator that was calibrated on the tiny set."""
    for name in ("jobs.gates.table.load_encoder", "engine.training.gate_calibration.shipped_encoder"):
        monkeypatch.setattr(f"medsynth_gui.{name}", Pixels)
    monkeypatch.setattr(gate_calibration, "read_card", lambda _: None)
    folder = Path(model(SYNTHESIS))
    card = replace(read_card(folder), input={"size": 32})
    found = read_training_set(tiny_set)
    data = TrainingData(*(tuple(Item(found.name, row.id, row.group, row.image, row.mask, row.class_name)
                                for row in found.part(part)) for part in (Part.TRAIN, Part.VALIDATION, Part.TEST)))
    facts = gate_calibration.calibrate_gates(read_recipe(tmp_path / "recipe.toml"), card, data,
                                             resolve("cpu", "fp32", 1), lambda *_: None)
    codes, new = (Pixels().codes([drawn_size(remove_furniture(read_gray(item.image)), 32) for item in items])
                  for items in (data.train, data.test))
    write_codes(folder, TrainingCodes(codes, tuple(item.id for item in data.train), {
        "encoder_sha256": "abc", "threshold": copy_threshold(new, codes), "pixel_limit": 0.9}))
    return card, facts, data


def judged(results: tuple[GateResult, ...]) -> dict[str, bool | None]:
    return {one.gate: one.passed if one.judged else None for one in results}


def test_calibration_says_how_many_real_images_pass(generator):
    card, facts, data = generator
    assert facts["real"] == {"training": len(data.train), "held_out": len(data.validation + data.test)}
    assert facts["passed"]["artefact"] >= 0.8 and facts["passed"]["unlike"] >= 0.8
    assert json.loads(json.dumps(facts)) == read_reference(card.folder).facts
    limits = calibrated(card)
    assert limits.unlike == limits.artefact == 1 and 0.5 < limits.copy <= 1
    assert Thresholds(copy=0.7).over(limits) == replace(limits, copy=0.7)
    assert {row.field for row in GATES.values()} == set(vars(limits))


def test_each_gate_turns_down_what_it_is_for(generator):
    card, _, data = generator
    real, mask = read_gray(data.test[0].image), disc(40, 48, center=(20, 24), radius=6)
    everyone = Gates(card, Thresholds(unlike=1.5), CPU)
    assert judged(everyone.judge(real, mask)) == {"copy": True, "faithful": None, "unlike": True, "artefact": True}
    copy = remove_furniture(read_gray(data.train[3].image))
    verdict = everyone.judge(np.ascontiguousarray(copy[:, ::-1]), mask)[0]
    assert verdict.failed and verdict.neighbour == data.train[3].id and "alone" in verdict.detail
    assert verdict.record()["neighbour"] and data.train[3].id in verdict.message().english()
    ramp = np.tile(np.linspace(0, 255, 40).astype(np.uint8)[:, None], (1, 48))
    assert judged(everyone.judge(ramp, mask))["unlike"] is False
    burnt = everyone.judge(np.maximum(real, 255 * (np.indices(real.shape)[0] < 10).astype(np.uint8)), mask)[-1]
    assert burnt.failed and burnt.detail == "white"
    assert not Gates(card, Thresholds(artefact=99.0), CPU).judge(real, mask)[-1].failed


def test_training_images_at_hand_confirm_a_copy_or_clear_it(generator, tiny_set):
    card, _, data = generator
    mask, copy = disc(40, 48, center=(20, 24), radius=6), remove_furniture(read_gray(data.train[3].image))
    write_gray_png(tiny_set / "images" / "made.png", copy, provenance_text(Provenance(True, "somebody")))
    known = Gates(card, Thresholds(copy=0.05), CPU, tiny_set)
    verdict = known.judge(copy, mask)[0]
    assert verdict.failed and verdict.neighbour == data.train[3].id and "correlate 1.00" in verdict.detail
    other = known.judge(np.random.default_rng(2).integers(0, 99, (40, 48), np.uint8), mask)[0]
    assert other.value > other.limit and not other.failed and "correlate" in other.detail


def catalogue_without(_: object) -> None:
    raise ModelError("model-missing", model="enc-medsynth", known="none")


def test_what_cannot_be_judged_is_told(generator, monkeypatch):
    card, _, data = generator
    image, mask = read_gray(data.test[0].image), disc(40, 48, center=(20, 24), radius=6)
    monkeypatch.setattr("medsynth_gui.jobs.gates.table.load_encoder", catalogue_without)
    bare = Gates(card, compute=CPU)
    results = bare.judge(image, mask)
    assert judged(results) == {"copy": None, "faithful": None, "unlike": None, "artefact": True} and accepted(results)
    assert "was not judged" in results[0].message().english() and results[0].record()["passed"] is None
    assert len(bare.warnings) == 4 and "of its kind only" in bare.warnings[-1].english()
    (card.folder / "gates.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"gates\.safetensors"):
        Gates(card, compute=CPU)


def test_few_patients_are_counted_without_simulated_ones(model):
    card = read_card(Path(model(SYNTHESIS)))
    for real, warned in ((199, True), (200, False)):
        groups = {"real": {"trained": [str(n) for n in range(real)], "tested": ["x"]},
                  "simulator-lung": {"trained": [str(n) for n in range(500)]}}
        (card.folder / "groups.json").write_text(json.dumps(groups))
        assert bool(few_patients(card)) is warned


def test_few_patients_of_ones_own_kind_are_not_hidden_by_those_of_others(model):
    card = read_card(Path(model(SYNTHESIS)))
    groups = {"muscle": {"trained": ["a", "b"]}, "breast": {"trained": [str(n) for n in range(500)]}}
    (card.folder / "groups.json").write_text(json.dumps(groups))
    assert few_patients(card) is None
    nothing = np.zeros((1, 2, 2))
    write_reference(card.folder, GateReference(nothing, nothing, {"sets": ["muscle"]}))
    warned = few_patients(card)
    assert warned is not None and warned.params["count"] == 2


def test_masks_found_again_and_distances_without_ones_own_group():
    wanted = np.zeros((10, 10), np.uint8)
    assert found_again(np.ones_like(wanted), wanted) == (0, 1)
    wanted[:5], wanted[5:] = 1, 2
    found = np.where(wanted == 2, 2, 0).astype(np.uint8)
    assert found_again(found, wanted) == (0.5, 0)
    points = np.arange(12.0, dtype=np.float32)[:, None]
    own = neighbour_distances(points, points, groups=[str(n // 6) for n in range(12)],
                              reference_groups=[str(n // 6) for n in range(12)])
    assert own[0] == pytest.approx(np.mean([6, 7, 8, 9, 10]))


def test_every_verdict_has_a_sentence():
    for gate in GATES:
        for passed in (True, False):
            assert GateResult(gate, passed, 0.5, 0.4, "judge").message().id in MESSAGES
