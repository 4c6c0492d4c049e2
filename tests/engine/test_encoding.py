"""The encoder: copies are what they say, codes ignore the mirror, its training makes a model folder."""

from __future__ import annotations

import json

import numpy as np
import pytest

from medsynth_gui.core.errors import ModelError
from medsynth_gui.engine.networks.texture import TEXTURE
from medsynth_gui.engine.training.copies import CHANGES, Copy, copied, planted, squared
from medsynth_gui.jobs import catalogue
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.features import describe
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.train import Train
from tests.builders import ramp, tiny_encoder
from tests.engine.conftest import ENCODER

CPU = Compute("cpu", "fp32", 1)


def test_copies_move_bend_and_change_what_they_say_and_nothing_beside_the_image():
    rng = np.random.default_rng(0)
    source = squared(rng.integers(40, 200, (24, 40), np.uint8), 40)
    inside = source.image[source.inside]
    assert inside.shape == (24, 40)
    np.testing.assert_array_equal(copied(source, Copy()), source.image)
    np.testing.assert_array_equal(copied(source, Copy(flip=True)), source.image[:, ::-1])
    shifted = copied(source, Copy(shift=(3, -2)))[source.inside]
    np.testing.assert_array_equal(shifted[3:, :-2], inside[:-3, 2:])
    cropped = copied(source, Copy(crop=(0.5, 0.5), crop_at=(0, 0)))[source.inside]
    assert abs(int(cropped[-1, -1]) - int(inside[11, 19])) < 80 and cropped.mean() == pytest.approx(
        inside[:12, :20].mean(), abs=8)
    assert copied(source, Copy(gamma=0.8))[source.inside].mean() > inside.mean()
    assert copied(source, Copy(blur=1.5))[source.inside].std() < 0.6 * inside.std()
    for change in CHANGES:
        copy = copied(source, planted(change, rng))
        outside = np.ones(copy.shape, bool)
        outside[source.inside] = False
        assert not copy[outside].any() and (change == "identical") == np.array_equal(copy, source.image)


def test_a_code_has_length_one_and_is_that_of_the_mirror_image(tmp_path):
    images = [ramp(30, 50), ramp(64, 20).T.copy(), np.full((5, 5), 9, np.uint8)]
    found = describe([*images, images[0][:, ::-1]], CPU, model=str(tiny_encoder(tmp_path / "enc")))
    assert found.features.shape == (4, 24 + TEXTURE) and found.codes.shape == (4, 16)
    np.testing.assert_allclose(np.linalg.norm(found.codes, axis=1), 1, atol=1e-5)
    assert found.codes[0] @ found.codes[3] == pytest.approx(1, abs=1e-4)
    assert describe([], CPU, model=str(tmp_path / "enc")).codes.shape == (0, 16)


def test_without_an_encoder_the_sentence_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "models", lambda: tmp_path)
    with pytest.raises(ModelError, match="enc-medsynth"):
        describe([ramp()], CPU)


def test_a_training_without_masks_makes_an_encoder_and_measures_planted_copies(recipe, tiny_set, tmp_path):
    for mask in (tiny_set / "masks").glob("*.png"):
        mask.unlink()
    results = Train(str(recipe(ENCODER)), (tiny_set,), tmp_path / "run", compute=CPU).run(JobContext())
    assert set(results["copies_caught"]) == {*CHANGES, "combined"}
    # Untrained, it tells nothing apart; but what it catches it catches mirrored.
    assert results["copies_caught"]["identical"] == results["copies_caught"]["flip"]
    assert {"held out", "blurred", "noisy"} <= results["distances"]["tiny"].keys()
    json.dumps(results)
    assert describe([ramp()], CPU, model=str(tmp_path / "run")).encoder == "tiny-enc"
