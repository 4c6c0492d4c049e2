"""Filling a plan: enough accepted images of each kind, whatever stops it in between."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from medsynth_gui.core.errors import InputError, StorageError, UsageError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.dataset.plan import Cell, Plan, Stratum
from medsynth_gui.dataset.project import Project
from medsynth_gui.io import atomic
from medsynth_gui.jobs import fill_run
from medsynth_gui.jobs.fill_plan import FillPlan
from medsynth_gui.jobs.fill_report import CellProgress, FillProgress
from medsynth_gui.jobs.fill_state import FindFills, GiveUpFill
from medsynth_gui.jobs.job import JobCancelled, JobContext, Progress
from tests.contracts.commands import ROOT
from tests.unit.dataset.builders import small_project
from tests.unit.jobs.fill_maker import PLAN, TinyMaker, job_in


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill_run, "ImageMaker", TinyMaker)
    TinyMaker.made = 0


def files(folder: Path) -> dict[str, bytes]:
    """Every file that must be the same for the same seed."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name not in ("report.json", "project.lock")}


def stop_after(images: int) -> JobContext:
    """A context in which somebody stops the job after so many images."""
    return JobContext(cancelled=lambda: TinyMaker.made >= images)


def test_a_folder_is_filled_until_enough_are_accepted_and_says_what_was_rejected(tmp_path: Path) -> None:
    seen: list[FillProgress] = []
    report = job_in(tmp_path / "out", "out").run(JobContext(publish=seen.append))
    assert [(row.wanted, row.accepted, row.made, row.rejected) for row in report.cells] == [
        (5, 5, 7, {"faithful": 2}), (3, 3, 4, {"faithful": 1})]
    with (tmp_path / "out" / "index.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 8 == len(list((tmp_path / "out" / "images").iterdir()))
    rejected = [json.loads(line) for line in (tmp_path / "out" / "rejected" / "manifest.jsonl").open()]
    assert [record["rejected_by"] for record in rejected] == ["faithful"] * 3
    assert len(list((tmp_path / "out" / "rejected" / "images").iterdir())) == 3
    told = (tmp_path / "out" / "report.md").read_text()
    assert "benign/small | 5 | 5 | 7 | mask not found again 2" in told
    line = next(line for line in told.splitlines() if rejected[0]["id"] in line)
    assert "judge does not find the mask in it: Dice 0.1, at least 0.5." in line and "case-7 (0.41)" in line
    # Rows grow together, so that a fill that is stopped is balanced.
    open_rows = [progress.cells for progress in seen if all(row.open for row in progress.cells)]
    assert max(abs(one.made / one.wanted - other.made / other.wanted) for one, other in open_rows) <= 1 / 3
    assert seen[-1].left_s == 0


def test_stopped_and_gone_on_with_gives_the_same_bytes(tmp_path: Path) -> None:
    job_in(tmp_path / "whole", "out").run(JobContext())
    for images in (3, 5):
        with pytest.raises(JobCancelled):
            job_in(tmp_path / "parts", "out").run(stop_after(TinyMaker.made + images))
    report = json.loads((tmp_path / "parts" / "report.json").read_text())
    assert report["state"] == "stopped"
    assert report["accepted"] == len((tmp_path / "parts" / "manifest.jsonl").read_text().splitlines())
    job_in(tmp_path / "parts", "out").run(JobContext())
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    made = TinyMaker.made
    assert job_in(tmp_path / "parts", "out").run(JobContext()).record()["accepted"] == 8
    assert TinyMaker.made == made


@pytest.mark.parametrize("kind", ["out", "project"])
def test_a_killed_fill_goes_on_where_it_was(tmp_path: Path, kind: str) -> None:
    for name in ("killed", "whole"):
        if kind == "project":
            small_project(tmp_path / name).close()
    place = tmp_path / "killed"
    program = [sys.executable, "-m", "tests.unit.jobs.fill_maker", str(place), kind]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begins\n"
        while child.poll() is None and sum(len(path.read_bytes().splitlines()) for path in
                                           place.rglob("manifest.jsonl")) < 4:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    assert len(list(place.rglob("report.json"))) == 0
    if kind == "project":
        found, = FindFills(place).run(JobContext())
        assert found.asked == 8 and 0 < found.accepted < 8 and found.job.plan == PLAN
        report = found.job.run(JobContext())
        assert FindFills(place).run(JobContext()) == ()
    else:
        report = job_in(place, kind).run(JobContext())
    assert [row.accepted for row in report.cells] == [5, 3]
    assert job_in(tmp_path / "whole", kind).run(JobContext()).cells == report.cells
    manifests = [next(path.rglob("request.json")).with_name("manifest.jsonl") for path in (place, tmp_path / "whole")]
    assert manifests[0].read_bytes() == manifests[1].read_bytes()
    if kind == "project":
        with Project.open(place, writable=False) as project:
            assert sum(sample.synthetic for sample in project.samples()) == 8
            assert project.check().sound and not project.check().orphans


FRAMED = "syn-fetal-head-us"


def framed(place: Path, kind: str, plan: Plan, **more: object) -> FillPlan:
    return replace(job_in(place, kind, replace(plan, cells=(Cell(Stratum(size="small"), target=5),)), **more),
                   model=FRAMED)


def told(root: Path, name: str) -> dict[str, object]:
    return json.loads((root / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["out", "project"])
def test_a_stopped_fill_goes_on_with_the_frame_of_its_plan(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "p"
    if kind == "project":
        small_project(place).close()
    job = framed(place, kind, PLAN.with_frame("2", FRAMED))
    with pytest.raises(JobCancelled):
        job.run(stop_after(2))
    found = FindFills(place).run(JobContext())[0].job if kind == "project" else job
    assert found.wished_frame == "2" and found.request(found.checked()) == job.request(job.checked())
    root = found.run(JobContext()).root
    assert [told(root, name)["frame"] for name in ("request.json", "report.json")] == ["2", "2"]
    assert "seed 7, frame 2; done" in (root / "report.md").read_text()


def test_without_a_wish_nothing_is_said_of_frames_and_what_was_begun_before_plans_had_any_goes_on(
        tmp_path: Path) -> None:
    root = framed(tmp_path / "plain", "out", PLAN).run(JobContext()).root
    assert not any("frame" in told(root, name) for name in ("request.json", "report.json"))
    assert "frame" not in (root / "report.md").read_text()
    small_project(tmp_path / "p").close()
    before, after = (framed(tmp_path / "p", "project", plan, frame=frame)
                     for plan, frame in ((PLAN, "2"), (PLAN.with_frame("2", FRAMED), None)))
    assert before.request(before.checked()) == after.request(after.checked())


def test_a_frame_that_is_named_beats_the_plan_and_that_of_another_generator_is_refused(tmp_path: Path) -> None:
    plan = PLAN.with_frame("2", "syn-lungs-cxr")
    with pytest.raises(UsageError, match="one of syn-lungs-cxr, not of syn-fetal-head-us"):
        framed(tmp_path / "a", "out", plan).run(JobContext())
    with pytest.raises(UsageError, match="has no frame 4711"):
        framed(tmp_path / "a", "out", PLAN.with_frame("4711", FRAMED)).run(JobContext())
    root = framed(tmp_path / "b", "out", plan, frame="seed").run(JobContext()).root
    assert "frame" not in told(root, "request.json")


def test_accepted_images_are_samples_with_class_mask_and_origin(tmp_path: Path) -> None:
    small_project(tmp_path / "p").close()
    report = job_in(tmp_path / "p", "project").run(JobContext())
    with Project.open(tmp_path / "p", writable=False) as project:
        made = [sample for sample in project.samples() if sample.synthetic]
        assert len(made) == 8
        assert {sample.class_name for sample in made} == {"benign", "malignant"}
        assert all(sample.mask and sample.provenance.seed == 7 and sample.split == "train" for sample in made)
    # The next fill with this seed makes other images, not the same again.
    further = replace(PLAN, cells=(replace(PLAN.cells[0], synthetic=5, target=11),))
    again = job_in(tmp_path / "p", "project", further).run(JobContext())
    assert again.root != report.root and again.cells[0].accepted == 2
    with Project.open(tmp_path / "p", writable=False) as project:
        assert sum(sample.synthetic for sample in project.samples()) == 10


def test_labels_keep_their_names_in_a_project_of_other_labels(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project.set_labels(LabelSet.named("head"))
    job_in(tmp_path / "p", "project").run(JobContext())
    with Project.open(tmp_path / "p", writable=False) as project:
        assert [(label.value, label.name) for label in project.labels] == [(1, "head"), (2, "lesion")]
        assert {sample.label_values for sample in project.samples() if sample.synthetic} == {(2,)}


def test_rows_that_cannot_be_filled_are_named_and_the_others_are_filled(tmp_path: Path) -> None:
    plan = Plan((Cell(Stratum("benign", size="medium"), target=3), Cell(Stratum("normal"), target=2),
                 Cell(Stratum("cyst"), target=2), Cell(Stratum("benign"), target=2)))
    report = job_in(tmp_path / "out", "out", plan).run(JobContext())
    assert report.exit_code == 1
    assert {one["path"]: one["id"] for one in report.record()["failed"]} == {
        "benign/medium": "plan-size-unreachable", "normal": "plan-hopeless", "cyst": "class-unknown"}
    assert [row.accepted for row in report.cells] == [0, 0, 0, 2]
    assert report.cells[1].made == 12
    with pytest.raises(UsageError, match="knows no class cyst"):
        job_in(tmp_path / "none", "out", Plan(plan.cells[2:3])).run(JobContext())
    with pytest.raises(UsageError, match="Nothing is missing"):
        job_in(tmp_path / "none", "out", Plan((Cell(Stratum("benign"), 5, 0, 5),))).run(JobContext())
    assert not (tmp_path / "none").exists()


def test_a_row_is_given_up_when_too_few_are_accepted() -> None:
    row = CellProgress(Stratum("benign"), wanted=3)
    for number in range(40):
        row = row.after("" if number % 20 == 0 else "copy", patience=6) if row.open else row
    assert row.made == 12 + 6 * 3 and row.accepted == 2
    assert row.problem is not None and "stopped: copies a real image" in row.problem.english()


def test_a_full_disk_stops_it_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = atomic.write_bytes

    def full(path: Path, data: bytes) -> None:
        if len(list((tmp_path / "out").rglob("*.png"))) >= 7:
            raise StorageError("disk-full", path=path)
        whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr("medsynth_gui.io.raster_files.write_bytes", full)
        with pytest.raises(StorageError, match="disk is full"):
            job_in(tmp_path / "out", "out").run(JobContext())
    report = job_in(tmp_path / "out", "out").run(JobContext())
    assert [row.accepted for row in report.cells] == [5, 3]


def test_more_than_the_disk_holds_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    plan = Plan((Cell(Stratum("benign"), target=1_000_000),))
    with pytest.raises(StorageError, match=r"1,000,000 images need about [\d,.]+ GB"):
        job_in(tmp_path / "out", "out", plan, size=2048).run(JobContext())
    assert not (tmp_path / "out").exists()


def test_a_folder_of_another_request_is_refused(tmp_path: Path) -> None:
    job_in(tmp_path / "out", "out").run(JobContext())
    with pytest.raises(UsageError, match="another seed"):
        replace(job_in(tmp_path / "out", "out"), seed=8).run(JobContext())
    with pytest.raises(UsageError, match="already holds other files"):
        job_in(tmp_path, "out").run(JobContext())
    with (tmp_path / "out" / "manifest.jsonl").open("ab") as stream:
        stream.write(b'{"cut')
    assert job_in(tmp_path / "out", "out").run(JobContext()).record()["accepted"] == 8
    (tmp_path / "out" / "manifest.jsonl").write_text("nonsense\n")
    with pytest.raises(InputError, match="cannot be continued"):
        job_in(tmp_path / "out", "out").run(JobContext())


def test_a_limit_bounds_the_whole_and_a_fill_may_be_given_up(tmp_path: Path) -> None:
    small_project(tmp_path / "p").close()
    job = FillPlan(PLAN, "syn-breast-us", 7, project=tmp_path / "p", limit=3)
    assert job.run(JobContext()).record()["accepted"] == 3
    with pytest.raises(JobCancelled):
        job_in(tmp_path / "p", "project").run(stop_after(TinyMaker.made + 2))
    found, = FindFills(tmp_path / "p").run(JobContext())
    GiveUpFill(found.root).run(JobContext())
    assert FindFills(tmp_path / "p").run(JobContext()) == ()


def test_what_a_job_tells_and_what_it_publishes_are_the_same_figures(tmp_path: Path) -> None:
    """The job tray shows the one, the card of the planner the other."""
    both: list[Progress | FillProgress] = []
    with pytest.raises(JobCancelled):
        job_in(tmp_path / "out", "out").run(JobContext(both.append, lambda: TinyMaker.made >= 4, both.append))
    job_in(tmp_path / "out", "out").run(JobContext(both.append, publish=both.append))
    shown = [one for one in both if isinstance(one, FillProgress)]
    for before, after in pairwise(both):
        if isinstance(before, FillProgress) and isinstance(after, Progress) and after.total:
            assert (int(after.done), after.total, after.left_s) == (before.accepted, before.asked, before.left_s)
    assert {one.asked for one in shown} == {8} and shown[-1].accepted == 8
