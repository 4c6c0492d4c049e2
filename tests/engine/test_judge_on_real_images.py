"""The shipped encoder as a judge: planted copies of real images are caught, blurred and noise sets come out far."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from medsynth_gui.core.errors import ModelError
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.engine.gate_reference import drawn_size
from medsynth_gui.engine.training.copies import CHANGES, copied, planted, squared
from medsynth_gui.io.raster_files import read_gray, write_gray_png
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.evaluate_images import EvaluateImages, ImageEvaluation
from medsynth_gui.jobs.job import JobContext
from tests.builders import shared_data

ENCODER = "enc-medsynth"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty training and twenty-four held-out images of the breast set, small."""
    try:
        find_model(ENCODER, task="encoder")
    except ModelError:
        pytest.skip("the encoder is not shipped here")
    found = read_training_set(shared_data("breast_us_busi"))
    folder = tmp_path_factory.mktemp("real") / found.name
    rows = [*found.part(Part.TRAIN)[::12][:40], *found.part(Part.TEST)[::5][:24]]
    for row in rows:
        write_gray_png(folder / "images" / f"{row.id}.png", drawn_size(read_gray(row.image), 128))
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "group"], *([row.id, row.group] for row in rows)])
    return folder


def compare(real: Path, made: Path, training: Path | None = None) -> ImageEvaluation:
    return EvaluateImages(real, made, training, encoder=ENCODER, compute=Compute("cpu", "fp32", 1)).run(JobContext())


def test_planted_copies_are_caught_and_held_out_images_are_not(real: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for number, row in enumerate(read_training_set(real).part(Part.TRAIN)[:3]):
        square = squared(read_gray(row.image), 128)
        for change in CHANGES:
            image = copied(square, planted(change, rng))[square.inside]
            write_gray_png(tmp_path / f"{change}-{number}.png", np.ascontiguousarray(image))
    found = compare(real, tmp_path, real)["memorisation"]
    assert found["synthetic"]["confirmed_in_pixels"] >= 0.95 * 3 * len(CHANGES)
    strangers = found["held_out_real"]["confirmed_in_pixels"] - found["held_out_scenes_known_from_training"]
    assert strangers == 0 and found["c_t"] < -3


def test_blurred_and_noise_sets_are_far_from_real(real: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for row in read_training_set(real).part(Part.TEST):
        image = read_gray(row.image)
        write_gray_png(tmp_path / "blurred" / f"{row.id}.png", cv2.GaussianBlur(image, (0, 0), 2))
        write_gray_png(tmp_path / "noise" / f"{row.id}.png", rng.integers(0, 256, image.shape).astype(np.uint8))
    # At 24 images a side real halves differ a lot by the encoder: a blurred set need only leave their range.
    for name, least in (("blurred", 1.5), ("noise", 20)):
        for judge in compare(real, tmp_path / name)["judges"]:
            distance = judge["figures"][0]
            assert distance["times_real"] > (least if judge["encoder"] == ENCODER else 100), (name, distance)
