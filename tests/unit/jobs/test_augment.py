"""Augmentation keeps groups and parts, turns nothing upside down, and depends on the seed alone."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.augmentation import Geometry, Intensity
from medsynth_gui.core.errors import InputError
from medsynth_gui.dataset.split import Part, part_of
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.augment import AugmentFiles, augmented
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.training_recipe import augmentation_in


def test_copies_keep_group_class_and_part_of_their_parent(tiny_set: Path, tmp_path: Path) -> None:
    report = AugmentFiles(tiny_set, tmp_path / "more", count=90, seed=3).run(JobContext())
    assert report.exit_code == 0 and len(report.done) == 90
    parents = {row.id: row for row in read_training_set(tiny_set).rows}
    made = read_training_set(tmp_path / "more")
    for part in Part:
        for row in made.part(part):
            parent = parents[row.extra["parent"]]
            assert (row.group, row.class_name) == (parent.group, parent.class_name)
            assert part_of("tiny", parent.group) is part
    record = json.loads((tmp_path / "more" / "manifest.jsonl").read_text().splitlines()[41])
    assert record["parents"] == ["1"] and read_labels(tmp_path / "more" / record["mask"]).shape == (40, 48)
    AugmentFiles(tiny_set, tmp_path / "again", count=42, seed=3).run(JobContext())
    assert np.array_equal(*(read_gray(tmp_path / name / record["image"]) for name in ("more", "again")))
    assert len(list(csv.reader((tmp_path / "more" / "index.csv").open()))) == 91


def test_what_is_near_the_probe_stays_above() -> None:
    image = np.zeros((64, 64), np.uint8)
    image[:20], image[20:] = 200, 60
    geometry = Geometry(rotate_deg=30, scale=(0.9, 1.2), stretch=0.1, shift=0.05)
    for seed in range(40):
        changed, _ = augmented(image, image // 200, geometry, Intensity(strength=0), (seed,))
        assert changed[8:24, 26:38].mean() > changed[40:56, 26:38].mean()


@pytest.mark.parametrize("table", [{"rotate_deg": 180}, {"rotate_deg": 31}, {"scale": [0.1, 1]}, {"flip": True}])
def test_impossible_ultrasound_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(InputError, match="augmentation"):
        augmentation_in({"data": {"geometry": table}})


def test_strength_scales_the_change_of_gray() -> None:
    image = np.random.default_rng(0).integers(40, 200, (48, 48), np.uint8)
    mask = np.zeros_like(image)
    still = Geometry(0, (1, 1), 0, 0, mirror=False)

    def change(strength: float) -> float:
        made = [augmented(image, mask, still, Intensity(strength), (seed,))[0] for seed in range(30)]
        return float(np.abs(np.stack(made).astype(float) - image).mean())

    moved = [change(strength) for strength in (0.0, 0.5, 1.0)]
    assert moved[0] == 0 and 0 < moved[1] < moved[2]
