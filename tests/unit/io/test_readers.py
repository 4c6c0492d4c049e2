"""Opening anything: by content, whole folders, and what is said of the rest."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.dicom.writer import write_series
from medsynth_gui.io.readers import natural_key, open_file, open_path, open_paths
from tests.builders import ramp, shared_data


def _dicom(path: Path, *, study: int = 1) -> None:
    series = ImageSeries.from_array(np.stack([ramp()] * 3), spacing=PixelSpacing(0.1, 0.1, "simulator"))
    write_series(path, series, seed=study)


def _clip(path: Path, container: str) -> None:
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.stack([ramp()] * 3, axis=2), format="rgb24")))
        out.mux(stream.encode())


def test_a_wrong_name_opens_and_is_mentioned(tmp_path: Path) -> None:
    Image.fromarray(ramp()).save(tmp_path / "a.png")
    Image.fromarray(ramp()).save(tmp_path / "b.jpg")
    _dicom(tmp_path / "c.dcm")
    _clip(tmp_path / "d.mp4", "mp4")
    for name, wrong in (("a.png", "a.dcm"), ("b.jpg", "b.png"), ("c.dcm", "c.jpg"), ("d.mp4", "d.tif")):
        (tmp_path / name).rename(tmp_path / wrong)
        series = open_file(tmp_path / wrong)[0].series[0]
        assert series.frame(0).shape[:2] == (48, 64)
        assert series.problems[0].id == "extension-wrong"
    _dicom(tmp_path / "IM000001")
    assert open_file(tmp_path / "IM000001")[0].series[0].problems == ()


def test_a_folder_of_anything(tmp_path: Path) -> None:
    deep = tmp_path / "patient" / "visit"
    deep.mkdir(parents=True)
    for number in (10, 2, 1):
        Image.fromarray(ramp()).save(tmp_path / f"frame{number}.png")
    _dicom(deep / "IM1")
    _clip(deep / "clip.avi", "avi")
    (tmp_path / "notes.txt").write_text("BMP files follow")
    (tmp_path / "index.csv").write_text("id,group\n")
    (tmp_path / ".hidden.png").write_bytes(b"")
    (deep / "empty.png").write_bytes(b"")
    (deep / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")
    studies, failures = open_paths([tmp_path])
    assert [s.title for s in studies[0].series] == ["frame1.png", "frame2.png", "frame10.png"]
    assert {s.title for study in studies for s in study.series} >= {"IM1", "clip.avi"}
    assert [(Path(f.path).name, f.message.id) for f in failures] == [("cut.jpg", "image-damaged"),
                                                                     ("empty.png", "file-empty")]


def test_files_of_one_study_come_together_and_twice_named_once(tmp_path: Path) -> None:
    for name, study in (("a", 1), ("b", 2), ("c", 1)):
        _dicom(tmp_path / name, study=study)
    studies, failures = open_paths([tmp_path / "c", tmp_path, tmp_path / "a"])
    assert not failures
    assert [[s.title for s in study.series] for study in studies] == [["c", "a"], ["b"]]


def test_nothing_to_open_is_told(tmp_path: Path) -> None:
    (tmp_path / "note.png.txt").write_text("x")
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for name, message in (("note.png.txt", "format-unknown"), ("empty.dcm", "file-empty"), ("no", "file-missing"),
                          ("folder", "folder-empty")):
        with pytest.raises(InputError) as caught:
            open_path(tmp_path / name)
        assert caught.value.message.id == message
    with pytest.raises(InputError) as caught:
        open_path(tmp_path)
    assert caught.value.message.id in ("file-empty", "folder-unreadable")


def test_a_photo_in_the_box_of_a_video_is_no_damaged_video(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 100)
    with pytest.raises(MedSynthError) as caught:
        open_file(tmp_path / "a.heic")
    assert caught.value.message.id == "format-unknown"


def test_natural_order() -> None:
    names = ["b", "a10", "a2", "A1", "a2b", "10", "9"]
    assert sorted(names, key=lambda n: natural_key(Path(n))) == ["9", "10", "A1", "a2", "a2b", "a10", "b"]


@pytest.mark.parametrize("name", ["a.dcm", "a.png", "a.jpg", "a.tif", "a.bmp", "a.pgm", "a.gif", "a.mp4", "a.avi"])
@pytest.mark.parametrize("content", [b"Dear colleague, no image here.\n" * 40, b"\0" * 900, bytes(range(256)) * 4, b"x",
                                     b"\0" * 128 + b"DICM", b"BM", b"P5 9", b"\x89PNG\r\n\x1a\n", b"II*\0"])
def test_a_name_alone_makes_no_image(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MedSynthError) as caught:
        open_file(tmp_path / name)[0].series[0].frame(0)
    assert "<" not in caught.value.message.english()


def _damaged(data: bytes, rnd: random.Random) -> bytes:
    """Bits flipped, cut, header bytes set, or a stretch of noise."""
    changed = bytearray(data)
    kind, at = rnd.randrange(4), rnd.randrange(len(data))
    if kind == 0:
        for _ in range(rnd.choice((1, 5, 50))):
            changed[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
    elif kind == 1:
        del changed[at:]
    elif kind == 2:
        for _ in range(rnd.choice((1, 4, 16))):
            changed[rnd.randrange(min(len(data), 1500))] = rnd.choice((0, 255, rnd.randrange(256)))
    else:
        changed[at:at + 64] = rnd.randbytes(len(changed[at:at + 64]))
    return bytes(changed)


def _sources(folder: Path) -> list[Path]:
    gray, color = Image.fromarray(ramp()), Image.fromarray(np.stack([ramp()] * 3, axis=2))
    for suffix in ("png", "jpg", "tif", "bmp", "gif", "pgm", "webp"):
        (color if suffix != "pgm" else gray).save(folder / f"a.{suffix}")
    gray.quantize(9).save(folder / "p.png")
    _dicom(folder / "a.dcm")
    _clip(folder / "a.mp4", "mp4")
    _clip(folder / "a.avi", "avi")
    return sorted(folder.iterdir())


def test_damaged_files_open_or_are_told(tmp_path: Path) -> None:
    rnd, told = random.Random(7), list[str]()
    (tmp_path / "good").mkdir()
    for source in _sources(tmp_path / "good"):
        data = source.read_bytes()
        for number in range(25):
            path = tmp_path / f"{number}{source.name}"
            path.write_bytes(_damaged(data, rnd))
            try:
                for study in open_file(path):
                    for series in study.series:
                        series.gray(0)
                        series.frame(series.frame_count - 1)
            except MedSynthError as error:
                told.append(error.message.english())
            path.unlink()
    assert len(told) > 50
    assert not [sentence for sentence in told if "<" in sentence or len(sentence) > 700]


def test_real_damaged_dicom_opens_or_is_told(tmp_path: Path) -> None:
    rnd, told = random.Random(3), list[str]()
    for name in ("pydicom-data/emri_small_RLE.dcm", "pydicom-data/JLSL_RGB_ILV1.dcm", "pydicom/SC_rgb_jpeg.dcm",
                 "robyoung/VL3_J2KI", "pydicom/JPGExtended.dcm"):
        data = shared_data("raw", "dicom_testfiles", name).read_bytes()
        for _ in range(12):
            (tmp_path / "a.dcm").write_bytes(_damaged(data, rnd))
            try:
                series = open_file(tmp_path / "a.dcm")[0].series[0]
                series.frame(series.frame_count - 1)
            except MedSynthError as error:
                told.append(error.message.english())
    assert not [sentence for sentence in told if len(sentence) > 700]


def test_the_table_loads_no_codec() -> None:
    code = ("import sys, medsynth_gui.io.readers, medsynth_gui.io.raster_files, medsynth_gui.io.atomic, "
            "medsynth_gui.jobs.open_study, medsynth_gui.io.dicom.reader, medsynth_gui.io.video; "
            "print([m for m in ('cv2', 'pydicom', 'av', 'PIL', 'tifffile', 'torch') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
