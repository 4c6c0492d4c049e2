"""Simulate: a folder that is a training set, marked as synthetic."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.job import JobCancelled, JobContext, Progress
from medsynth_gui.jobs.simulate import Simulate


def test_a_simulated_folder_is_a_training_set(tmp_path: Path) -> None:
    report = Simulate("breast-lesion", 3, 64, 5, tmp_path / "sim").run(JobContext())
    assert report.exit_code == 0 and len(report.done) == 3
    rows = read_training_set(tmp_path / "sim").rows
    assert [row.id for row in rows] == [record["id"] for record in report.done]
    for row, record in zip(rows, report.done, strict=True):
        assert row.group == row.id and row.class_name == record["class"]
        assert row.pixel_size_mm == pytest.approx(record["pixel_size_mm"][1], rel=1e-4)
        assert row.mask is not None
        assert read_gray(row.image).shape == read_labels(row.mask).shape == (64, 64)
        assert read_labels(row.mask).max() <= 1


def test_every_file_says_that_it_is_simulated_and_how(tmp_path: Path) -> None:
    Simulate("lung", 2, 64, 5, tmp_path, probe="curved").run(JobContext())
    lines = [json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text().splitlines()]
    assert len(lines) == 2
    for line in lines:
        provenance = line["provenance"]
        assert line["synthetic"] and provenance["synthetic"] and provenance["producer"] == "simulator"
        assert provenance["seed"] == 5 and provenance["parameters"]["phantom"] == "lung"
        assert b"digitalsourcetype/algorithmicMedia" in (tmp_path / line["image"]).read_bytes()


def test_an_image_depends_on_seed_and_index_alone(tmp_path: Path) -> None:
    for name, count in (("few", 2), ("more", 3)):
        Simulate("muscle-fat", count, 64, 9, tmp_path / name).run(JobContext())
    few, more = (sorted((tmp_path / name / "images").iterdir()) for name in ("few", "more"))
    assert [path.read_bytes() for path in few] == [path.read_bytes() for path in more[:2]]
    assert few[0].read_bytes() != few[1].read_bytes()


def test_the_frames_of_a_cine_are_one_group(tmp_path: Path) -> None:
    report = Simulate("breast-lesion", 1, 64, 2, tmp_path, frames=3).run(JobContext())
    name = report.done[0]["id"]
    assert sorted(path.name for path in (tmp_path / "images" / name).iterdir()) == ["0000.png", "0001.png", "0002.png"]
    rows = read_training_set(tmp_path).rows
    assert {row.group for row in rows} == {name} and all(row.mask for row in rows)


def test_gray_values_follow_the_images_of_a_folder(tmp_path: Path) -> None:
    means = []
    for name, gray in (("dark", 30), ("bright", 130)):
        (tmp_path / name).mkdir()
        noise = np.random.default_rng(1).normal(gray, 15, (100, 120)).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(tmp_path / name / "a.png"), noise)
        (tmp_path / name / "broken.png").write_bytes(b"no image")
        report = Simulate("breast-lesion", 1, 64, 3, tmp_path / f"{name}-out", like=tmp_path / name).run(JobContext())
        means.append(np.median(read_gray(tmp_path / f"{name}-out" / report.done[0]["image"])))
    assert means == pytest.approx([30, 130], abs=15)


def test_a_folder_without_images_to_follow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image"):
        Simulate("lung", 1, 64, 0, tmp_path / "out", like=tmp_path).run(JobContext())
    with pytest.raises(UsageError, match="phantom"):
        Simulate("elbow", 1, 64, 0, tmp_path / "out").run(JobContext())
    assert not (tmp_path / "out").exists()


def test_a_cancelled_simulation_stops_between_frames(tmp_path: Path) -> None:
    seen: list[Progress] = []
    context = JobContext(seen.append, lambda: len(seen) >= 2)
    with pytest.raises(JobCancelled):
        Simulate("breast-lesion", 1, 64, 0, tmp_path, frames=50).run(context)
    assert len(seen) == 2 and not (tmp_path / "manifest.jsonl").exists()
