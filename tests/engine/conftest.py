"""A training set and recipes so small that a whole training takes a second."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from tests.builders import disc

SEGMENTATION = """
id = "tiny-seg"
title = "Tiny"
task = "segmentation"
architecture = "unshuffle-unet"
licence = "CC0"
labels = { 1 = "disc" }
network = { classes = 2, widths = [32, 32], blocks = [1, 1], unshuffle = 2 }
input = { size = 32, fit = "letterbox" }
data = { sets = ["tiny"] }
optimisation = { batch = 4, steps = 6, validate_every_s = 0.0 }
"""
SYNTHESIS = """
id = "tiny-syn"
title = "Tiny"
task = "synthesis"
architecture = "flow-unet"
licence = "CC0"
classes = ["a", "b"]
labels = { 1 = "disc" }
network = { conditions = 3, classes = 2, widths = [32, 32], blocks = [1, 1], unshuffle = 4, attention = [1] }
input = { size = 32, steps = 2, guidance = 1.5 }
data = { sets = ["tiny"] }
evaluation = { segmenter = "seg-breast-us", images = 2 }
optimisation = { batch = 4, steps = 3, validate_every_s = 0.0 }
"""
SUPER_RESOLUTION = """
id = "tiny-sr"
title = "Tiny"
task = "super-resolution"
architecture = "edsr"
licence = "CC0"
network = { factor = 2, width = 8, blocks = 1 }
input = { crop = 32, tile = 32, overlap = 8 }
data = { sets = ["tiny"] }
optimisation = { batch = 4, steps = 3, validate_every_s = 0.0 }
"""
ENCODER = """
id = "tiny-enc"
title = "Tiny"
task = "encoder"
architecture = "residual-encoder"
licence = "CC0"
network = { widths = [8, 16, 16], blocks = [1, 1, 1], code = 16 }
input = { size = 32 }
data = { sets = ["tiny"] }
optimisation = { batch = 6, steps = 3, validate_every_s = 0.0 }
"""


@pytest.fixture
def recipe(tmp_path: Path):
    """Write a recipe text to a file."""
    def write(text: str) -> Path:
        path = tmp_path / "recipe.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def tiny_set(tmp_path: Path) -> Path:
    """Forty bright discs on noise, two classes, each image a group of its own."""
    folder = tmp_path / "tiny"
    rng = np.random.default_rng(0)
    rows = []
    for number in range(40):
        mask = disc(40, 48, center=rng.uniform(12, 28, 2), radius=rng.uniform(5, 10)) if number % 5 else \
            np.zeros((40, 48), np.uint8)
        image = np.clip(rng.normal(60, 15, mask.shape) + mask * 120, 1, 255).astype(np.uint8)
        write_gray_png(folder / "images" / f"{number}.png", image)
        write_label_png(folder / "masks" / f"{number}.png", mask)
        rows.append([number, number, "ab"[number % 2]])
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "group", "class"], *rows])
    return folder
