"""The table of transfer syntaxes: each row decodes, equals a reference, or names what is missing."""

from __future__ import annotations

import io
import runpy
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import JPEGBaseline8Bit

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.dicom import syntaxes
from medsynth_gui.io.dicom.codecs import partial_to_rgb
from medsynth_gui.io.dicom.colour import components_as_they_are
from medsynth_gui.io.dicom.header import read_header
from medsynth_gui.io.dicom.jpeg_exact import decode_exact
from medsynth_gui.io.dicom.reader import open_dicom
from tests.builders import ramp, shared_data
from tests.contracts.commands import ROOT
from tests.unit.io.dicom.files import dataset, encapsulated, opened

_TARGET = ROOT / "resources" / "help" / "transfer_syntaxes.md"
GRAY = np.stack([ramp(), ramp()[::-1], 255 - ramp()])
COLOR = np.stack([GRAY, GRAY[:, ::-1], GRAY[:, :, ::-1]], axis=3)
DEEP = GRAY.astype(np.uint16) * 16
KINDS = {"8": GRAY, "rgb": COLOR, "16": DEEP, "signed": DEEP.astype(np.int16) - 1024}
_LOSSLESS = {"57": gdcm.TransferSyntax.JPEGLosslessProcess14, "70": gdcm.TransferSyntax.JPEGLosslessProcess14_1,
             "80": gdcm.TransferSyntax.JPEGLSLossless, "90": gdcm.TransferSyntax.JPEG2000Lossless}


def _transcoded(source: Path, target: Path, syntax: int) -> Path:
    """The file in another transfer syntax, by GDCM."""
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(source))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return target


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", _LOSSLESS)
def test_lossless_syntaxes_of_another_encoder_come_back(tmp_path: Path, number: str, kind: str) -> None:
    frames = KINDS[kind]
    opened(tmp_path / "plain.dcm", dataset(frames))
    series = open_dicom(_transcoded(tmp_path / "plain.dcm", tmp_path / "a.dcm", _LOSSLESS[number]))[0].series[0]
    assert read_header(tmp_path / "a.dcm").syntax.endswith(f"4.{number}")
    assert series.frame_count == 3
    assert all(np.array_equal(series.frame(k), frames[k]) for k in range(3))


@pytest.mark.parametrize("frames", KINDS.values(), ids=KINDS)
def test_frames_in_items_that_are_plain_or_deflated(tmp_path: Path, frames: np.ndarray) -> None:
    plain, deflated = "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"
    series = [opened(tmp_path / "a.dcm", encapsulated(dataset(frames), [frame.tobytes() for frame in frames], plain))]
    packed = [zlib.compress(frame.tobytes(), wbits=-zlib.MAX_WBITS) for frame in frames]
    opened(tmp_path / "b.dcm", encapsulated(dataset(frames), packed, plain))
    # pydicom does not write the newer one.
    data = (tmp_path / "b.dcm").read_bytes().replace(plain.encode(), deflated.encode() + b"\0")
    (tmp_path / "b.dcm").write_bytes(data)
    series += open_dicom(tmp_path / "b.dcm")[0].series
    assert all(np.array_equal(one.frame(k), frames[k]) for one in series for k in range(3))


@pytest.mark.parametrize("size", [(64, 80), (47, 61)])
@pytest.mark.parametrize("sampling", [0, 1, 2], ids=["444", "422", "420"])
def test_baseline_equals_gdcm_to_the_bit(size: tuple[int, int], sampling: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    for pixels in (noise, noise[..., 0]):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=85, subsampling=sampling)
        ours = components_as_they_are(file.getvalue()) if pixels.ndim == 3 else decode_exact(file.getvalue(), gray=True)
        theirs, _ = get_decoder(JPEGBaseline8Bit).as_array(
            encapsulate([file.getvalue()], has_bot=False), index=0, raw=True, decoding_plugin="gdcm", rows=size[0],
            columns=size[1], samples_per_pixel=pixels.ndim // 3 * 2 + 1, number_of_frames=1, bits_allocated=8,
            bits_stored=8, pixel_keyword="PixelData", pixel_representation=0, planar_configuration=0,
            photometric_interpretation="YBR_FULL_422" if pixels.ndim == 3 else "MONOCHROME2")
        assert np.array_equal(ours, theirs)
        # The conversion of libjpeg, which all of these programs share.
        reference = np.asarray(Image.open(io.BytesIO(file.getvalue())))
        assert np.array_equal(decode_exact(file.getvalue(), gray=pixels.ndim == 2), reference)


def test_every_real_baseline_file_equals_pillow() -> None:
    count = 0
    for path in sorted(shared_data("raw", "dicom_testfiles").rglob("*")):
        data = path.read_bytes() if path.is_file() and path.stat().st_size < 1 << 22 else b""
        start = data.find(b"\xff\xd8\xff")
        if JPEGBaseline8Bit.encode() not in data[128:2000] or start < 0 or read_header(path).syntax != JPEGBaseline8Bit:
            continue
        with Image.open(io.BytesIO(data[start:])) as image:
            gray = image.mode == "L"
            assert np.array_equal(decode_exact(data[start:], gray=gray), np.asarray(image)), path.name
        count += 1
    assert count >= 8


def test_partial_range_colours() -> None:
    black, white, red = [16, 128, 128], [235, 128, 128], [81, 90, 240]
    rgb = partial_to_rgb(np.array([[black, white, red]], np.uint8))[0]
    assert rgb[:2].tolist() == [[0, 0, 0], [255, 255, 255]]
    assert np.abs(rgb[2].astype(int) - [255, 0, 0]).max() <= 2


def test_uncompressed_partial_422(tmp_path: Path) -> None:
    pairs = np.tile(np.array([16, 235, 128, 128], np.uint8), (3, 48, 32, 1))
    made = dataset(COLOR, PhotometricInterpretation="YBR_PARTIAL_422", PixelData=pairs.tobytes())
    assert opened(tmp_path / "a.dcm", made).frame(0)[5, :4, 1].tolist() == [0, 255, 0, 255]


def test_eight_bits_in_words_of_big_endian(tmp_path: Path) -> None:
    made = dataset(GRAY[:1, :47, :60], syntax=syntaxes.BIG_ENDIAN)
    data = GRAY[0, :47, :60].tobytes()
    made.PixelData = np.frombuffer(data, "<u2").byteswap().tobytes()
    made["PixelData"].VR = "OW"
    assert np.array_equal(opened(tmp_path / "a.dcm", made).frame(0), GRAY[0, :47, :60])


def test_the_missing_decoder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = syntaxes.BY_UID["1.2.840.10008.1.2.5"]
    absent = tuple(replace(decoder, module="no_such_module") for decoder in row.decoders)
    monkeypatch.setitem(syntaxes.BY_UID, row.uid, replace(row, decoders=absent))
    made = encapsulated(dataset(GRAY), [b"xxxx"] * 3, row.uid)
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with pytest.raises(InputError) as caught:
        open_dicom(tmp_path / "a.dcm")
    assert caught.value.message.id == "dicom-decoder-missing"
    assert "pip install pylibjpeg-rle" in caught.value.message.english()


@pytest.mark.parametrize("row", [row for row in syntaxes.TABLE if row.decoders], ids=lambda row: row.uid)
def test_every_decoder_of_the_table_is_installed(row: syntaxes.TransferSyntax) -> None:
    assert all(decoder.installed for decoder in row.decoders)


def test_all_that_pydicom_decodes_is_in_the_table() -> None:
    from pydicom.pixels.decoders import base

    assert {str(uid) for uid in base._PIXEL_DATA_DECODERS} <= {row.uid for row in syntaxes.TABLE if row.decoders}


@pytest.fixture
def writer() -> Any:
    """The program that writes the table of the docs."""
    return runpy.run_path(str(ROOT / "packaging" / "transfer_syntaxes.py"))


def test_the_table_in_the_docs_is_the_table_of_the_program(writer: Any) -> None:
    rows = [line.split(" | ") for line in _TARGET.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert [(row[0][2:], row[1].strip("`"), row[2]) for row in rows] == [
        (row.name, row.uid, writer["decoder_cell"](row)) for row in syntaxes.TABLE]


@pytest.mark.slow
def test_the_results_in_the_docs_are_those_of_the_files(writer: Any) -> None:
    assert writer["text"](shared_data("raw")) == _TARGET.read_text(encoding="utf-8")
