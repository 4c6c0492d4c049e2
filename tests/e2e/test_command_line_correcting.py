"""A person at a terminal corrects a mask by clicks and carries it through a cine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.io.raster_files import read_labels, write_gray_png, write_label_png
from medsynth_gui.jobs.catalogue import list_models
from tests.builders import disc
from tests.e2e.command_line import medsynth

COMPUTE = ("--device", "cpu", "--precision", "fp32", "--threads", 1)


@pytest.fixture
def cine(tmp_path: Path) -> Path:
    """A disc that moves two pixels a frame over speckle that moves with it, with the mask of frame 3."""
    rng = np.random.default_rng(0)
    grain = rng.rayleigh(1.0, (96, 160))
    for frame in range(8):
        truth = disc(96, 160, center=(48, 60 + 2 * frame), radius=18)
        image = np.where(truth, 60, 130) * np.roll(grain, 2 * frame, 1)
        write_gray_png(tmp_path / "cine" / f"{frame:02d}.png", np.clip(image, 0, 255).astype(np.uint8), None)
        write_label_png(tmp_path / "truth" / f"{frame:04d}.png", truth)
    return tmp_path / "cine"


def test_a_mask_is_carried_through_a_folder_of_frames(tmp_path: Path, cine: Path) -> None:
    done = medsynth("propagate", cine, "--mask", tmp_path / "truth" / "0003.png", "--frame", 3,
                    "--out", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    assert [row["frame"] for row in done.record["frames"]] == list(range(8)) and not done.record["drifted"]
    for frame in (0, 7):
        found, truth = (read_labels(tmp_path / name / f"{frame:04d}.png") for name in ("out", "truth"))
        assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.9


def test_a_person_reads_a_summary_of_what_was_carried(tmp_path: Path, cine: Path) -> None:
    done = medsynth("propagate", cine, "--mask", tmp_path / "truth" / "0003.png", "--frame", 3,
                    "--out", tmp_path / "out")
    assert done.code == 0 and len(done.out.splitlines()) < 10, done.out
    assert "count: 8" in done.out and "mean confidence: " in done.out and str(tmp_path / "out") in done.out


def test_what_cannot_be_carried_is_said(tmp_path: Path, cine: Path) -> None:
    small, empty = tmp_path / "small.png", tmp_path / "empty.png"
    write_label_png(empty, np.zeros((96, 160), np.uint8))
    write_label_png(small, disc(10, 10, center=(5, 5), radius=2))
    truth = tmp_path / "truth" / "0000.png"
    for arguments, word in (((cine, "--mask", small, "--frame", 0), "pixels"),
                            ((cine, "--mask", empty, "--frame", 0), "nothing to carry"),
                            ((cine, "--mask", truth, "--frame", 99), "frame 99"),
                            ((cine / "00.png", "--mask", truth, "--frame", 0), "one frame")):
        done = medsynth("propagate", *arguments, "--out", tmp_path / "out")
        assert done.code in (1, 2) and word in done.err
    assert not (tmp_path / "out").exists()


def test_clicks_make_a_mask(tmp_path: Path, cine: Path) -> None:
    if not list_models("refinement"):
        pytest.skip("the interactive model is not shipped here")
    click, no = np.zeros((2, 96, 160), np.uint8)
    click[48, 60], no[5, 5] = 1, 1
    write_label_png(tmp_path / "click.png", click)
    write_label_png(tmp_path / "no.png", no)
    out = tmp_path / "mask.png"
    done = medsynth("refine", cine / "00.png", "--positive", tmp_path / "click.png", "--negative", tmp_path / "no.png",
                    "--box", "40,28,80,68", "--out", out, *COMPUTE, "--json")
    assert done.code == 0, done.err
    labels = read_labels(out)
    assert labels.shape == (96, 160) and labels[48, 60] == 1 and labels[5, 5] == 0


def test_prompts_that_say_nothing_are_refused(tmp_path: Path, cine: Path) -> None:
    outside = tmp_path / "truth" / "0000.png"
    for option in ((), ("--box", "1,2,3"), ("--box", "500,500,600,600"), ("--negative", outside)):
        done = medsynth("refine", cine / "00.png", *option, "--out", tmp_path / "mask.png")
        assert done.code in (1, 2) and done.err.strip() and not (tmp_path / "mask.png").exists()
