"""Planted marks are seen where they are, the finder learns and measures, and what judges images with it says so."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine import marks_finder
from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.gate_reference import drawn_size
from medsynth_gui.engine.marks_finder import MarksFinder, marks_judge, shipped_marks_finder
from medsynth_gui.engine.training.planted_marks import MARKS, plant
from medsynth_gui.io.furniture import has_marks
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.train import Train

RECIPE = """
id = "tiny-marks"
title = "Tiny"
task = "marks"
architecture = "unshuffle-unet"
licence = "CC0"
labels = { 1 = "mark" }
network = { classes = 2, widths = [32, 32], blocks = [1, 1], unshuffle = 2 }
input = { size = 32, fit = "letterbox" }
data = { sets = ["tiny"] }
optimisation = { batch = 4, steps = 6, validate_every_s = 0.0 }
"""
RUNTIME = resolve("cpu", "fp32", 1)


def tissue(rows: int = 300, columns: int = 400, seed: int = 0):
    """Speckle that no stroke is in."""
    import cv2

    noise = np.random.default_rng(seed).rayleigh(30, (rows, columns)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 2.0), 0, 120).astype(np.uint8)


@pytest.mark.parametrize("kind", MARKS)
def test_a_planted_mark_is_bright_thin_and_the_same_for_a_seed(kind):
    image = tissue()
    marked = plant(image, np.random.default_rng(3), (kind,))
    changed = marked.astype(int) - image
    assert 4 <= (np.abs(changed) > 20).sum() < 0.1 * image.size
    assert changed.max() > 60 and np.array_equal(marked, plant(image, np.random.default_rng(3), (kind,)))
    assert np.array_equal(image, tissue())


def test_marks_grow_with_the_image():
    shares = []
    for factor in (1, 3):
        image = tissue(150 * factor, 200 * factor)
        marked = plant(image, np.random.default_rng(1), ("letters",))
        shares.append(float((marked > image + 20).mean()))
    assert shares[1] == pytest.approx(shares[0], rel=0.6)


def test_a_finder_is_trained_measured_and_loaded(tiny_set, tmp_path):
    path = tmp_path / "tiny-marks.toml"
    path.write_text(RECIPE)
    results = Train(str(path), (tiny_set,), tmp_path / "run", compute=Compute("cpu", "fp32", 1)).run(JobContext())
    drawn = results["sets"]["tiny"]["as drawn"]
    assert set(drawn["found"]) == set(MARKS) and drawn["images"] == results["false"]["images"] > 0
    finder = MarksFinder(read_card(tmp_path / "run"), RUNTIME)
    assert finder.limit == results["limit"]
    image = tissue(48, 64)
    assert finder.likely(image).shape == image.shape and finder.score(image) >= 0
    assert finder.marked(image) == (finder.score(image) > finder.limit)


def test_another_model_finds_no_marks():
    with pytest.raises(ModelError) as caught:
        MarksFinder(read_card(models() / "seg-breast-us"), RUNTIME)
    assert caught.value.message.id == "model-wrong-task"


def test_without_the_finder_the_rules_judge(monkeypatch):
    monkeypatch.setattr(marks_finder, "MARKS_FINDER", "not-there")
    assert marks_judge(RUNTIME) == ("rules", has_marks)


def test_the_shipped_finder_sees_letters_at_the_size_that_generators_draw():
    finder = shipped_marks_finder(RUNTIME)
    images = [drawn_size(tissue(300, 400, seed), 128) for seed in range(8)]
    marked = [drawn_size(plant(tissue(300, 400, seed), np.random.default_rng(seed), ("letters",)), 128)
              for seed in range(8)]
    assert sum(map(finder.marked, images)) <= 1
    assert sum(map(finder.marked, marked)) >= 6


def test_small_images_are_judged_by_the_finder_and_large_ones_by_rules(monkeypatch):
    monkeypatch.setattr(MarksFinder, "marked", lambda self, gray: True)
    name, judge = marks_judge(RUNTIME)
    assert "marks-finder" in name and "rules" in name
    assert judge(drawn_size(tissue(), 128)) and not judge(tissue())
