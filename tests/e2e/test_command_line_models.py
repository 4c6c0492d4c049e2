"""A person at a terminal: segments, synthesises, upscales and trains with the shipped models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.io.raster_files import read_gray, read_labels, write_gray_png, write_label_png
from tests.builders import disc, ramp
from tests.e2e.command_line import medsynth

COMPUTE = ("--device", "cpu", "--precision", "fp32", "--threads", 1)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two images with equal stems in two folders, and one of another shape."""
    folder = tmp_path / "images"
    for name, size in (("a/one.png", (48, 64)), ("b/one.png", (64, 48)), ("two.png", (80, 130))):
        write_gray_png(folder / name, ramp(*size), None)
    return folder


def test_label_images_have_the_size_and_place_of_their_sources(tmp_path: Path, images: Path) -> None:
    done = medsynth("segment", images, "--model", "seg-breast-us", "--out", tmp_path / "labels", *COMPUTE, "--json")
    assert done.code == 0, done.err
    for name in ("a/one.png", "b/one.png", "two.png"):
        labels = read_labels(tmp_path / "labels" / name)
        assert labels.shape == read_gray(images / name).shape
        assert set(np.unique(labels)) <= {0, 1}
    assert done.record["device"] == "cpu"
    assert done.record["precision"] == "fp32"


def test_a_broken_image_stops_no_batch(tmp_path: Path, images: Path) -> None:
    (images / "broken.png").write_bytes(b"not an image")
    done = medsynth("segment", images, "--model", "seg-breast-us", "--out", tmp_path / "labels", *COMPUTE, "--json")
    assert done.code == 1
    assert len(done.record["done"]) == 3
    assert [Path(failure["path"]).name for failure in done.record["failed"]] == ["broken.png"]


def test_a_synthetic_image_depends_on_its_seed_and_index_alone(tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    for name, radius in (("a.png", 9.0), ("b.png", 14.0)):
        write_label_png(masks / name, disc(96, 128, center=(48, 64), radius=radius))
    common = ("synthesize", "--model", "syn-breast-us", "--masks", masks, "--class", "benign", "--steps", 2, *COMPUTE)
    three = medsynth(*common, "--count", 3, "--seed", 5, "--out", tmp_path / "three", "--json")
    one = medsynth(*common, "--count", 1, "--seed", 5, "--out", tmp_path / "one", "--json")
    other = medsynth(*common, "--count", 1, "--seed", 6, "--out", tmp_path / "other", "--json")
    assert three.code == one.code == other.code == 0, three.err
    made = {name: sorted((tmp_path / name / "images").iterdir()) for name in ("three", "one", "other")}
    assert made["three"][0].read_bytes() == made["one"][0].read_bytes()
    assert made["one"][0].read_bytes() != made["other"][0].read_bytes()
    records = [json.loads(line) for line in (tmp_path / "three" / "manifest.jsonl").read_text().splitlines()]
    assert len(records) == 3
    assert all(record["synthetic"] for record in records)
    for path in made["three"]:
        mask = read_labels(tmp_path / "three" / "masks" / path.name)
        assert mask.shape == read_gray(path).shape
        assert mask.shape[1] / mask.shape[0] == pytest.approx(128 / 96, rel=0.05)


def test_upscaling_doubles_the_size(tmp_path: Path, images: Path) -> None:
    done = medsynth("upscale", images / "two.png", "--model", "sr-us", "--factor", 2, "--out", tmp_path / "large",
                    *COMPUTE, "--json")
    assert done.code == 0, done.err
    assert read_gray(tmp_path / "large" / "two.png").shape == (160, 260)


def test_a_factor_that_the_model_has_not_is_told(tmp_path: Path, images: Path) -> None:
    done = medsynth("upscale", images, "--model", "sr-us", "--factor", 4, "--out", tmp_path / "large", "--json")
    assert done.code == 1
    assert done.record["error"]["id"] == "factor-unsupported"


@pytest.mark.parametrize(("model", "message"), [("nothing-like-it", "model-missing"), ("sr-us", "model-wrong-task")])
def test_a_model_that_does_not_fit_is_told(tmp_path: Path, images: Path, model: str, message: str) -> None:
    done = medsynth("segment", images, "--model", model, "--out", tmp_path / "labels", "--json")
    assert done.code == 1
    assert done.record["error"]["id"] == message
    assert not (tmp_path / "labels").exists()


def test_models_are_listed_shown_and_intact() -> None:
    listed = medsynth("models", "list", "--json").record["models"]
    assert {"seg-breast-us", "syn-breast-us", "sr-us"} <= {model["id"] for model in listed}
    assert all(model["licence"] and model["evidence"] for model in listed)
    assert medsynth("models", "show", "seg-breast-us", "--json").record["labels"] == {"1": "lesion"}
    verified = medsynth("models", "verify", "--json")
    assert verified.code == 0
    assert not verified.record["failed"]


def test_synthetic_images_are_compared_with_real_ones(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for folder, count, spread in (("real", 24, 20), ("made", 12, 60)):
        for number in range(count):
            image = np.clip(random.normal(90, spread, (48, 64)), 0, 255).astype(np.uint8)
            write_gray_png(tmp_path / folder / f"{number}.png", image)
    (tmp_path / "made" / "text.png").write_text("no image")
    command = ("evaluate", "images", "--real", tmp_path / "real", "--synthetic", tmp_path / "made", "--device", "cpu")
    done, plain = medsynth(*command, "--json"), medsynth(*command)
    assert (done.code, plain.code) == (1, 1)
    assert done.record["failed"][0]["path"].endswith("text.png")
    texture = done.record["judges"][-1]
    assert texture["encoder"] == "texture" and texture["figures"][0]["verdict"] == "far"
    assert "KD-texture" in plain.out and "far from real" in plain.out
    wrong = medsynth("evaluate", "images", "--real", tmp_path / "none", "--synthetic", tmp_path / "made", "--json")
    assert wrong.code == 1 and wrong.record["error"]["id"] == "file-missing"


def test_predictions_are_compared_with_the_truth(tmp_path: Path) -> None:
    truth, same, shifted = (disc(64, 64, center=(32, x), radius=10) for x in (32, 32, 40))
    for name, prediction in (("same", same), ("shifted", shifted)):
        write_label_png(tmp_path / "truth" / f"{name}.png", truth)
        write_label_png(tmp_path / "predictions" / f"{name}.png", prediction)
    done = medsynth("evaluate", "segmentation", "--predictions", tmp_path / "predictions",
                    "--truth", tmp_path / "truth", "--json")
    assert done.code == 0, done.err
    assert len(done.record["rows"]) == 2
