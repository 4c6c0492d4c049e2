"""A folder of synthetic images: the same bytes twice, also after a kill; what it refuses and says of itself."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from medsynth_gui.core.errors import InputError, Message, StorageError, UsageError
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.split import Part
from medsynth_gui.io.raster_files import write_label_png
from medsynth_gui.jobs import synthesize_files
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.gates import GateResult, Thresholds
from medsynth_gui.jobs.job import JobCancelled, JobContext
from medsynth_gui.jobs.mask_candidates import Candidate
from medsynth_gui.jobs.project import CreateProject, ImportIntoProject
from medsynth_gui.jobs.synthesize_files import SynthesizeFiles, UsableMasks
from tests.builders import disc
from tests.engine.conftest import SYNTHESIS
from tests.unit.dataset.builders import group_in, write_set

CPU = Compute("cpu", "fp32", 1)
COUNT = 6


@pytest.fixture
def request_for(model, tmp_path):
    """A request for six images of three masks, into a folder of this name."""
    for number, name in enumerate("abc"):
        write_label_png(tmp_path / "masks" / f"{name}.png", disc(40, 60, center=(20, 20 + 5 * number), radius=8))
    folder = model(SYNTHESIS)
    return lambda name, **more: SynthesizeFiles(folder, tmp_path / "masks", "a", COUNT, 7, tmp_path / name,
                                                **{"compute": CPU, **more})


class FaintGate:
    """Turns every third image down, as a copy of somebody."""

    warnings: tuple[Message, ...] = ()
    limits = Thresholds(copy=0.9)

    def __init__(self, *_: object) -> None:
        self._seen = 0

    def judge(self, image: np.ndarray, mask: np.ndarray) -> tuple[GateResult, ...]:
        passed = int(image.astype(int).sum()) % 3 != 0
        return (GateResult("copy", passed, 0.5 if passed else 0.95, 0.9, "judge", "patient-3"),)

    def record(self) -> dict[str, object]:
        return {"limits": vars(self.limits)}


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


def test_two_runs_and_a_cancelled_one_that_goes_on_give_the_same_bytes(request_for, tmp_path):
    request_for("one", format="dicom").run(JobContext())
    request_for("two", format="dicom").run(JobContext())
    assert "threads" not in (tmp_path / "one" / "manifest.jsonl").read_text()
    calls = iter([False] * 9 + [True] * 99)
    with pytest.raises(JobCancelled):
        request_for("three", format="dicom").run(JobContext(cancelled=lambda: next(calls)))
    manifest = tmp_path / "three" / "manifest.jsonl"
    with manifest.open("ab") as stream:
        stream.write(b'{"id": "synthetic-7-000')
    assert 0 < manifest.read_bytes().count(b"\n") < COUNT
    report = request_for("three", format="dicom").run(JobContext())
    assert 0 < report.ran["resumed_at"] < COUNT
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "three")


def test_a_longer_run_continues_and_another_request_is_refused(request_for, tmp_path):
    request_for("out").run(JobContext())
    longer = replace(request_for("out"), count=COUNT + 2).run(JobContext())
    assert longer.ran["resumed_at"] == COUNT and len(longer.done) == COUNT + 2
    for change in ({"seed": 8}, {"steps": 1}, {"class_name": "b"}, {"count": 3}, {"gates": "record"}):
        with pytest.raises(UsageError, match="was begun with another"):
            replace(request_for("out"), **change).run(JobContext())
    write_label_png(tmp_path / "masks" / "d.png", disc(40, 60, center=(20, 30), radius=3))
    with pytest.raises(UsageError, match="masks"):
        replace(request_for("out"), count=COUNT + 2).run(JobContext())
    (tmp_path / "full" / "x").mkdir(parents=True)
    with pytest.raises(UsageError, match="already holds"):
        request_for("full").run(JobContext())


def test_every_line_says_all_and_the_folder_describes_itself(request_for, tmp_path, monkeypatch):
    monkeypatch.setattr(synthesize_files, "Gates", FaintGate)
    report = request_for("out", gates="reject", format="dicom").run(JobContext())
    out = tmp_path / "out"
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    down = [json.loads(line) for line in (out / "rejected" / "manifest.jsonl").read_text().splitlines()]
    assert sorted(line["index"] for line in (*lines, *down)) == list(range(COUNT)) and lines and down
    assert report.ran["accepted"] == len(lines) and report.ran["rejected_by"] == {"copy": len(down)}
    generator = json.loads((out / "generator.json").read_text())
    for line in lines:
        told = line["provenance"]
        assert line["generator_sha256"] == hashlib.sha256((out / "generator.json").read_bytes()).hexdigest()
        assert told["model_sha256"] == generator["sha256"] and told["seed"] == 7 and told["app_version"]
        assert {"mask", "mask_sha256", "steps", "guidance", "size", "device", "precision"} <= set(told["parameters"])
        assert told["parents"] == [told["parameters"]["mask"]] and line["digitalSourceType"].startswith("trained")
        assert line["gates"][0]["value"] == 0.5 and "neighbour" not in line["gates"][0]
        image = dcmread(out / line["dicom"])
        assert image[0x0008, 0x001C].value == "YES" and image.PatientID.startswith("SYN-")
        assert image.ImageType[:2] == ["DERIVED", "SECONDARY"] and "SYNTHETIC" in image.SeriesDescription
        equipment = image.ContributingEquipmentSequence[0].PurposeOfReferenceCodeSequence[0]
        assert (equipment.CodeValue, equipment.CodingSchemeDesignator) == ("109100", "DCM")
    reasons = (out / "rejected" / "reasons.csv").read_text()
    assert "patient-3" in reasons and "nearly the training image" in reasons
    sheet = (out / "datasheet.md").read_text()
    assert "Licence: CC0" in sheet and f"{len(lines)} synthetic images" in sheet and "Not for diagnosis" in " ".join(
        sheet.split())
    assert b"trainedAlgorithmicMedia" in (out / "contact_sheet.png").read_bytes()
    assert len((out / "index.csv").read_text().splitlines()) == len(lines) + 1


def test_a_full_disk_is_a_sentence_and_what_is_done_stays(request_for, tmp_path, monkeypatch):
    written = 0

    def full(path: Path, data: bytes) -> None:
        nonlocal written
        written += path.suffix == ".png"
        with path.open("wb") as stream:
            stream.write(data if written <= 7 else data[:10])
        if written > 7:
            raise OSError(ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(StorageError, match="full"):
        request_for("out").run(JobContext())
    monkeypatch.undo()
    assert len((tmp_path / "out" / "manifest.jsonl").read_text().splitlines()) == 3
    assert not list((tmp_path / "out").rglob("*.part*"))
    request_for("out").run(JobContext())
    request_for("other").run(JobContext())
    assert contents(tmp_path / "out") == contents(tmp_path / "other")


def test_a_licence_that_asks_is_accepted_by_name(model, request_for, tmp_path):
    asking = Path(model(SYNTHESIS.replace("CC0", "research use only")))
    job = replace(request_for("out"), model=str(asking))
    with pytest.raises(UsageError, match="--accept-licence"):
        job.run(JobContext())
    replace(job, accept_licence=True, count=1).run(JobContext())
    assert json.loads((tmp_path / "out" / "generator.json").read_text())["licence_accepted"] is True


@pytest.mark.parametrize("part", [Part.TRAIN, Part.TEST])
def test_in_a_project_the_images_follow_the_patients_of_their_generator(request_for, tmp_path, part):
    group, job = group_in(part, "scans"), replace(request_for("out"), count=1)
    (Path(job.model) / "groups.json").write_text(json.dumps({"scans": {"trained": [group], "validated": []}}))
    job.run(JobContext())
    real = write_set(tmp_path / "scans", f"id,group\nx,{group}\n", "x")
    CreateProject(tmp_path / "p").run(JobContext())
    assert ImportIntoProject(tmp_path / "p", (real, tmp_path / "out")).run(JobContext()).exit_code == 0
    with Project.open(tmp_path / "p") as project:
        assert {sample.split for sample in project.samples() if sample.synthetic} == {
            "train" if part is Part.TRAIN else ""}


class Given:
    """Masks of which some cannot be used."""

    failed = ()

    def __init__(self, *problems: str) -> None:
        self._problems, self.count = problems, len(problems)

    def at(self, index: int) -> Candidate:
        problem = self._problems[index % self.count]
        return Candidate(np.zeros((8, 8), np.uint8), f"{index % self.count}.png",
                         problems=(Message(problem, {}),) if problem else ())


def test_masks_that_contradict_the_class_leave_the_cycle_and_are_named():
    masks = UsableMasks(Given("", "mask-empty-for-class", "mask-too-small", "mask-label-unusual"))
    assert [masks.at(index).name for index in range(5)] == ["0.png", "2.png", "0.png", "2.png", "0.png"]
    assert [one.path for one in masks.failed] == ["1.png", "3.png"]
    with pytest.raises(InputError, match="empty"):
        UsableMasks(Given("mask-empty-for-class")).at(0)


def test_a_run_killed_hard_goes_on_where_it_was(request_for, tmp_path):
    program = tmp_path / "run.py"
    job = request_for("killed")
    program.write_text(
        "import time\nfrom pathlib import Path\nfrom medsynth_gui.jobs import synthesis_folder\n"
        "from medsynth_gui.jobs.catalogue import Compute\nfrom medsynth_gui.jobs.job import JobContext\n"
        "from medsynth_gui.jobs.synthesize_files import SynthesizeFiles\n"
        "append = synthesis_folder.append_line\n"
        "synthesis_folder.append_line = lambda *what: (append(*what), time.sleep(0.2))\n"
        f"SynthesizeFiles({job.model!r}, Path({str(job.masks)!r}), 'a', {COUNT}, 7, Path({str(job.out)!r}), "
        "compute=Compute('cpu', 'fp32', 1)).run(JobContext())\n")
    child = subprocess.Popen([sys.executable, program], cwd=Path(__file__).parents[3])
    manifest = job.out / "manifest.jsonl"
    deadline = time.monotonic() + 120
    while not (manifest.is_file() and manifest.read_bytes().count(b"\n") >= 2) and time.monotonic() < deadline:
        assert child.poll() is None
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    report = job.run(JobContext())
    assert 2 <= report.ran["resumed_at"] < COUNT
    request_for("whole").run(JobContext())
    assert contents(job.out) == contents(tmp_path / "whole")
