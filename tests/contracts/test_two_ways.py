"""The window's commands and the command line are the same jobs: one case, both ways, equal bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.cli.main import main
from medsynth_gui.core.errors import ModelError
from medsynth_gui.io.raster_files import provenance_text, read_labels, write_gray_png, write_label_png
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.open_study import OpenPaths
from medsynth_gui.jobs.segment import label_set_of
from medsynth_gui.session import commands, mask_commands, requests
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings

CPU = Compute("cpu", "fp32", 1)
HARDWARE = ["--device", "cpu", "--precision", "fp32", "--threads", "1", "--json"]


def shipped(model: str):
    try:
        return find_model(model)
    except ModelError:
        pytest.skip(f"{model} is not shipped in this checkout")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A simulated breast image with its mask, written by the command line."""
    run("simulate", "--phantom", "breast-lesion", "--count", "1", "--size", "128", "--seed", "4",
        "--out", str(tmp_path / "simulated"), hardware=False)
    return next((tmp_path / "simulated" / "images").glob("*.png"))


@pytest.fixture
def session(tmp_path: Path, image: Path):
    """A session with the image open, as the window has it."""
    session = Session(Settings(tmp_path / "settings.json"), folder=tmp_path / "journal")
    commands.open_studies(session, OpenPaths((image,)).run(JobContext()))
    yield session
    session.close()


def run(*words: str, hardware: bool = True) -> None:
    assert main([*words, *(HARDWARE if hardware else ["--json"])]) == 0


def test_segmenting_in_the_window_and_on_the_command_line(session, image, tmp_path, capsys):
    card = shipped("seg-breast-us")
    run("segment", str(image), "--model", card.id, "--out", str(tmp_path / "cli"))
    layer = requests.segment_job(session, model=card.id, how=CPU).run(JobContext())
    mask_commands.offer_proposal(session, session.current, layer)
    assert mask_commands.accept_proposal(session)
    write_label_png(tmp_path / "window.png", session.document.labels(0), label_set_of(card))
    assert (tmp_path / "window.png").read_bytes() == (tmp_path / "cli" / f"{image.stem}.png").read_bytes()


def test_synthesising_in_the_window_and_on_the_command_line(session, image, tmp_path, capsys):
    card = shipped("syn-breast-us")
    masks = image.parents[1] / "masks"
    run("synthesize", "--model", card.id, "--masks", str(masks), "--class", "benign", "--count", "1", "--seed", "5",
        "--steps", "3", "--out", str(tmp_path / "cli"))
    made, = requests.synthesize_job(session, count=1, seed=5, class_name="benign", steps=3, how=CPU, model=card.id,
                                    masks=(read_labels(masks / image.name),)).run(JobContext())
    written = next((tmp_path / "cli" / "images").glob("*.png"))
    from medsynth_gui.io.raster_files import read_gray

    assert np.array_equal(read_gray(written), made.image)
    record = json.loads((tmp_path / "cli" / "manifest.jsonl").read_text().splitlines()[0])
    assert record["synthetic"] and record["provenance"]["model_sha256"] == card.weights_sha256


def test_upscaling_in_the_window_and_on_the_command_line(session, image, tmp_path, capsys):
    card = shipped("sr-us")
    run("upscale", str(image), "--model", card.id, "--factor", "2", "--out", str(tmp_path / "cli"))
    large = requests.upscale_job(session, model=card.id, how=CPU).run(JobContext())
    write_gray_png(tmp_path / "window.png", np.asarray(large.frame(0)), provenance_text(large.provenance))
    assert (tmp_path / "window.png").read_bytes() == (tmp_path / "cli" / f"{image.stem}.png").read_bytes()
