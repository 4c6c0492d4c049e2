from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import ProjectError, StorageError, UsageError
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.export import writing
from medsynth_gui.dataset.export.base import ExportSource
from medsynth_gui.dataset.export.table import EXPORTERS, find_exporter
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.job import JobContext
from tests.builders import disc, ramp
from tests.unit.dataset.builders import GENERATED, SCANNED, group_in, small_project


def filled(folder: Path) -> Project:
    """Three scans, a generated image, one without a mask, one rejected, one of a held-out group."""
    project = small_project(folder)
    project.add_image(ramp() + np.uint8(9), replace(GENERATED, parents=("Doe Jane.png", "cd" * 32)), id="made",
                      mask=disc(48, 64, center=(9, 9), radius=4) * np.uint8(2))
    project.add_image(ramp() + np.uint8(10), SCANNED, id="Smith John", group="Smith John", title="Smith John.dcm")
    project.add_image(ramp() + np.uint8(11), SCANNED, id="bad")
    project.set_review("bad", Review(ReviewState.REJECTED))
    project.add_image(ramp() + np.uint8(12), SCANNED, id="held", group=group_in(Part.TEST))
    return project


def source_of(project: Project) -> ExportSource:
    return ExportSource(project.name, project.labels, project.key, project.samples())


@pytest.fixture
def source(tmp_path: Path) -> ExportSource:
    with filled(tmp_path / "p") as project:
        return source_of(project)


@pytest.mark.parametrize("format", list(EXPORTERS))
def test_every_format_writes_what_it_planned(source: ExportSource, tmp_path: Path, format: str) -> None:
    exporter = find_exporter(format)
    plan = exporter.plan(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    report = exporter.write(plan, JobContext())
    assert (report.images, report.masks, report.synthetic, report.refused) == (6, 4, 1, 0)
    assert {path.stem for path in (tmp_path / "out" / "images").iterdir()} == {item.name for item in plan.items}
    assert [failure.message.id for failure in report.left_out] == ["sample-rejected"]
    assert report.size_bytes <= plan.size_bytes
    by_id = {sample.id: sample for sample in source.samples}
    for identity, name in report.names.items():
        assert np.array_equal(read_gray(tmp_path / "out" / "images" / f"{name}.png"), read_gray(by_id[identity].image))
    rows = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    assert {row["id"] for row in rows if row["synthetic"]} == {report.names["made"]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "p"]
    json.dumps([plan.record(), report.record()])


@pytest.mark.parametrize("format", list(EXPORTERS))
def test_no_name_of_a_person_leaves(source: ExportSource, tmp_path: Path, format: str) -> None:
    exporter = find_exporter(format)
    exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    for path in (tmp_path / "out").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for name in (b"Smith", b"John", b"Doe", b"Patient", str(tmp_path).encode()):
            assert name not in content, path.name
            assert name.decode() not in path.name


def test_a_synthetic_image_says_so_everywhere(source: ExportSource, tmp_path: Path) -> None:
    from PIL import Image

    exporter = find_exporter("images-masks")
    name = exporter.write(exporter.plan(source, tmp_path / "out"), JobContext()).names["made"]
    assert name.endswith("_synthetic")
    with Image.open(tmp_path / "out" / "images" / f"{name}.png") as image:
        assert "trainedAlgorithmicMedia" in image.info["XML:com.adobe.xmp"]
    row = next(json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()
               if name in line)
    assert (row["split"], row["synthetic"], row["provenance"]["seed"]) == ("train", True, 3)
    assert row["provenance"]["parameters"] == {"guidance": 1.5}
    assert "cd" * 32 in row["provenance"]["parents"]
    assert "1 by syn-test" in (tmp_path / "out" / "README.md").read_text()


def test_index_is_read_by_training_with_the_same_parts(source: ExportSource, tmp_path: Path) -> None:
    exporter = find_exporter("images_masks")
    report = exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    training_set = read_training_set(tmp_path / "out")
    parts = {row.id: part.value for part in Part for row in training_set.part(part)}
    assert parts == {report.names[sample.id]: sample.split for sample in source.samples if sample.id != "bad"}
    held = next(row for row in training_set.rows if row.id == report.names["held"])
    assert (held.mask, held.synthetic) == (None, False)


def test_pseudonyms_are_those_of_the_project(source: ExportSource, tmp_path: Path) -> None:
    plan = find_exporter("coco").plan
    names = [item.name for item in plan(source, tmp_path / "a").items]
    assert names == [item.name for item in plan(source, tmp_path / "b").items]
    assert not set(names) & {item.name for item in plan(replace(source, key=b"other"), tmp_path / "a").items}


def test_a_sample_without_provenance_is_refused(source: ExportSource, tmp_path: Path) -> None:
    nameless = replace(source.samples[-1], provenance=None)
    exporter = find_exporter("images-masks")
    plan = exporter.plan(replace(source, samples=(*source.samples[:-1], nameless)), tmp_path / "out")
    assert "sample-no-provenance" in [failure.message.id for failure in plan.left_out]
    assert plan.refused == 1
    assert exporter.write(plan, JobContext()).exit_code == 1
    forged = replace(plan, target=tmp_path / "two", items=(replace(plan.items[0], sample=nameless),))
    with pytest.raises(ProjectError) as caught:
        exporter.write(forged, JobContext())
    assert caught.value.message.id == "sample-no-provenance"
    assert not (tmp_path / "two").exists()


def test_a_file_that_was_changed_is_left_out(source: ExportSource, tmp_path: Path) -> None:
    source.samples[0].image.write_bytes(source.samples[1].image.read_bytes())
    plan = find_exporter("images-masks").plan(source, tmp_path / "out")
    assert "sample-file-altered" in [failure.message.id for failure in plan.left_out]


def test_nothing_is_overwritten(source: ExportSource, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("keep")
    exporter = find_exporter("images-masks")
    plan = exporter.plan(source, target)
    assert [message.id for message in plan.conflicts] == ["export-target-used"]
    with pytest.raises(ProjectError):
        exporter.write(plan, JobContext())
    assert [path.name for path in target.iterdir()] == ["mine.txt"]
    empty = exporter.plan(replace(source, samples=()), tmp_path / "none")
    assert [message.id for message in empty.conflicts] == ["export-nothing"]


def test_no_room(source: ExportSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    exporter = find_exporter("images-masks")
    with pytest.raises(StorageError) as caught:
        exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    assert caught.value.message.id == "export-no-room"


@pytest.mark.parametrize("format", list(EXPORTERS))
def test_what_is_read_back_must_be_what_was_written(source: ExportSource, tmp_path: Path, format: str,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    from medsynth_gui.io import raster_files

    write = raster_files.write_gray_png
    monkeypatch.setattr(raster_files, "write_gray_png",
                        lambda path, image, text=None: write(path, np.bitwise_xor(image, 1), text))
    exporter = find_exporter(format)
    with pytest.raises(ProjectError) as caught:
        exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    assert caught.value.message.id == "export-differs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p"]


def test_cancelling_leaves_nothing(source: ExportSource, tmp_path: Path) -> None:
    from medsynth_gui.jobs.job import JobCancelled

    calls = iter([False, False, True])
    exporter = find_exporter("coco")
    with pytest.raises(JobCancelled):
        exporter.write(exporter.plan(source, tmp_path / "out"), JobContext(cancelled=lambda: next(calls)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p"]


def test_masks_keep_their_values(source: ExportSource, tmp_path: Path) -> None:
    exporter = find_exporter("images-masks")
    report = exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    assert set(np.unique(read_labels(tmp_path / "out" / "masks" / f"{report.names['made']}.png"))) == {0, 2}


def test_unknown_format() -> None:
    with pytest.raises(UsageError, match="images-masks, coco"):
        find_exporter("yolo9")
