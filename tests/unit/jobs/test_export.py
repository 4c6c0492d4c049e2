from __future__ import annotations

from pathlib import Path

import pytest

from medsynth_gui.core.errors import ProjectError, UsageError
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.query import Query
from medsynth_gui.jobs.export import ExportProject, PlanExport
from medsynth_gui.jobs.job import JobContext
from tests.unit.dataset.builders import small_project


def test_plan_and_export_of_what_a_query_asks_for_while_the_project_is_open(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project.set_class("scan-0", "malignant")
        query = Query(class_name="benign")
        plan = PlanExport(tmp_path / "p", "coco", tmp_path / "out", query).run(JobContext())
        assert plan.record()["images"] == 2
        report = ExportProject(tmp_path / "p", "coco", tmp_path / "out", query).run(JobContext())
    assert report.record()["images"] == 2
    assert report.exit_code == 0
    assert set(report.names) == {"scan-1", "scan-2"}


def test_exporting_leaves_the_project_as_it_was(tmp_path: Path) -> None:
    small_project(tmp_path / "p").close()
    before = {path: path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file()}
    ExportProject(tmp_path / "p", "images-masks", tmp_path / "out").run(JobContext())
    assert {path: path.read_bytes() for path in before} == before


def test_requests_that_make_no_sense(tmp_path: Path) -> None:
    Project.create(tmp_path / "p").close()
    with pytest.raises(ProjectError) as caught:
        ExportProject(tmp_path / "p", "coco", tmp_path / "out").run(JobContext())
    assert caught.value.message.id == "export-nothing"
    with pytest.raises(UsageError):
        PlanExport(tmp_path / "p", "paper", tmp_path / "out").run(JobContext())
    with pytest.raises(ProjectError, match="not a project"):
        PlanExport(tmp_path / "q", "coco", tmp_path / "out").run(JobContext())
