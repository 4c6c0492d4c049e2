"""What results.json says of weak places, and which pictures stay in the folder of the training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from medsynth_gui.engine.training.data import Item
from medsynth_gui.engine.training.failures import strata, write_failures
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.train import Train
from tests.engine.conftest import SEGMENTATION

DICE = [0.9, 0.1, 1.0, 0.5, 0.3]
ROWS = [{"id": f"i{place}", "class": "ab"[place % 2], "dice": dice, "share": (0.0, 0.1, 0.2, 0.3, 0.4)[place],
         "labels": {"1": {"present": place > 0, "dice": dice}, "2": {"present": place == 3, "dice": 0.2}}}
        for place, dice in enumerate(DICE)]


def items(column: str) -> list[Item]:
    return [Item("set", row["id"], row["id"], Path(), facts={column: "xxyyy"[place]}) for place, row in enumerate(ROWS)]


def test_images_are_told_apart_by_class_scanner_size_and_label():
    found = strata(ROWS, items("site"), {1: "nerve", 2: "vessel"})
    assert found["class"] == {"a": [0, 2, 4], "b": [1, 3]} and found["scanner"] == {"x": [0, 1], "y": [2, 3, 4]}
    assert found["size"]["small"][0] == 1 and found["size"]["large"][-1] == 4
    assert sorted(place for places in found["size"].values() for place in places) == [1, 2, 3, 4]
    assert found["label"] == {"nerve": [1, 2, 3, 4], "vessel": [3]}
    assert "scanner" not in strata(ROWS, items("unknown"), {1: "lesion"})


def test_the_sheets_show_the_worst_first_and_leave_out_what_went_well(tmp_path):
    def picture(place: int):
        return np.full((40, 60), 50 + place, np.uint8), np.ones((40, 60), np.uint8), np.zeros((40, 60), np.uint8)

    groups = {"class": {"a": [0, 2, 4]}, "label": {"left/right": [1, 3]}}
    sheets = write_failures(tmp_path, groups, ROWS, picture, {1: "nerve", 2: "left/right"})
    assert sheets == {"all": ["i1", "i4", "i3", "i0"], "class-a": ["i4", "i0"], "label-left-right": ["i1", "i3"]}
    sheet = read_gray(tmp_path / "failures" / "class-a.png")
    assert sheet.shape == (160, 2 * 3 * 160) and sheet[80, 80] == 54 and sheet[80, 160 + 80] == 255


def test_a_training_reports_thorough_beside_default_and_keeps_its_failures(recipe, tiny_set, tmp_path):
    out = tmp_path / "run"
    Train(str(recipe(SEGMENTATION)), (tiny_set,), out, compute=Compute("cpu", "fp32", 1)).run(JobContext())
    results = json.loads((out / "results.json").read_text())
    thorough = results["thorough"]
    assert thorough["with_label"] == results["with_label"] and len(thorough["dice_difference"]) == 3
    assert thorough["seconds_per_image"] > thorough["default_seconds_per_image"] > 0
    assert set(results["sizes"]) <= {"small", "medium", "large"} and set(results["classes"]) == {"a", "b"}
    assert results["failures"]["all"] and (out / "failures" / "all.png").is_file()
