"""A trial: equal passes, the same held-out groups, interrupted and resumed, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.engine.training import loop, trial
from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.trial import Trial
from tests.engine.conftest import SEGMENTATION, SYNTHESIS

SIMULATED = SEGMENTATION + '[simulator]\nphantom = "breast-lesion"\ncount = 4\n'


class Killed(BaseException):
    """What a killed process leaves behind: nothing is tidied up."""


class KilledAt(JobContext):
    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def checkpoint(self, done, total=None, message=""):
        if message.startswith(self.words):
            raise Killed


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(trial, "SIZE", 64)
    monkeypatch.setattr(trial, "SIMULATED", 6)
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY_S", 0.0)


@pytest.fixture
def ask(recipe, tiny_set, tmp_path):
    def make(text: str = SEGMENTATION, **options) -> Trial:
        given = {"arms": ("real", "classic"), "seeds": 1, "steps": 3, "out": tmp_path / "trial",
                 "compute": Compute("cpu", "fp32", 1)} | options
        return Trial(str(recipe(text)), (tiny_set,), **given)

    return make


def synthetic_set(folder: Path, parents: list[str]) -> Path:
    """One bright square per parent."""
    mask = np.zeros((48, 48), np.uint8)
    mask[16:32, 16:32] = 1
    for name in parents:
        write_gray_png(folder / "images" / f"s{name}.png", mask * 180 + 20)
        write_label_png(folder / "masks" / f"s{name}.png", mask)
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "group", "class", "synthetic"],
                                      *([f"s{name}", f"s{name}", "a", 1] for name in parents)])
    lines = [json.dumps({"id": f"s{name}", "provenance": {"parents": [f"{name}.png"]}}) for name in parents]
    (folder / "manifest.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def ids(out: Path) -> set[str]:
    """The held-out images that an arm was measured on."""
    return {row["id"] for row in json.loads((out / "runs" / "real-seed1" / "scores.json").read_text())["rows"]}


def without_times(report: dict) -> dict:
    return report | {"arms": [{**row, "seconds": None} for row in report["arms"]]}


def test_arms_take_the_same_passes_and_the_same_images_and_a_killed_trial_ends_alike(ask, tmp_path):
    straight = ask(out=tmp_path / "straight").run(JobContext())
    assert straight["complete"] and straight["passes"] == 24 and straight["base"] == "real"
    assert [row["arm"] for row in straight["arms"]] == ["real", "classic"]
    assert len({row["real_images"] for row in straight["arms"]}) == 1 and len(straight["differences"]) == 1

    with pytest.raises(Killed):
        ask().run(KilledAt("classic-seed1: step 2"))
    out = ask().out
    assert not json.loads((out / "trial.json").read_text())["complete"]
    first = (out / "runs" / "real-seed1" / "scores.json").stat().st_mtime_ns
    told: list[str] = []
    resumed = ask(resume=True).run(JobContext(report=lambda at: told.append(at.message)))
    assert [words[:22] for words in told if ": step" in words] == ["classic-seed1: step 3,"]
    assert (out / "runs" / "real-seed1" / "scores.json").stat().st_mtime_ns == first
    assert without_times(resumed) == without_times(straight)
    assert not (out / "runs" / "classic-seed1" / "checkpoint").exists()


def test_pretraining_happens_once_and_smaller_sets_are_nested(ask):
    report = ask(SIMULATED, arms=("fresh", "pretrained"), real_images=(4, 8)).run(JobContext())
    out = ask().out
    assert [(row["arm"], row["real_images"]) for row in report["arms"]] == [
        ("fresh", 4), ("pretrained", 4), ("fresh", 8), ("pretrained", 8)]
    assert report["pretraining"]["passes"] == 24 and len(list((out / "runs").iterdir())) == 5
    assert [row["asked"] for row in report["differences"]] == [4, 8]


def test_synthetic_images_of_held_out_masks_are_left_out(ask, tmp_path):
    ask().run(JobContext())
    held_out = sorted(ids(ask().out))
    mixed = synthetic_set(tmp_path / "mixed", [held_out[0], "elsewhere", "simulator-3"])
    report = ask(synthetic=mixed, arms=("real", "real+synthetic", "synthetic"), resume=True).run(JobContext())
    assert report["images"]["synthetic"] == 2 and report["images"]["synthetic_left_out"] == 1
    assert {row["arm"]: (row["real_images"] > 0, row["synthetic_images"]) for row in report["arms"]} == {
        "real": (True, 0), "real+synthetic": (True, 2), "synthetic": (False, 2)}
    with pytest.raises(MedSynthError, match="held-out patients"):
        ask(synthetic=synthetic_set(tmp_path / "leak", held_out[:2]), arms=("synthetic",),
            out=tmp_path / "other").run(JobContext())


@pytest.mark.parametrize(("options", "words"), [
    ({"arms": ("real", "reel")}, "cannot be reel"),
    ({"arms": ("real", "synthetic")}, "needs synthetic images"),
    ({"arms": ("fresh", "pretrained")}, "no phantom"),
    ({"steps": 0}, "steps is 0"),
    ({"seeds": 99}, "seeds is 99"),
    ({"real_images": (0,)}, "real images is 0"),
    ({"real_images": (4000,)}, "only"),
    ({"text": SYNTHESIS}, "made for synthesis"),
])
def test_what_cannot_be_tried_is_a_sentence_before_anything_is_trained(ask, options, words):
    request = ask(**options)
    with pytest.raises(MedSynthError, match=words):
        request.run(JobContext())
    assert not (request.out / "runs").exists()


def test_a_folder_of_another_trial_is_refused(ask, tmp_path):
    ask().run(JobContext())
    with pytest.raises(MedSynthError, match="earlier training"):
        ask().run(JobContext())
    with pytest.raises(MedSynthError, match="its steps differ"):
        ask(steps=4, resume=True).run(JobContext())
    with pytest.raises(MedSynthError, match="no arm trains on them"):
        ask(resume=True, synthetic=tmp_path).run(JobContext())


def test_bad_masks_are_named(ask, tiny_set, tmp_path):
    some = next((tiny_set / "masks").glob("*.png"))
    write_label_png(some, np.full((40, 48), 7, np.uint8))
    with pytest.raises(MedSynthError, match=f"{some.name} has the label value 7"):
        ask().run(JobContext())
    for path in (tiny_set / "masks").glob("*.png"):
        write_label_png(path, np.zeros((40, 48), np.uint8))
    with pytest.raises(MedSynthError, match="no held-out image with a label"):
        ask(out=tmp_path / "other").run(JobContext())
