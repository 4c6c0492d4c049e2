"""Images come into a project with their masks, under the labels that were chosen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.dataset.grouping import count_groups, suggest_grouping
from medsynth_gui.dataset.label_mapping import LabelMapping, parse_targets, suggested
from medsynth_gui.dataset.mask_import import MaskChoices
from medsynth_gui.dataset.project import Project
from medsynth_gui.io.masks.imported import Target
from medsynth_gui.io.masks.recognise import recognise
from medsynth_gui.io.raster_files import read_labels, write_gray_png, write_label_png
from medsynth_gui.jobs.import_masks import ImportMasks, LoadMask, PreviewMasks, RecogniseMasks
from medsynth_gui.jobs.job import JobCancelled, JobContext
from medsynth_gui.jobs.project import CreateProject, ImportIntoProject
from tests.builders import ramp
from tests.unit.io.masks import files
from tests.unit.io.masks.files import BOX, truth

LESION = LabelSet.named("lesion")


def folder(tmp_path: Path) -> Path:
    """Two images with masks (one of them broken), one without, and a cut file of annotations."""
    for number, name in enumerate(("benign/p1_a", "benign/p1_b", "malignant/p2_a", "malignant/p3_a")):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        write_gray_png(tmp_path / "set" / f"{name}.png", ramp() + np.uint8(number))
    for name in ("benign/p1_a", "malignant/p2_a"):
        write_label_png(tmp_path / "set" / f"{name}_mask.png", truth())
    (tmp_path / "set" / "benign" / "p1_b_mask.png").write_bytes(b"\x89PNG\r\n\x1a\ncut")
    (tmp_path / "set" / "all.json").write_text('{"images": [')
    return tmp_path / "set"


def project(tmp_path: Path, *labels: str) -> Path:
    CreateProject(tmp_path / "project", labels=labels).run(JobContext())
    return tmp_path / "project"


def test_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    source, made = folder(tmp_path), project(tmp_path, "lesion")
    report = ImportIntoProject(made, (source,)).run(JobContext())
    assert {one["id"]: (one["group"], one["class"], one["labels"]) for one in report.done} == {
        "p1_a": ("p1", "benign", [1, 2]), "p2_a": ("p2", "malignant", [1, 2]), "p3_a": ("p3", "malignant", [])}
    assert sorted(failure.message.id for failure in report.failed) == ["annotations-damaged", "image-damaged"]
    assert report.exit_code == 1
    with Project.open(made, writable=False) as opened:
        assert [(label.value, label.name) for label in opened.labels] == [(1, "lesion"), (2, "label 2")]
        assert np.array_equal(read_labels(opened.sample("p1_a").mask or Path()), truth())
        assert opened.sample("p3_a").mask is None
        assert opened.sample("p1_a").mask_provenance.producer == "file"
    again = ImportIntoProject(made, (source,)).run(JobContext())
    assert (len(again.done), again.ran["known"]) == (0, 3)


def test_masks_off_and_masks_later(tmp_path: Path) -> None:
    files.image(tmp_path / "set")
    made = project(tmp_path, "lesion")
    assert ImportIntoProject(made, (tmp_path / "set",), masks=False).run(JobContext()).done[0]["labels"] == []
    write_label_png(tmp_path / "set" / "case_mask.png", truth())
    report = ImportIntoProject(made, (tmp_path / "set",)).run(JobContext())
    assert [(one["id"], one["labels"]) for one in report.done] == [("case", [1, 2])]


def test_chosen_labels_and_layers(tmp_path: Path) -> None:
    files.image(tmp_path / "set")
    outline = [value for point in BOX for value in point]
    files.coco(tmp_path / "set" / "a.json", [{"category_id": 1, "segmentation": [outline]},
                                             {"category_id": 2, "segmentation": [outline]}])
    made = project(tmp_path, "lesion")
    report = ImportIntoProject(made, (tmp_path / "set",), labels=("nerve=lesion", "vessel=7:artery")).run(JobContext())
    assert [(one["id"], one["group"], one["labels"]) for one in report.done] == [
        ("case", "case", [1]), ("case-layer-2", "case", [7])]
    assert [note["count"] for note in report.ran["masks"]["notes"]] == [1]
    with Project.open(made, writable=False) as opened:
        assert {label.value: label.name for label in opened.labels} == {1: "lesion", 7: "artery"}


def test_targets() -> None:
    assert suggested(["1"], LabelSet.named("head")) == {"1": Target(1, "head")}
    assert suggested(["#ff0000"], LabelSet.named("head")) == {"#ff0000": Target(1, "head")}
    assert suggested(["cyst"], LESION) == {"cyst": Target(2, "cyst")}
    assert suggested(["Lesion", "2"], LESION) == {"Lesion": Target(1, "lesion"), "2": Target(2, "label 2")}
    # A label set's own number gives way to what the project calls by it.
    assert LabelMapping(LESION, {"1": Target(1, "head")}).targets == {"1": Target(2, "head")}
    full = LabelMapping(LabelSet.named(*map(str, range(1000, 1255))))
    assert full.target("one more") is None
    assert parse_targets(["1=lesion", "2=", "x=3:cyst"], LESION) == {
        "1": Target(1, "lesion"), "2": Target(0, ""), "x": Target(3, "cyst")}
    for text in ("1", "=x", "1=0:x", "1=300:x", "1=2:"):
        with pytest.raises(UsageError):
            parse_targets([text], LESION)


def test_groups(tmp_path: Path) -> None:
    for name in ("patient_59_L1", "patient_59_R2", "patient_60_L1", "patient_8_L1"):
        files.image(tmp_path / "a", name)
    plan = recognise([tmp_path / "a"])
    assert suggest_grouping(plan) == "name"
    assert [len(count_groups(plan, how)) for how in ("name", "folder", "image")] == [3, 1, 4]
    assert count_groups(plan, "name", r"patient_\d+_([LR])") == {"L": 3, "R": 1}
    for part in ("x", "y"):
        files.image(tmp_path / "b" / part, "1")
    assert len(count_groups(recognise([tmp_path / "b"]), "image")) == 2


def test_preview_shows_what_would_be_imported(tmp_path: Path) -> None:
    plan = RecogniseMasks((folder(tmp_path),)).run(JobContext()).plan
    previews = PreviewMasks(plan, MaskChoices(targets={"1": Target(1, "lesion"), "2": Target(0, "")}), LESION,
                            count=6).run(JobContext())
    assert [preview.name for preview in previews] == ["p1_a.png", "p1_b.png", "p2_a.png"]
    assert previews[1].problem is not None
    assert np.array_equal(previews[0].labels, truth() == 1)


def test_looking_and_importing_can_be_cancelled(tmp_path: Path) -> None:
    source, made = folder(tmp_path), project(tmp_path)
    stopped = JobContext(cancelled=lambda: True)
    plan = recognise([source])
    for job in (RecogniseMasks((source,)), ImportMasks(made, plan, MaskChoices()), PreviewMasks(plan, MaskChoices(),
                                                                                              LESION)):
        with pytest.raises(JobCancelled):
            job.run(stopped)


def test_a_mask_for_an_open_series(tmp_path: Path) -> None:
    path = files.image(tmp_path)
    series = ImageSeries.from_array(np.stack([ramp()] * 3), title="clip")
    write_label_png(tmp_path / "mask.png", truth())
    loaded = LoadMask((tmp_path / "mask.png",), series, LESION, frame=2).run(JobContext())
    assert list(loaded.masks) == [2]
    assert np.array_equal(loaded.masks[2], truth())
    assert loaded.names == {1: "lesion", 2: "label 2"}
    for name, value in (("one", 1), ("two", 2)):
        write_label_png(tmp_path / f"{name}.png", (truth() == value).astype(np.uint8))
    both = LoadMask((tmp_path / "one.png", tmp_path / "two.png"), series, LESION).run(JobContext())
    assert np.array_equal(both.masks[0], truth() > 0)
    from medsynth_gui.io.readers import open_file

    still = open_file(path)[0].series[0]
    document = {"images": [{"id": 1, "file_name": "case.png"}, {"id": 2, "file_name": "b.png"}],
                "categories": [{"id": 5, "name": "lesion"}],
                "annotations": [{"image_id": 1, "category_id": 5,
                                 "segmentation": [[value for point in BOX for value in point]]}]}
    files.text(tmp_path / "a.json", json.dumps(document))
    assert np.array_equal(LoadMask((tmp_path / "a.json",), still, LESION).run(JobContext()).masks[0], truth() == 1)
