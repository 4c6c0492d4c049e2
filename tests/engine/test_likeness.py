"""Unlike images: other kinds and unseen kinds are told, own ones left in peace, and no figure is given for them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.engine import features
from medsynth_gui.engine.likeness import LIKENESS_FILE, Kinds, Likeness
from medsynth_gui.engine.world import World
from medsynth_gui.io.raster_files import read_gray, write_gray_png
from medsynth_gui.jobs import catalogue
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.likeness import FindAlike, LikenessJudges, tells_likeness
from medsynth_gui.jobs.segment import SegmentFiles, SegmentSeries
from medsynth_gui.jobs.train import Train
from tests.builders import tiny_encoder
from tests.engine.conftest import SEGMENTATION

CPU = Compute("cpu", "fp32", 1)


def crowd(rng: np.random.Generator, count: int, *places: float) -> np.ndarray:
    center = np.zeros(24)
    center[:len(places)] = places
    return (center + rng.normal(size=(count, 24)) * np.linspace(0.3, 2, 24)).astype(np.float32)


def test_own_images_pass_and_other_and_unseen_kinds_are_told(tmp_path):
    rng = np.random.default_rng(0)
    own, others = crowd(rng, 300, 1.5), crowd(rng, 300, -1.5)
    mine = Kinds(own, ["own"] * 300, [str(n // 2) for n in range(300)])
    Likeness.learn(mine, Kinds(others, ["other"] * 300, []), {"encoder_sha256": "x"}).save(tmp_path)
    likeness = Likeness.load(tmp_path)
    assert likeness is not None and likeness.facts["images"] == 300
    assert likeness.unlike(crowd(rng, 500, 1.5)).mean() <= 0.05
    assert likeness.unlike(crowd(rng, 500, -1.5)).mean() >= 0.9
    assert likeness.unlike(crowd(rng, 500, 1.5, 6.0, 6.0)).mean() >= 0.9
    alone = Likeness.learn(mine, Kinds(others[:0], [], []), {})
    assert alone.unlike(crowd(rng, 500, 1.5)).mean() <= 0.05 and alone.unlike(crowd(rng, 99, 1.5, 6.0, 6.0)).all()


def test_a_damaged_likeness_is_named_and_a_missing_one_says_nothing(tmp_path):
    assert Likeness.load(tmp_path) is None
    (tmp_path / LIKENESS_FILE).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=LIKENESS_FILE):
        Likeness.load(tmp_path)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """An encoder of fresh weights as the shipped one; it remembers a set of noise."""
    folder = tiny_encoder(tmp_path / "models" / "enc-medsynth")
    for module in (features, catalogue):
        monkeypatch.setattr(module, "models", lambda: tmp_path / "models")
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 40), np.uint8)
    described = features.Encoder(catalogue.find_model("enc-medsynth"), _runtime()).embed(list(noise))
    numbers = np.arange(30)
    World(described, np.full(30, "noise"), numbers.astype(np.str_), numbers % 3 == 0).save(folder)
    return folder


def _runtime():
    from medsynth_gui.engine.device import resolve

    return resolve("cpu", "fp32", 1)


def test_training_learns_it_and_a_proposal_for_another_kind_has_no_confidence(shipped, recipe, tiny_set, tmp_path):
    results = Train(str(recipe(SEGMENTATION)), (tiny_set,), tmp_path / "run", compute=CPU).run(JobContext())
    assert results["likeness"]["other_sets_held_out"] == {"noise": 1.0}
    assert results["likeness"]["own_held_out"] <= 0.25
    own = next((tiny_set / "images").glob("*.png"))
    stranger = np.random.default_rng(1).integers(0, 256, (40, 40), np.uint8)
    series = ImageSeries.from_array(np.stack([stranger, stranger]), title="noise")
    layer = SegmentSeries(series, (0, 1), str(tmp_path / "run"), CPU).run(JobContext())
    assert layer.unlike == (0, 1) and not layer.confidence and layer.masks.keys() == {0, 1}
    assert layer.only([1]).unlike == (1,) and layer.over(layer.only([0])).unlike == (0, 1)
    report = SegmentFiles((own,), str(tmp_path / "run"), tmp_path / "out", CPU).run(JobContext())
    assert report.done[0]["unlike_training_data"] == [False] and report.done[0]["confidence"][0] > 0
    assert json.loads((tmp_path / "run" / "results.json").read_text())["likeness"] == results["likeness"]
    assert "note" not in report.done[0]
    write_gray_png(tmp_path / "noise.png", stranger)
    report = SegmentFiles((tmp_path / "noise.png",), str(tmp_path / "run"), tmp_path / "out", CPU).run(JobContext())
    assert "1 of 1 frame(s) are unlike" in report.done[0]["note"].english()
    # Features of an encoder with other weights are other numbers: no verdict is better than a wrong one.
    card = shipped / "card.toml"
    card.write_text(card.read_text().replace(catalogue.find_model("enc-medsynth").weights_sha256, "0" * 64))
    report = SegmentFiles((own,), str(tmp_path / "run"), tmp_path / "out", CPU).run(JobContext())
    assert report.done[0]["unlike_training_data"] == [None]


def test_the_models_that_were_taught_with_such_images_are_found(shipped, recipe, tiny_set, tmp_path):
    Train(str(recipe(SEGMENTATION)), (tiny_set,), tmp_path / "run", compute=CPU).run(JobContext())
    shutil.copytree(tmp_path / "run", tmp_path / "silent")
    (tmp_path / "silent" / LIKENESS_FILE).unlink()
    models = (str(tmp_path / "run"), str(tmp_path / "silent"), str(tmp_path / "gone"))
    own = read_gray(next((tiny_set / "images").glob("*.png")))
    stranger = np.random.default_rng(1).integers(0, 256, own.shape, np.uint8)
    series = ImageSeries.from_array(np.stack([own, stranger]))
    assert FindAlike(series, 0, models, CPU).run(JobContext()) == {models[0]: True}
    assert FindAlike(series, 1, models, CPU).run(JobContext()) == {models[0]: False}
    judges = LikenessJudges(CPU)
    assert [judges.suiting(image, models) for image in (own, stranger)] == [models[0], ""]
    assert judges.suiting(stranger, models[1:]) == models[1], "who cannot tell is taken where it is preferred"
    assert judges.suiting(own, (models[2], models[0])) == models[2]
    assert [tells_likeness(catalogue.find_model(model)) for model in models[:2]] == [True, False]
