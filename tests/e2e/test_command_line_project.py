"""A person at a terminal: makes a project, fills it with simulated pairs, splits, exports and checks it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.command_line import medsynth


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with six simulated pairs."""
    simulated = tmp_path / "simulated"
    assert medsynth("simulate", "--phantom", "breast-lesion", "--count", 6, "--size", 64, "--seed", 3,
                    "--out", simulated).code == 0
    assert medsynth("project", "create", tmp_path / "project", "--label", "lesion").code == 0
    imported = medsynth("project", "import", tmp_path / "project", simulated, "--json")
    assert imported.code == 0
    assert len(imported.record["done"]) == 6
    return tmp_path / "project"


def test_from_simulation_to_dataset(tmp_path: Path, project: Path) -> None:
    assert medsynth("project", "split", project, "--json").code == 0
    plan = medsynth("project", "export", project, "--format", "images-masks", "--out", tmp_path / "dataset",
                    "--dry-run", "--json")
    assert plan.code == 0
    assert plan.record["images"] == 6
    assert not (tmp_path / "dataset").exists()
    for name in ("images-masks", "coco"):
        exported = medsynth("project", "export", project, "--format", name, "--out", tmp_path / name, "--json")
        assert exported.code == 0, exported.err
        assert exported.record["images"] == exported.record["synthetic"] == 6
    with (tmp_path / "images-masks" / "index.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 6
    assert all("synthetic" in row["id"] for row in rows)
    assert (tmp_path / "coco" / "annotations").is_dir()


def test_importing_twice_adds_nothing(tmp_path: Path, project: Path) -> None:
    again = medsynth("project", "import", project, tmp_path / "simulated", "--json")
    assert again.code == 0
    assert again.record["known"] == again.record["samples"] == 6


def test_a_check_finds_a_file_that_was_changed(project: Path) -> None:
    assert medsynth("project", "check", project, "--json").record["sound"]
    image = next((project / "images").iterdir())
    image.write_bytes(image.read_bytes() + b"x")
    checked = medsynth("project", "check", project, "--json")
    assert checked.code == 1
    assert [failure["id"] for failure in checked.record["failed"]] == ["sample-file-altered"]


@pytest.mark.parametrize(("arguments", "code", "message"), [
    (("check", "nowhere"), 1, "project-missing"),
    (("export", "PROJECT", "--format", "clay-tablet", "--out", "new"), 2, "export-format-unknown"),
    (("export", "PROJECT", "--format", "coco", "--out", "PROJECT"), 1, "export-target-used"),
    (("create", "PROJECT"), 1, "project-exists"),
])
def test_mistakes_are_told(project: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = medsynth("project", *(project if word == "PROJECT" else word for word in arguments), "--json")
    assert done.code == code
    assert done.record["error"]["id"] == message
