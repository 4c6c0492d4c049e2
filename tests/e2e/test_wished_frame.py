"""Synthetic images in the field of view that a person asks for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.jobs.frames import frame_pictures
from tests.e2e.command_line import medsynth

WITH, WITHOUT = "syn-fetal-head-us", "syn-breast-us"
pytestmark = pytest.mark.skipif(not {WITH, WITHOUT} <= {card.id for card in list_models("synthesis")},
                                reason="these generators are not shipped here")


def made(out: Path, *frame: str) -> dict[str, object]:
    done = medsynth("synthesize", "--model", WITH, "--count", "1", "--seed", "3", "--steps", "1", "--mask-source",
                    "shapes", "--gates", "off", "--device", "cpu", "--threads", "1", "--out", out, *frame)
    assert done.code == 0, done.err
    return json.loads((out / "manifest.jsonl").read_text(encoding="utf-8"))


def test_a_frame_is_asked_for_by_its_number_and_stands_in_the_manifest(tmp_path: Path) -> None:
    plain, whole, first = (made(tmp_path / name, *wish) for name, wish in (
        ("plain", ()), ("whole", ("--frame", "whole")), ("first", ("--frame", "0"))))
    assert "frame" not in plain["provenance"]["parameters"]
    assert [one["provenance"]["parameters"]["frame"] for one in (whole, first)] == ["whole", "0"]
    assert "frame" not in json.loads((tmp_path / "plain" / "request.json").read_text())
    black = [float((read_gray(tmp_path / name / one["image"]) == 0).mean())
             for name, one in (("whole", whole), ("first", first))]
    card = next(card for card in list_models("synthesis") if card.id == WITH)
    outside = float(np.mean(frame_pictures(card)[0] < 128))
    assert black[0] < black[1] and abs(black[1] - outside) < 0.2


def test_a_plan_is_filled_in_the_frame_that_stands_in_it_unless_another_is_asked_for(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("frame = 1\n[[cells]]\nsize = 'medium'\ntarget = 1\n", encoding="utf-8")
    for name, wish, frame in (("plan", (), "1"), ("asked", ("--frame", "whole"), "whole")):
        done = medsynth("synthesize", "--model", WITH, "--plan", plan, "--seed", "3", "--steps", "1", "--gates", "off",
                        "--device", "cpu", "--threads", "1", "--out", tmp_path / name, "--json", *wish)
        assert done.code == 0, done.err
        line = json.loads((tmp_path / name / "manifest.jsonl").read_text(encoding="utf-8"))
        assert line["provenance"]["parameters"]["frame"] == frame == json.loads(done.out)["frame"]


@pytest.mark.parametrize(("model", "frame", "words"), [(WITH, "4711", "has no frame 4711"),
                                                       (WITH, "left", "has no frame left"),
                                                       (WITHOUT, "0", "no frames to choose from")])
def test_a_frame_that_is_not_there_gets_a_sentence(tmp_path: Path, model: str, frame: str, words: str) -> None:
    done = medsynth("synthesize", "--model", model, "--count", "1", "--seed", "1", "--frame", frame, "--out",
                    str(tmp_path / "out"))
    assert done.code == 2 and words in done.err and not (tmp_path / "out").exists()
