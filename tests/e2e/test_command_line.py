"""A person at a terminal: asks what there is, makes mistakes, describes and simulates images."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from medsynth_gui import __version__
from medsynth_gui.cli.main import STOPPED
from medsynth_gui.io.raster_files import read_gray, read_labels, write_gray_png
from tests.builders import ramp
from tests.e2e.command_line import medsynth

SIMULATE = ("simulate", "--phantom", "breast-lesion", "--size", 64)


def test_help_lists_the_commands() -> None:
    done = medsynth("--help")
    assert done.code == 0
    for name in ("demo", "info", "segment", "simulate", "synthesize", "upscale", "train", "evaluate", "project"):
        assert name in done.out


def test_the_version_is_told() -> None:
    assert medsynth("--version").out.strip() == f"medsynth {__version__}"


@pytest.mark.parametrize("arguments", [
    ("unknown",), ("info",), ("segment", "a.png", "--out", "o"), ("models", "show"),
    ("upscale", "a.png", "--model", "m", "--out", "o", "--factor", "3"),
    ("segment", "a.png", "--model", "m", "--out", "o", "--device", "abacus"),
    (*SIMULATE, "--seed", "1", "--out", "o", "--count", "0"), ("simulate", "--severity", "4"),
    ("evaluate", "segmentation", "--truth", "t"),
])
def test_wrong_usage_exits_2_with_a_sentence(arguments: tuple[str, ...]) -> None:
    plain, as_json = medsynth(*arguments), medsynth(*arguments, "--json")
    assert plain.code == as_json.code == 2
    assert plain.err
    assert not plain.out
    assert as_json.record["error"]["id"] == "usage"
    assert as_json.record["error"]["message"]


def test_info_tells_what_a_file_is(tmp_path: Path) -> None:
    write_gray_png(tmp_path / "image.png", ramp(48, 64), None)
    done = medsynth("info", tmp_path / "image.png", "--json")
    assert done.code == 0
    described, = done.record["done"]
    assert (described["frames"], described["rows"], described["columns"]) == (1, 48, 64)
    assert "rows: 48" in medsynth("info", tmp_path / "image.png").out


def test_a_batch_goes_on_and_names_what_it_left_out(tmp_path: Path) -> None:
    write_gray_png(tmp_path / "good.png", ramp(), None)
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    (tmp_path / "empty.dcm").touch()
    done = medsynth("info", *(tmp_path / name for name in ("good.png", "bad.png", "empty.dcm", "none")), "--json")
    assert done.code == 1
    assert len(done.record["done"]) == 1
    assert {Path(failure["path"]).name for failure in done.record["failed"]} == {"bad.png", "empty.dcm", "none"}
    assert all(failure["message"] for failure in done.record["failed"])


def test_what_failed_is_on_stderr_as_a_sentence(tmp_path: Path) -> None:
    done = medsynth("info", tmp_path / "none.png")
    assert done.code == 1
    assert "none.png does not exist" in done.err
    assert "none.png" not in done.out


def test_a_simulation_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        done = medsynth(*SIMULATE, "--count", 2, "--seed", seed, "--out", tmp_path / name, "--json")
        assert done.code == 0, done.err
    images = {name: [path.read_bytes() for path in sorted((tmp_path / name / "images").iterdir())] for name in "abc"}
    assert images["a"] == images["b"] != images["c"]
    assert len(images["a"]) == 2
    lines = (tmp_path / "a" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert all(json.loads(line) for line in lines)
    for path in (tmp_path / "a" / "images").iterdir():
        assert read_labels(tmp_path / "a" / "masks" / path.name).shape == read_gray(path).shape == (64, 64)


def test_an_unknown_phantom_is_named_with_the_known_ones(tmp_path: Path) -> None:
    done = medsynth("simulate", "--phantom", "unicorn", "--count", 1, "--size", 64, "--seed", 1,
                    "--out", tmp_path / "o", "--json")
    assert done.code == 2
    assert "breast-lesion" in done.record["error"]["message"]
    assert not (tmp_path / "o").exists()


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    done = medsynth(*SIMULATE, "--count", 1, "--seed", 1, "--out", tmp_path / "file", "--json")
    assert done.code == 1
    assert done.record["error"]["id"] == "not-writable"
    assert (tmp_path / "file").read_text() == "here"


def test_a_mistake_of_ours_is_told_and_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from medsynth_gui.jobs.open_study import DescribePaths

    def broken(self: object, ctx: object) -> None:
        raise ZeroDivisionError("broken on purpose")

    monkeypatch.setattr(DescribePaths, "run", broken)
    done = medsynth("info", tmp_path, "--json")
    assert done.code == 1
    assert done.record["error"]["id"] == "unexpected"
    log = Path(os.environ["MEDSYNTH_HOME"]) / "logs" / "medsynth.log"
    assert "broken on purpose" in log.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent differently there")
def test_ctrl_c_ends_with_a_sentence_and_nothing_half_written(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "medsynth_gui.cli.main", *map(str, SIMULATE), "--count", "100000", "--seed", "1",
               "--out", str(tmp_path / "out")]
    # Where the tests run in the background, the signal is ignored, and children inherit that.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        signal.signal(signal.SIGINT, heard)
        while not list(tmp_path.glob("out/images/*.png")):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == STOPPED
    assert "cancelled" in err
    assert "Traceback" not in out + err
    for path in tmp_path.glob("out/images/*"):
        assert read_gray(path).shape == (64, 64)
