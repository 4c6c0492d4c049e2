"""Before a training: the split is counted and checked, a project becomes a training set, a recipe is changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.core.toml_text import toml_text
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import read_training_set
from medsynth_gui.io.raster_files import read_labels
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.training_data import CheckSplit, ExportTrainingSet, task_values, trainable
from medsynth_gui.jobs.training_recipe import TrainingPlan, planned, recipe_table
from tests.builders import disc, ramp


def test_a_sound_split_has_no_leak_and_copied_pixels_are_one(tiny_set: Path) -> None:
    facts = CheckSplit((tiny_set,)).run(JobContext())
    assert sum(part.images for part in facts.parts.values()) == 40 and not facts.leaks
    assert facts.parts[Part.TRAIN].classes["a"] + facts.parts[Part.TRAIN].classes["b"] == facts.parts[Part.TRAIN].images
    training_set = read_training_set(tiny_set)
    seen, held = training_set.part(Part.TRAIN)[0], training_set.part(Part.TEST)[0]
    shutil.copyfile(seen.image, held.image)
    facts = CheckSplit((tiny_set,)).run(JobContext())
    assert facts.leaks and set(facts.identical[0]) == {f"tiny/{seen.id}", f"tiny/{held.id}"}


def test_a_group_in_two_parts_is_a_leak(tiny_set: Path) -> None:
    lines = (tiny_set / "index.csv").read_text().splitlines()
    body = [f"{line.split(',')[0]},same,a,{'test' if number % 2 else 'train'}" for number, line in enumerate(lines[1:])]
    (tiny_set / "index.csv").write_text("\n".join([lines[0] + ",split", *body]) + "\n")
    facts = CheckSplit((tiny_set,)).run(JobContext())
    assert facts.shared_groups == ("tiny/same",)


def test_reviewed_samples_of_a_project_become_a_training_set(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    source = Provenance(synthetic=False, producer="test")
    for number in range(6):
        made = project.add_image(np.roll(ramp(), number, 0), source, title=f"case {number}",
                                 group=f"patient {number // 2}", class_name="benign",
                                 mask=disc(48, 64, center=(20, 30), radius=8) if number else None)
        if number > 2:
            project.set_review(made.id, Review(ReviewState.APPROVED, "reader"))
    samples = project.samples()
    project.close()
    assert len(trainable(samples, reviewed=False)) == 5
    chosen = trainable(samples, reviewed=True)
    found = read_training_set(ExportTrainingSet(chosen, tmp_path / "set").run(JobContext()))
    assert [row.group for row in found.rows] == ["patient 1", "patient 2", "patient 2"]
    assert all(row.mask for row in found.rows)
    assert [row.extra["split"] for row in found.rows] == [sample.split for sample in chosen]
    with pytest.raises(UsageError, match="mask"):
        ExportTrainingSet((), tmp_path / "none").run(JobContext())


def test_labels_of_a_project_are_found_by_name_in_the_task(tmp_path: Path) -> None:
    labels = LabelSet.named("lesion", "nerve", "Vessel")
    values = task_values(labels, {1: "nerve", 2: "vessel"})
    assert values == {1: 0, 2: 1, 3: 2}
    assert task_values(labels, {1: "lesion", 2: "nerve", 3: "vessel"}) == {}
    assert task_values(labels, {1: "nerve", 2: "artery"}) == {} and task_values(labels, {}) == {}
    project = Project.create(tmp_path / "p", name="p", labels=labels)
    mask = np.repeat(np.arange(4, dtype=np.uint8), 12)[:, None].repeat(64, 1)
    project.add_image(ramp(), Provenance(synthetic=False, producer="scanner"), id="a", mask=mask)
    samples = project.samples()
    project.close()
    copied = read_training_set(ExportTrainingSet(samples, tmp_path / "set", values).run(JobContext())).rows[0].mask
    assert [int(value) for value in read_labels(copied)[::12, 0]] == [0, 0, 1, 2]


def test_quick_adapt_learns_gently_and_stops_early() -> None:
    recipe = recipe_table("seg-breast-us")
    quick = planned(recipe, TrainingPlan("mine", quick=True))
    assert quick["optimisation"]["rate"] < recipe["optimisation"]["rate"] / 3
    assert quick["optimisation"]["layer_decay"] < 1 and quick["optimisation"]["patience"] > 0 and quick["id"] == "mine"
    assert planned(recipe, TrainingPlan(early_stop=False))["optimisation"]["patience"] == 0
    assert recipe == recipe_table("seg-breast-us")


def test_toml_text_is_read_back() -> None:
    import tomllib

    document = {"a": 'quoted "x" é\n', "b": [1, 2.5, True], "t": {"with space": 1, "in": {"k": "v", "list": ["a"]}}}
    assert tomllib.loads(toml_text(document)) == document
