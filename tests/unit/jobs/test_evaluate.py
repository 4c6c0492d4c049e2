from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.dataset.split import Part, is_held_out
from medsynth_gui.io.raster_files import write_label_png
from medsynth_gui.jobs.evaluate import EvaluateSegmentation
from medsynth_gui.jobs.job import JobContext
from tests.builders import disc, shared_data
from tests.unit.dataset.builders import write_set


def test_a_training_set_as_truth(tmp_path: Path) -> None:
    truth = write_set(tmp_path / "set", "id,group,class,pixel_size_mm\na,g,benign,0.5\nb,g,benign,\nc,h,normal,\n",
                      "a", "b", "c")
    write_label_png(truth / "masks" / "c.png", np.zeros((48, 64), np.uint8))
    lesion = disc(48, 64, center=(20, 20), radius=6)
    for name, labels in {"a": lesion, "b": lesion * np.uint8(0), "c": lesion, "x": lesion}.items():
        write_label_png(tmp_path / "out" / f"{name}.png", labels)
    found = EvaluateSegmentation(tmp_path / "out", truth).run(JobContext())
    label = found["labels"]["1"]
    assert (found["images"], found["groups"], found["without_truth"], found["failed"]) == (3, 2, ["x"], [])
    assert (label["dice"]["mean"], label["missed_images"], label["false_positive_images"]) == (0.5, ["b"], ["c"])
    assert label["hd95_mm"]["mean"] == 0
    assert found.exit_code == 0
    json.dumps(found, allow_nan=False)


def test_a_plain_folder_with_what_is_missing_or_of_another_size(tmp_path: Path) -> None:
    lesion = disc(20, 30, center=(9, 9), radius=4)
    for name in ("a", "b", "c"):
        write_label_png(tmp_path / "truth" / f"{name}.png", lesion)
    write_label_png(tmp_path / "out" / "a.png", lesion)
    write_label_png(tmp_path / "out" / "b.png", lesion[:10])
    found = EvaluateSegmentation(tmp_path / "out", tmp_path / "truth").run(JobContext())
    assert {one["path"]: one["id"] for one in found["failed"]} == {"b": "prediction-size", "c": "prediction-missing"}
    assert "30 x 10 pixels, its truth 30 x 20" in found["failed"][0]["message"]
    assert found["labels"]["1"]["dice"]["mean"] == 1
    assert found.exit_code == 1


def test_a_damaged_prediction_is_named(tmp_path: Path) -> None:
    for folder in ("truth", "out"):
        write_label_png(tmp_path / folder / "a.png", disc(20, 30, center=(9, 9), radius=4))
    (tmp_path / "out" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    found = EvaluateSegmentation(tmp_path / "out", tmp_path / "truth").run(JobContext())
    assert [one["path"] for one in found["failed"]] == ["a"]


def test_predictions_of_other_images_are_one_sentence(tmp_path: Path) -> None:
    for folder, name in (("truth", "a"), ("truth", "b"), ("out", "other")):
        write_label_png(tmp_path / folder / f"{name}.png", disc(20, 30, center=(9, 9), radius=4))
    with pytest.raises(InputError, match=r"no prediction for any .* as a\.png"):
        EvaluateSegmentation(tmp_path / "out", tmp_path / "truth").run(JobContext())


def test_folders_that_are_not_there_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for predictions, truth, wanted in (("none", "empty", "file-missing"), ("empty", "none", "file-missing"),
                                       ("empty", "empty", "truth-nothing")):
        with pytest.raises(InputError) as caught:
            EvaluateSegmentation(tmp_path / predictions, tmp_path / truth).run(JobContext())
        assert caught.value.message.id == wanted


def test_held_out_part_of_a_real_set_against_itself() -> None:
    folder = shared_data("nerve_vessel_us_usgra")
    found = EvaluateSegmentation(folder / "masks", folder, part=Part.TEST).run(JobContext())
    assert all(is_held_out("nerve_vessel_us_usgra", row["group"]) for row in found["rows"])
    assert {value: label["dice"]["mean"] for value, label in found["labels"].items()} == {"1": 1.0, "2": 1.0}
