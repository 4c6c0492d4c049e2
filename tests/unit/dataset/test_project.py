from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, ProjectError, StorageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset import files
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.query import Query
from medsynth_gui.dataset.split import Part
from medsynth_gui.io.raster_files import read_gray, read_labels, read_provenance
from tests.builders import disc, ramp
from tests.unit.dataset.builders import GENERATED, SCANNED, SIMULATED, group_in, small_project


def test_what_is_added_is_there_after_opening_again(tmp_path: Path) -> None:
    spacing = PixelSpacing(0.1, 0.2, "UltrasoundRegion")
    mask = disc(48, 64, center=(20, 20), radius=5) * np.uint8(2)
    with small_project(tmp_path / "p", samples=0) as project:
        added = project.add_image(ramp(), SIMULATED, title="Scan 1.png", group="Ann", class_name="benign",
                                  spacing=spacing, mask=mask)
    with Project.open(tmp_path / "p") as project:
        assert project.samples() == (added,)
        assert project.name == "p"
        assert [label.name for label in project.labels] == ["lesion", "cyst"]
    assert (added.id, added.group, added.provenance, added.label_values) == ("Scan-1-png", "Ann", SIMULATED, (2,))
    assert added.spacing == spacing
    assert added.mask is not None
    assert np.array_equal(read_labels(added.mask), mask)
    assert np.array_equal(read_gray(added.image), ramp())


def test_synthetic_files_say_so(tmp_path: Path) -> None:
    from PIL import Image

    with small_project(tmp_path / "p") as project:
        added = project.add_image(ramp(), SIMULATED, id="sim")
        with Image.open(added.image) as image:
            assert read_provenance(image.info) == SIMULATED


def test_frames_of_a_series(tmp_path: Path) -> None:
    cine = ImageSeries.from_array(np.stack([ramp(), 255 - ramp()]), title="clip", provenance=SIMULATED)
    with small_project(tmp_path / "p", samples=0) as project:
        sample = project.add_frame(cine, 1, group="g")
        assert sample.id == "clip-0001"
        assert np.array_equal(read_gray(sample.image), 255 - ramp())


def test_names_are_free_and_plain(tmp_path: Path) -> None:
    with small_project(tmp_path / "p", samples=0) as project:
        ids = [project.add_image(ramp() + np.uint8(n), SCANNED, id=name).id
               for n, name in enumerate(("a/b", "a b", "A-B", "..", "é"))]
    assert ids == ["a-b", "a-b-2", "A-B-3", "image", "image-2"]


def test_the_same_image_twice(tmp_path: Path) -> None:
    with small_project(tmp_path / "p", samples=0) as project:
        project.add_image(ramp(), SCANNED, id="a", group="g")
        with pytest.raises(ProjectError) as caught:
            project.add_image(ramp(), SCANNED, id="a", group="g")
        assert caught.value.message.id == "sample-known"
        # The same pixels under another name join the group, or a split would part them.
        assert project.add_image(ramp(), SCANNED, id="other", group="h").group == "g"
        assert project.check().orphans == ()


def test_a_new_mask_replaces_the_old_file(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        before = project.sample("scan-0")
        after = project.set_mask("scan-0", disc(48, 64, center=(30, 30), radius=4) * np.uint8(7))
        assert after.review.state is ReviewState.IN_PROGRESS
        assert after.label_values == (7,)
        assert project.labels.find(7) is not None
        assert before.mask is not None
        assert not before.mask.exists()
        again = project.set_mask("scan-0", read_labels(after.mask or Path()))
        assert again.mask == after.mask
        assert project.check().sound
        assert project.check().orphans == ()


def test_masks_of_another_size_leave_nothing(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        with pytest.raises(ProjectError, match="64 x 48"):
            project.set_mask("scan-0", np.zeros((5, 5), np.uint8))
        with pytest.raises(ProjectError):
            project.add_image(ramp(9, 9), SCANNED, id="new", mask=np.zeros((5, 5), np.uint8))
        with pytest.raises(InputError):
            project.add_image(np.zeros((5, 5, 3), np.uint8), SCANNED, id="new")
        assert len(project.samples()) == 3
        assert project.check().orphans == ()


def test_review_class_query_and_removal(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        assert project.set_review("scan-1", Review(ReviewState.APPROVED, "Eve")).review.at
        project.set_class("scan-2", "malignant")
        project.add_image(ramp() + np.uint8(9), SIMULATED, id="sim", mask=np.full((48, 64), 2, np.uint8))
        found = {name: [sample.id for sample in project.samples(query)] for name, query in {
            "approved": Query(review=ReviewState.APPROVED), "class": Query(class_name="malignant"),
            "synthetic": Query(synthetic=True), "label": Query(label=2), "text": Query(text="SCAN 1"),
            "both": Query(label=1, class_name="benign"), "none": Query(text="scan", synthetic=True)}.items()}
        assert found == {"approved": ["scan-1"], "class": ["scan-2"], "synthetic": ["sim"], "label": ["sim"],
                         "text": ["scan-1"], "both": ["scan-0", "scan-1"], "none": []}
        project.remove("scan-1")
        assert project.check().orphans == ()
        with pytest.raises(ProjectError, match="no sample scan-1"):
            project.sample("scan-1")


def test_parts_follow_groups_and_parents(tmp_path: Path) -> None:
    train, test = group_in(Part.TRAIN), group_in(Part.TEST)
    with small_project(tmp_path / "p", samples=0) as project:
        trained = project.add_image(ramp(), SCANNED, id="trained", group=train)
        held = project.add_image(ramp() + np.uint8(1), SCANNED, id="held out", group=test)
        origins = [((), test + "x"), ((trained.id,), ""), ((held.id,), ""), ((held.image_sha256,), ""),
                   (("/scans/held out.png",), ""), ((), test)]
        made = [project.add_image(ramp() + np.uint8(5 + n), replace(GENERATED, parents=parents), group=group,
                                  id=f"m{n}") for n, (parents, group) in enumerate(origins)]
        child = project.add_image(ramp() + np.uint8(50), replace(GENERATED, parents=("m2",)), id="child")
        assert (trained.split, held.split) == ("train", "test")
        assert [sample.split for sample in (*made, child)] == ["train", "train", "", "", "", "", ""]
        before = project.samples()
        assert project.split() == before


def test_a_synthetic_image_follows_the_patients_of_its_generator(tmp_path: Path) -> None:
    """A generator that was trained on a patient who is set aside here gives no training image."""
    train, test = group_in(Part.TRAIN), group_in(Part.TEST)
    with small_project(tmp_path / "p", samples=0) as project:
        project.add_image(ramp(), SCANNED, id="trained", group=train)
        project.add_image(ramp() + np.uint8(1), SCANNED, id="held out", group=test)
        leaky = replace(GENERATED, model_sha256="cd" * 32)
        project.note_generator(GENERATED.model_sha256, {"p": [train], "elsewhere": [test]})
        project.note_generator("cd" * 32, {"p": [train]})
        project.note_generator("cd" * 32, {"p": [test]})
        added = [project.add_image(ramp() + np.uint8(5 + n), origin, id=f"m{n}")
                 for n, origin in enumerate((GENERATED, leaky))]
        assert [sample.split for sample in added] == ["train", ""]
        assert project.split() == project.samples()
    with Project.open(tmp_path / "p") as project:
        assert project.generators["cd" * 32] == {("p", train), ("p", test)}
        assert project.sample("m1").split == ""


def test_another_program_is_kept_out(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project, Project.open(tmp_path / "p") as shared:
        shared.set_class("scan-0", "seen by both")
        assert project.sample("scan-0").class_name == "seen by both"
        code = ("import sys; from pathlib import Path; from medsynth_gui.dataset.project import Project\n"
                "from medsynth_gui.core.errors import ProjectError\n"
                "reader = Project.open(Path(sys.argv[1]), writable=False); print(len(reader.samples()))\n"
                "try: Project.open(Path(sys.argv[1]))\nexcept ProjectError as error: print(error.message.id)")
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "p")], capture_output=True, text=True,
                              check=True)
        assert done.stdout.split() == ["3", "project-locked"]
    Project.open(tmp_path / "p").close()


def test_reading_only_changes_nothing(tmp_path: Path) -> None:
    small_project(tmp_path / "p").close()
    with Project.open(tmp_path / "p", writable=False) as project, pytest.raises(ProjectError, match="reading only"):
        project.remove("scan-0")


def test_what_is_no_project_is_said(tmp_path: Path) -> None:
    def refused(folder: Path, *, make: bool = False) -> str:
        with pytest.raises(ProjectError) as caught:
            Project.create(folder) if make else Project.open(folder)
        return caught.value.message.id

    assert refused(tmp_path / "none") == "project-missing"
    small_project(tmp_path / "p").close()
    assert refused(tmp_path / "p", make=True) == "project-exists"
    connection = sqlite3.connect(tmp_path / "p" / "project.sqlite")
    with connection:
        connection.execute("UPDATE facts SET value = '99' WHERE name = 'format'")
    connection.close()
    assert refused(tmp_path / "p") == "project-newer"
    (tmp_path / "p" / "project.sqlite").write_bytes(b"SQLite format 3\0" + b"rubbish" * 400)
    assert refused(tmp_path / "p") == "project-damaged"


def test_a_full_disk_leaves_no_half_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_project(tmp_path / "p") as project:
        def full(*_: object) -> None:
            raise StorageError("disk-full", path="masks")

        monkeypatch.setattr(files, "write_mask", full)
        with pytest.raises(StorageError):
            project.add_image(ramp() + np.uint8(7), SCANNED, id="new", mask=ramp())
        assert len(project.samples()) == 3
        assert project.check().orphans == ()


def test_a_full_database_is_a_sentence(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project._store._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StorageError) as caught:
            project.set_class("scan-0", "x" * 10**6)
        assert project.sample("scan-0").class_name == "benign"
        assert caught.value.message.id == "disk-full"


def test_check_names_what_was_changed_outside(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project.sample("scan-0").image.write_bytes(b"other")
        (project.sample("scan-1").mask or Path()).unlink()
        stray = tmp_path / "p" / "images" / "stray.png"
        stray.write_bytes(b"x")
        found = project.check()
        assert [problem.id for problem in found.problems] == ["sample-file-altered", "file-missing"]
        assert found.orphans == (stray,)
        assert project.clean() == (stray,)
        assert not stray.exists()


def test_a_sample_without_provenance_is_found(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project._store._connection.execute("UPDATE samples SET provenance = '{\"odd\": 1}' WHERE id = 'scan-0'")
        assert [problem.id for problem in project.check().problems] == ["sample-no-provenance"]


WRITER = """
import sys
from pathlib import Path
import numpy as np
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.project import Project

project = Project.open(Path(sys.argv[1]))
random = np.random.default_rng(int(sys.argv[2]))
print("ready", flush=True)
for number in range(100_000):
    image = random.integers(0, 256, (48, 64), np.uint8)
    sample = project.add_image(image, Provenance(synthetic=False, producer="scanner"), id=f"{sys.argv[2]}-{number}",
                               mask=(image > 200).astype(np.uint8))
    project.set_mask(sample.id, (image > 100).astype(np.uint8))
    print(sample.id, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kills with SIGKILL")
def test_killed_while_writing_loses_nothing_that_was_said_done(tmp_path: Path) -> None:
    small_project(tmp_path / "p", samples=0).close()
    told: set[str] = set()
    for run in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "p"), str(run)],
                                  stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for _ in range(3):
            told.add(writer.stdout.readline().strip())
        time.sleep(0.013 * run)
        writer.send_signal(signal.SIGKILL)
        told |= {line.strip() for line in writer.stdout.read().splitlines() if line.strip()}
        writer.wait()
        writer.stdout.close()
        with Project.open(tmp_path / "p") as project:
            assert project.check().sound
            assert told <= {sample.id for sample in project.samples()}
            project.clean()
            assert project.check().orphans == ()


def test_provenance_survives_the_way_through_the_database(tmp_path: Path) -> None:
    told = Provenance(synthetic=True, producer="m", model_sha256="f" * 64, seed=1, parents=("a", "b"),
                      parameters={"steps": 8, "sizes": [1, 2], "deep": {"x": None}})
    with small_project(tmp_path / "p", samples=0) as project:
        assert project.sample(project.add_image(ramp(), told).id).provenance == told


def test_a_frame_that_gates_turned_down_is_refused_unless_a_person_overruled_them(tmp_path):
    def series(gate: str, **more: object) -> ImageSeries:
        said = {"gate": gate, "passed": False, "reason": "It has an artefact."}
        found = Provenance(synthetic=True, producer="syn", parameters={"gates": [said], **more})
        return ImageSeries.from_array(ramp(), title=gate + str(len(more)), provenance=found)

    with Project.create(tmp_path / "study") as project:
        for refused in (series("artefact"), series("copy", gates_overruled=True)):
            with pytest.raises(ProjectError, match="turned down: It has an artefact"):
                project.add_frame(refused)
        assert project.add_frame(series("artefact", gates_overruled=True)).synthetic and len(project.samples()) == 1
