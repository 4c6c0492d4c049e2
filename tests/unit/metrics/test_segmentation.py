from __future__ import annotations

import json

import numpy as np
import pytest

from medsynth_gui.metrics.segmentation import score_image, summarise
from tests.builders import disc


def masks() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    lesion, empty = disc(40, 40, center=(20, 20), radius=8), np.zeros((40, 40), np.uint8)
    return {"right": (lesion, lesion), "missed": (empty, lesion), "alarm": (lesion, empty), "nothing": (empty, empty)}


def test_summary_states_misses_alarms_and_true_negatives() -> None:
    scores = [score_image(*pair, id=name, class_name="benign", pixel_size_mm=0.1) for name, pair in masks().items()]
    found = summarise(scores, names={1: "lesion"})
    label = found["labels"]["1"]
    assert (label["images_with_label"], label["images_without_label"]) == (2, 2)
    assert (label["missed_images"], label["false_positive_images"]) == (["missed"], ["alarm"])
    assert label["true_negatives"] == 1
    assert label["dice"]["mean"] == pytest.approx(0.5)
    assert label["dice"]["images"] == 2
    assert (label["hd95_px"]["mean"], label["hd95_px"]["undefined"]) == (0.0, 1)
    assert label["name"] == "lesion"
    assert label["dice_by_class"]["benign"]["images"] == 2
    json.dumps(found, allow_nan=False)


def test_distance_in_mm() -> None:
    truth, prediction = np.zeros((30, 30), np.uint8), np.zeros((30, 30), np.uint8)
    truth[5, 5], prediction[5, 9] = 1, 1
    score = score_image(prediction, truth, id="a", pixel_size_mm=0.25).labels[1]
    assert (score.hd95_px, score.hd95_mm) == (4.0, 1.0)


def test_no_labels_at_all() -> None:
    empty = np.zeros((4, 4), np.uint8)
    assert summarise([score_image(empty, empty, id="a")])["labels"] == {}
