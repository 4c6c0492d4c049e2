from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.dataset.project import Project
from medsynth_gui.io.raster_files import provenance_text, read_labels, write_gray_png, write_label_png
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.project import CheckProject, CreateProject, ImportIntoProject, SplitProject
from tests.builders import disc, ramp
from tests.unit.dataset.builders import SIMULATED, write_set


def made(tmp_path: Path) -> Path:
    CreateProject(tmp_path / "p", labels=("lesion",)).run(JobContext())
    return tmp_path / "p"


def imported(project: Path, *paths: Path) -> tuple[set[str], list[str], int]:
    """Ids that were added, message ids of what was left out, and how many were known."""
    report = ImportIntoProject(project, paths).run(JobContext())
    return {one["id"] for one in report.done}, [one.message.id for one in report.failed], report.ran["known"]


def test_a_training_set_keeps_its_groups_and_its_name(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "busi", "id,group,class,pixel_size_mm\na,g1,benign,0.2\nb,g2,,\n", "a", "b")
    write_gray_png(folder / "images" / "b.png", 255 - ramp())
    project = made(tmp_path)
    assert imported(project, folder) == ({"a", "b"}, [], 0)
    assert imported(project, folder) == (set(), [], 2)
    with Project.open(project) as opened:
        sample = opened.sample("a")
        assert (sample.group, sample.class_name, sample.source_set) == ("g1", "benign", "busi")
        assert sample.spacing is not None
        assert sample.spacing.y_mm == 0.2
        assert np.array_equal(read_labels(sample.mask or Path()), disc(48, 64, center=(20, 20), radius=6))
        assert not sample.synthetic


def test_what_our_commands_wrote_keeps_its_provenance(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "sim", "id,group,synthetic\nc/0,c,1\nc/1,c,1\n", "c/0", "c/1")
    for name in ("c/0", "c/1"):
        write_gray_png(folder / "images" / f"{name}.png", ramp() + np.uint8(int(name[-1])), provenance_text(SIMULATED))
    project = made(tmp_path)
    ids, failed, _ = imported(project, folder)
    assert (ids, failed) == ({"c-0", "c-1"}, [])
    with Project.open(project) as opened:
        assert all(sample.provenance == SIMULATED and sample.split == "train" for sample in opened.samples())


def test_stripped_files_take_it_from_the_manifest_or_are_refused(tmp_path: Path) -> None:
    import json

    folder = write_set(tmp_path / "sim", "id,group,synthetic\na,a,1\n", "a")
    project = made(tmp_path)
    assert imported(project, folder)[1] == ["sample-no-provenance"]
    record = {"id": "a", "provenance": SIMULATED.record()}
    (folder / "manifest.jsonl").write_text(json.dumps(record) + "\n")
    assert imported(project, folder) == ({"a"}, [], 0)
    (folder / "manifest.jsonl").write_text("{half a li")
    assert imported(project, folder)[1] == ["manifest-unreadable"]


def test_pairs_without_an_index_and_plain_files(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "pairs", "", "a")
    (folder / "index.csv").unlink()
    write_gray_png(tmp_path / "loose" / "scan.png", 255 - ramp())
    (tmp_path / "loose" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    project = made(tmp_path)
    ids, failed, _ = imported(project, folder, tmp_path / "loose", tmp_path / "not there")
    assert ids == {"a", "scan"}
    assert len(failed) == 2
    with Project.open(project) as opened:
        assert opened.sample("a").mask is not None
        assert opened.sample("scan").group == "scan"


def test_a_mask_of_another_size_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", "id,group\na,a\nb,b\n", "a", "b")
    write_gray_png(folder / "images" / "b.png", 255 - ramp())
    write_label_png(folder / "masks" / "a.png", np.zeros((3, 3), np.uint8))
    assert imported(made(tmp_path), folder) == ({"b"}, ["mask-size"], 0)


def test_nothing_to_import(tmp_path: Path) -> None:
    project = made(tmp_path)
    (tmp_path / "empty" / "images").mkdir(parents=True)
    assert imported(project, tmp_path / "empty")[1] == ["import-nothing"]
    with pytest.raises(InputError):
        ImportIntoProject(project, ()).run(JobContext())


def test_split_and_check(tmp_path: Path) -> None:
    names = [f"a{n}" for n in range(6)]
    folder = write_set(tmp_path / "set", "id,group\n" + "".join(f"{name},{name}\n" for name in names), *names)
    for number, name in enumerate(names):
        write_gray_png(folder / "images" / f"{name}.png", ramp() + np.uint8(number))
    project = made(tmp_path)
    imported(project, folder)
    split = SplitProject(project, validation_parts=1).run(JobContext())
    assert set(split["groups"]) <= {"val", "test"}
    with Project.open(project) as opened:
        opened.sample("a0").image.unlink()
    (project / "masks" / "stray.png").write_bytes(b"")
    found = CheckProject(project).run(JobContext())
    assert (found["sound"], found.exit_code, [one["id"] for one in found["failed"]]) == (False, 1, ["file-missing"])
    assert len(found["unnamed_files"]) == 1
    assert CheckProject(project, clean=True).run(JobContext())["removed"] == found["unnamed_files"]
    assert CheckProject(project).run(JobContext())["unnamed_files"] == []
