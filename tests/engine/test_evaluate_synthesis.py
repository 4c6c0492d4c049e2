"""A generator is judged on masks it never saw: by a segmenter, by the encoder, and by looking for copies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsynth_gui.core.model_card import read_card
from medsynth_gui.dataset.split import is_held_out
from medsynth_gui.engine.gate_reference import read_codes
from medsynth_gui.engine.training.pictures import headed_sheet
from medsynth_gui.io.raster_files import read_gray, read_provenance
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.train import Train
from tests.builders import tiny_encoder
from tests.engine.conftest import SEGMENTATION, SYNTHESIS

CPU = Compute("cpu", "fp32", 1)


@pytest.fixture
def shipped(tmp_path, monkeypatch, recipe, tiny_set) -> Path:
    """A folder of models with a segmenter and, where a test adds it, an encoder."""
    folder = tmp_path / "models"
    Train(str(recipe(SEGMENTATION)), (tiny_set,), folder / "tiny-seg", compute=CPU).run(JobContext())
    for module in ("training.evaluate_synthesis", "training.gate_calibration", "features"):
        monkeypatch.setattr(f"medsynth_gui.engine.{module}.models", lambda: folder)
    return folder


def measured(recipe, tiny_set: Path, out: Path, **changes: str) -> dict:
    text = SYNTHESIS.replace('"seg-breast-us", images = 2', '"tiny-seg", images = 12')
    for old, new in changes.items():
        text = text.replace(old, new)
    return Train(str(recipe(text)), (tiny_set,), out, compute=CPU).run(JobContext())


def test_a_generator_is_measured_and_leaves_the_codes_of_its_training_images(shipped, recipe, tiny_set, tmp_path):
    tiny_encoder(shipped / "enc-medsynth")
    out = tmp_path / "run"
    found = measured(recipe, tiny_set, out)
    assert json.loads((out / "results.json").read_text()) == json.loads(json.dumps(found))
    assert found["faithfulness"]["segmenter"] == "tiny-seg" and 0 <= found["faithfulness"]["dice"] <= 1
    assert found["faithfulness"]["empty_masks"] >= 1 and "copies" in found["headline"]
    assert found["memorisation"]["synthetic"]["images"] == 24, "for held-out masks, and for masks as all have them"
    assert found["distribution"]["masks"] == "of all real images, warped"
    assert {figure["metric"] for figure in found["distribution"]["figures"]} >= {"KD", "FD-infinity", "coverage"}
    assert found["marks"]["synthetic"]["images"] == 12 and found["seconds_per_image"] >= 0
    known = read_codes(out)
    groups = json.loads((out / "groups.json").read_text())["tiny"]
    assert sorted(known.facts["groups"]) == sorted(groups["trained"] + groups["validated"])
    assert not any(is_held_out("tiny", group) for group in known.facts["groups"])
    assert known.facts["encoder_sha256"] == read_card(shipped / "enc-medsynth").weights_sha256
    assert known.facts["threshold"] == found["memorisation"]["threshold"]
    assert np.linalg.norm(known.codes, axis=1) == pytest.approx(1, abs=1e-2)
    sheet = read_gray(out / "previews" / "contact_sheet.png")
    assert sheet.shape[1] >= 4 * 3 * 32 and sheet.shape[0] % 32, "heads stand above the tiles"
    pictures = list((out / "previews").iterdir())
    assert len(pictures) >= 2
    for picture in pictures:
        with Image.open(picture) as opened:
            origin = read_provenance(opened.text)
            assert origin is not None and origin.synthetic and "lgorithmicMedia" in str(opened.text), picture.name


def test_every_synthetic_tile_of_a_sheet_has_a_badge_and_no_other() -> None:
    gray = np.full((64, 64), 90, np.uint8)
    sheet = headed_sheet([[gray, gray]] * 2, ("real", "generator"), synthetic=(1,), columns=1)
    tiles = sheet[-128:].reshape(2, 64, 2, 64).transpose(0, 2, 1, 3)
    assert (tiles[:, 0] == 90).all() and all((tile == 0).any() and (tile > 200).any() for tile in tiles[:, 1])
    assert (sheet[:-128, :64] > 150).any() and (sheet[:-128, 64:] > 150).any()


def test_without_an_encoder_or_classes_it_says_so_and_measures_the_rest(shipped, recipe, tiny_set, tmp_path):
    found = measured(recipe, tiny_set, tmp_path / "run", **{'classes = ["a", "b"]\n': ""})
    assert "enc-medsynth" in found["memorisation"]["note"] and "note" in found["distribution"]
    assert "dice" in found["faithfulness"] and read_codes(tmp_path / "run") is None
