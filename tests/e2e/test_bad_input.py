"""What goes wrong at a terminal: each a sentence with a remedy; nothing is lost, and a batch goes on."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.paths import models
from medsynth_gui.io.dicom.writer import write_series
from medsynth_gui.io.raster_files import read_gray, read_labels, write_gray_png, write_label_png
from tests.builders import disc, ramp
from tests.e2e.command_line import Done, medsynth

COMPUTE = ("--device", "cpu", "--precision", "fp32", "--threads", 1)
SEGMENT = ("segment", "--model", "seg-breast-us", *COMPUTE, "--json")
UPSCALE = ("upscale", "--model", "sr-us", "--factor", 2, *COMPUTE, "--json")


def _sentence(message: str) -> bool:
    """What is wrong, and what to do."""
    return message.count(".") >= 2 and message.endswith(".") and "<" not in message


def _refused(done: Done, code: int, identity: str) -> str:
    """A command that did nothing; its sentence."""
    assert done.code == code, done.out
    error: dict[str, str] = done.record["error"]
    assert error["id"] == identity
    assert _sentence(error["message"])
    return error["message"]


def _huge_png(side: int) -> bytes:
    """A whole black PNG that is small on disk."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks)


def _spoil_dicom(path: Path, **values: Any) -> None:
    import pydicom

    dataset = pydicom.dcmread(path)
    for name, value in values.items():
        setattr(dataset.file_meta if name == "TransferSyntaxUID" else dataset, name, value)
    dataset.save_as(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good images among everything that may be wrong with a file."""
    import tifffile

    folder = tmp_path / "images"
    write_gray_png(folder / "good.png", ramp())
    good = (folder / "good.png").read_bytes()
    for name, data in {"cut.png": good[:-200], "zero.png": b"", "text.png": b"text " * 99, "zero.dcm": b"",
                       "text.dcm": b"text " * 99, "misnamed.jpg": good, "huge.png": _huge_png(20_000),
                       "cut.mp4": b"\0\0\0\x20ftypisom" + bytes(99)}.items():
        (folder / name).write_bytes(data)
    tifffile.imwrite(folder / "nan.tif", np.full((9, 9), np.nan, np.float32))
    for name in ("frameless.dcm", "syntax.dcm", "cut.dcm"):
        write_series(folder / name, ImageSeries.from_array(ramp()), seed=1)
    _spoil_dicom(folder / "frameless.dcm", NumberOfFrames=0)
    _spoil_dicom(folder / "syntax.dcm", TransferSyntaxUID="1.2.3.4.5")
    (folder / "cut.dcm").write_bytes((folder / "cut.dcm").read_bytes()[:-1500])
    (folder / "folder.png").mkdir()
    return folder


@pytest.mark.parametrize("command", [("info", "--json"), SEGMENT])
def test_a_folder_of_broken_files_yields_the_good_ones(command: tuple[Any, ...], tmp_path: Path, folder: Path) -> None:
    out = () if command[0] == "info" else ("--out", tmp_path / "out")
    done = medsynth(*command, *out, folder, folder / "folder.png", tmp_path / "missing.png")
    assert done.code == 1
    assert {Path(one["path"]).name for one in done.record["done"]} == {"good.png", "misnamed.jpg"}
    failed = {Path(one["path"]).name: one["message"] for one in done.record["failed"]}
    assert set(failed) == {"cut.png", "zero.png", "text.png", "zero.dcm", "text.dcm", "huge.png", "cut.mp4", "nan.tif",
                           "frameless.dcm", "syntax.dcm", "cut.dcm", "folder.png", "missing.png"}
    for name, message in failed.items():
        assert _sentence(message) and name in message, message
    if out:
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["good.png", "misnamed.png"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read and write everything")
def test_what_may_not_be_read_or_written_is_told(tmp_path: Path) -> None:
    write_gray_png(tmp_path / "closed.png", ramp())
    write_gray_png(tmp_path / "open.png", ramp())
    (tmp_path / "closed.png").chmod(0)
    (tmp_path / "out").mkdir(mode=0o500)
    done = medsynth(*SEGMENT, tmp_path / "closed.png", tmp_path / "open.png", "--out", tmp_path / "out")
    assert [one["id"] for one in done.record["failed"]] == ["file-unreadable", "not-writable"]


@pytest.mark.parametrize("command", [SEGMENT, UPSCALE], ids=["segment", "upscale"])
def test_a_result_never_replaces_an_input(command: tuple[Any, ...], tmp_path: Path) -> None:
    write_gray_png(tmp_path / "a.png", ramp())
    write_series(tmp_path / "b.dcm", ImageSeries.from_array(ramp()), seed=1)
    write_gray_png(tmp_path / "b.png", ramp())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = medsynth(*command, tmp_path, "--out", tmp_path)
    assert done.code == 1
    assert "output-is-source" in {one["id"] for one in done.record["failed"]}
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_results_of_an_earlier_run_are_no_inputs(tmp_path: Path) -> None:
    write_gray_png(tmp_path / "a.png", ramp())
    for _ in range(2):
        done = medsynth(*SEGMENT, tmp_path, "--out", tmp_path / "labels")
        assert done.code == 0
        assert [Path(one["path"]).name for one in done.record["done"]] == ["a.png"]
    assert [path.name for path in (tmp_path / "labels").rglob("*.png")] == ["a.png"]


def test_a_full_disk_is_told_and_leaves_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_gray_png(tmp_path / "in" / "a.png", ramp())
    write_gray_png(tmp_path / "in" / "b.png", ramp())
    written: list[Path] = []
    whole = Path.write_bytes

    def write(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) > 1:
            whole(path, data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    done = medsynth(*SEGMENT, tmp_path / "in", "--out", tmp_path / "out")
    assert done.code == 1
    assert [(Path(one["path"]).name, one["id"]) for one in done.record["failed"]] == [("b.png", "disk-full")]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory"),
                                   RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")],
                         ids=["numpy", "cpu", "gpu"])
def test_an_image_too_large_for_the_memory_stops_no_batch(error: Exception, tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    from medsynth_gui.engine.segmenter import Segmenter

    whole = Segmenter.segment

    def segment(self: Segmenter, gray: Any, **options: Any) -> Any:
        if gray.shape[0] > 60:
            raise error
        return whole(self, gray, **options)

    monkeypatch.setattr(Segmenter, "segment", segment)
    write_gray_png(tmp_path / "in" / "large.png", ramp(80, 64))
    write_gray_png(tmp_path / "in" / "small.png", ramp())
    done = medsynth(*SEGMENT, tmp_path / "in", "--out", tmp_path / "out")
    assert done.code == 1
    assert [one["id"] for one in done.record["failed"]] == ["out-of-memory"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small.png"]


@pytest.mark.parametrize(("change", "identity"), [("missing", "weights-missing"), ("altered", "weights-altered"),
                                                  ("no card", "model-missing"), ("no task", "card-unreadable"),
                                                  ("network", "weights-misfit")])
def test_a_model_that_is_not_whole_is_told(change: str, identity: str, tmp_path: Path) -> None:
    write_gray_png(tmp_path / "a.png", ramp())
    model = Path(shutil.copytree(models() / "seg-breast-us", tmp_path / "model"))
    card, weights = model / "card.toml", model / "weights.safetensors"
    text = card.read_text(encoding="utf-8")
    if change == "missing":
        weights.unlink()
    elif change == "altered":
        weights.write_bytes(weights.read_bytes()[:-1] + b"\0\0")
    elif change == "no card":
        card.unlink()
    else:
        card.write_text(text.replace("\ntask =", "\nkind =") if change == "no task"
                        else text.replace("classes = 2", "classes = 3"), encoding="utf-8")
    done = medsynth("segment", tmp_path / "a.png", "--model", model, "--out", tmp_path / "out", *COMPUTE, "--json")
    _refused(done, 1, identity)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("options", "code", "identity"), [
    (("--seed", -1), 2, "usage"), (("--seed", "x"), 2, "usage"), (("--count", 0), 2, "usage"),
    (("--class", "poem"), 2, "class-unknown"), (("--size", 9999), 2, "number-out-of-range"),
    (("--masks", "FILE"), 1, "folder-expected"), (("--masks", "missing"), 1, "file-missing"),
    (("--model", "seg-breast-us"), 1, "model-wrong-task"), (("--model", "nobody"), 1, "model-missing"),
])
def test_an_impossible_request_to_a_generator_is_told(options: tuple[Any, ...], code: int, identity: str,
                                                      tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(b"x")
    wanted = {"--model": "syn-breast-us", "--seed": 1, "--count": 1, "--out": tmp_path / "out"}
    wanted |= {options[0]: tmp_path / "mask.png" if options[1] == "FILE" else options[1]}
    done = medsynth("synthesize", *(word for pair in wanted.items() for word in pair), *COMPUTE, "--json")
    _refused(done, code, identity)
    assert not (tmp_path / "out").exists()


def test_masks_that_cannot_be_used_are_left_out(tmp_path: Path) -> None:
    mask = disc(48, 64, center=(24, 32), radius=9.0)
    write_label_png(tmp_path / "masks" / "a.png", mask)
    write_label_png(tmp_path / "masks" / "b.png", mask * np.uint8(9))
    (tmp_path / "masks" / "c.png").write_bytes(b"")
    done = medsynth("synthesize", "--model", "syn-breast-us", "--masks", tmp_path / "masks", "--count", 1, "--seed", 1,
                    "--steps", 1, "--out", tmp_path / "out", *COMPUTE, "--json")
    assert done.code == 1
    assert [one["id"] for one in done.record["failed"]] == ["mask-label-unknown", "image-damaged"]
    assert len(read_labels(tmp_path / "out" / done.record["done"][0]["mask"])) > 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")
def test_a_killed_batch_leaves_whole_files_only(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "medsynth_gui.cli.main", "simulate", "--phantom", "breast-lesion", "--count",
               "100000", "--size", "64", "--seed", "1", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while len(list(tmp_path.glob("out/masks/*.png"))) < 5:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    for path in tmp_path.glob("out/*/[!.]*.png"):
        assert read_gray(path).shape == (64, 64)


def test_no_path_goes_into_what_is_made(tmp_path: Path) -> None:
    import pydicom

    patient = tmp_path / "Mustermann Erika"
    series = ImageSeries.from_array(ramp(), spacing=PixelSpacing(0.2, 0.1, "test"))
    write_series(patient / "a.dcm", series, patient_id="4711", seed=1)
    write_gray_png(patient / "b.png", ramp())
    done = medsynth(*UPSCALE, patient, "--out", tmp_path / "out")
    assert done.code == 0
    for path in (tmp_path / "out").iterdir():
        assert not any(word in path.read_bytes() for word in (b"Mustermann", b"4711"))
    large = pydicom.dcmread(tmp_path / "out" / "a.dcm")
    assert large.SyntheticData == "YES"
    assert "BurnedInAnnotation" not in large  # nobody looked whether the source had any
    region = large.SequenceOfUltrasoundRegions[0]
    assert (region.PhysicalDeltaX, region.PhysicalDeltaY) == pytest.approx((0.005, 0.01))


def test_a_training_without_its_data_or_without_a_run_to_resume_is_refused(tmp_path: Path) -> None:
    train = ("train", "--recipe", "seg-breast-us", "--data", tmp_path / "nosuch", "--out", tmp_path / "out", *COMPUTE,
             "--json")
    assert "nosuch does not exist" in _refused(medsynth(*train), 1, "file-missing")
    assert str(tmp_path / "out") in _refused(medsynth(*train, "--resume"), 2, "resume-nothing")
    assert not (tmp_path / "out").exists()
