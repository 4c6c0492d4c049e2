"""Colours come out right whatever the tag says, and a person can overrule what was decided."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from pydicom.pixels import convert_color_space, get_encoder
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless, RLELossless

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.dicom.colour_decision import ColourSource
from tests.builders import shared_data
from tests.unit.io.dicom.files import dataset, encapsulated, opened


def _ultrasound() -> np.ndarray:
    """(y, x, 3): speckle on black, as scanners show it, with a colour bar and a colour box."""
    rng = np.random.default_rng(0)
    gray = np.zeros((96, 128), np.uint8)
    gray[8:90, 20:100] = cv2.GaussianBlur(rng.integers(0, 256, (82, 80)).astype(np.float32), (0, 0), 2) * 1.2
    truth = np.repeat(gray[..., None], 3, axis=2)
    truth[8:90, 112:120] = np.linspace((220, 40, 0), (0, 60, 220), 82)[:, None, :]
    truth[30:50, 40:60] = (200, 60, 20)
    return truth


TRUTH = _ultrasound()
YBR = convert_color_space(TRUTH, "RGB", "YBR_FULL")


def _pillow(values: np.ndarray, *, subsampling: int, keep_rgb: bool) -> bytes:
    out = io.BytesIO()
    Image.fromarray(values).save(out, "JPEG", quality=95, subsampling=subsampling, keep_rgb=keep_rgb)
    return out.getvalue()


def _without(data: bytes, marker: int) -> bytes:
    """The stream without its first segment of this kind."""
    at = data.find(bytes((0xFF, marker)))
    return data if at < 0 else data[:at] + data[at + 2 + int.from_bytes(data[at + 2:at + 4], "big"):]


def _bare(values: np.ndarray, subsampling: int = 0) -> bytes:
    """A JPEG without JFIF or Adobe marker whose three components hold `values` as they are."""
    # Pillow stores an RGB image as it is, and names the components; unnamed, nothing tells what they are.
    data = _without(_pillow(values, subsampling=subsampling, keep_rgb=True), 0xEE)
    at = data.find(b"\xff\xc0") + 10
    named = bytearray(data)
    for index, name in enumerate((1, 2, 3)):
        named[at + 3 * index] = name
    scan = data.find(b"\xff\xda") + 5
    for index, name in enumerate((1, 2, 3)):
        named[scan + 2 * index] = name
    return bytes(named)


STREAMS = {
    "JFIF 4:4:4": _pillow(TRUTH, subsampling=0, keep_rgb=False),
    "JFIF 4:2:2": _pillow(TRUTH, subsampling=1, keep_rgb=False),
    "JFIF 4:2:0": _pillow(TRUTH, subsampling=2, keep_rgb=False),
    "RGB by name": _pillow(TRUTH, subsampling=0, keep_rgb=True),
    "bare 4:2:2": _without(_pillow(TRUTH, subsampling=1, keep_rgb=False), 0xE0),
    "bare YCbCr": _bare(YBR),
    "bare RGB": _bare(TRUTH),
}


def _off(series: ImageSeries) -> float:
    return float(np.abs(series.frame(0).astype(int) - TRUTH).mean())


@pytest.mark.parametrize("tag", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize("stream", STREAMS)
def test_jpeg_whatever_the_tag_says(tmp_path: Path, stream: str, tag: str) -> None:
    made = dataset(TRUTH[None], PhotometricInterpretation=tag)
    series = opened(tmp_path / "a.dcm", encapsulated(made, [STREAMS[stream]], JPEGBaseline8Bit))
    assert _off(series) < 3
    is_rgb = "RGB" in stream
    told = [problem.english() for problem in series.problems if problem.id == "colour-differs"]
    assert bool(told) == (is_rgb != (tag == "RGB"))
    told_in_details = dict(series.details)["colour"]
    assert told_in_details.startswith("RGB" if is_rgb else "YCbCr")
    assert ("halved colour" in told_in_details) == (stream == "bare 4:2:2")


def _encoded(values: np.ndarray, syntax: str, *, transform: bool = False) -> bytes:
    """One lossless frame of three samples, by default stored as they are."""
    if syntax == JPEGLSLossless:
        return _jpeg_ls(values)
    encoded: bytes = get_encoder(syntax).encode(
        np.ascontiguousarray(values), rows=96, columns=128, samples_per_pixel=3, bits_allocated=8, bits_stored=8,
        pixel_representation=0, number_of_frames=1, planar_configuration=0, encoding_plugin="pylibjpeg",
        photometric_interpretation="YBR_RCT" if transform else "RGB",
        **({"use_mct": transform} if syntax == JPEG2000Lossless else {}))
    return encoded


def _jpeg_ls(values: np.ndarray) -> bytes:
    import av

    encoder = av.CodecContext.create("jpegls", "w")
    encoder.width, encoder.height, encoder.pix_fmt = values.shape[1], values.shape[0], "rgb24"
    packets = encoder.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(values), "rgb24")) + encoder.encode(None)
    return b"".join(bytes(packet) for packet in packets)


@pytest.mark.parametrize("tag", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("values", [TRUTH, YBR], ids=["holds RGB", "holds YCbCr"])
@pytest.mark.parametrize("syntax", ["", RLELossless, JPEG2000Lossless, JPEGLSLossless],
                         ids=["native", "RLE", "JPEG 2000", "JPEG-LS"])
def test_lossless_whatever_the_tag_says(tmp_path: Path, syntax: str, values: np.ndarray, tag: str) -> None:
    made = dataset(values[None], PhotometricInterpretation=tag)
    if syntax:
        made = encapsulated(made, [_encoded(values, syntax)], syntax)
    series = opened(tmp_path / "a.dcm", made)
    assert _off(series) < 1
    wrong = (values is YBR) != (tag == "YBR_FULL")
    assert ("colour-differs" in [problem.id for problem in series.problems]) == wrong


def test_a_codecs_own_transform_is_no_quarrel(tmp_path: Path) -> None:
    encoded = _encoded(TRUTH, JPEG2000Lossless, transform=True)
    for tag in ("YBR_RCT", "RGB"):
        series = opened(tmp_path / "a.dcm", encapsulated(dataset(TRUTH[None], PhotometricInterpretation=tag), [encoded],
                                                         JPEG2000Lossless))
        assert _off(series) == 0
        assert "colour-differs" not in [problem.id for problem in series.problems]


def test_halved_by_tag_only(tmp_path: Path) -> None:
    frames = np.stack([YBR, YBR[::-1]])
    series = opened(tmp_path / "a.dcm", dataset(frames, PhotometricInterpretation="YBR_FULL_422"))
    assert series.frame_count == 2
    assert _off(series) < 1


def test_a_person_overrules_what_was_decided(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.dcm", dataset(YBR[None], PhotometricInterpretation="RGB")).source
    assert isinstance(source, ColourSource)
    assert np.array_equal(source.with_colour("tag").frame(0), YBR)
    assert np.array_equal(source.with_colour("RGB").frame(0), YBR)
    assert np.array_equal(source.with_colour("YBR").frame(0), source.frame(0))
    chosen = source.with_colour("RGB").colour
    assert chosen is not None and chosen.problem("a") is None
    assert np.array_equal(source.with_colour("RGB").with_colour("auto").frame(0), source.frame(0))


def test_what_might_be_both_is_as_tagged(tmp_path: Path) -> None:
    gray = np.full((1, 96, 128, 3), 128, np.uint8)
    for tag in ("RGB", "YBR_FULL"):
        series = opened(tmp_path / "a.dcm", dataset(gray, PhotometricInterpretation=tag))
        assert "colour-differs" not in [problem.id for problem in series.problems]


# pydicom's set: ten bands of ten rows whose colours its authors published.
BANDS = [(255, 0, 0), (255, 128, 128), (0, 255, 0), (128, 255, 128), (0, 0, 255), (128, 128, 255), (0, 0, 0),
         (64, 64, 64), (192, 192, 192), (255, 255, 255)]


LOSSLESS = ("pydicom/SC_rgb_rle.dcm", "pydicom/SC_rgb_gdcm_KY.dcm", "pydicom-data/SC_rgb_2frame.dcm")
LOSSY = ("pydicom/SC_ybr_full_422_uncompressed.dcm", "pydicom/SC_rgb_jls_lossy_line.dcm",
         "pydicom/SC_rgb_jpeg_dcmtk.dcm", "pydicom/SC_rgb_dcmtk_+eb+cy+n1.dcm", "pydicom/SC_rgb_dcmtk_+eb+cy+np.dcm",
         "pydicom/SC_rgb_dcmtk_+eb+cy+s2.dcm", "pydicom/SC_rgb_dcmtk_+eb+cy+s4.dcm",
         "pydicom-data/SC_ybr_full_uncompressed.dcm", "pydicom-data/SC_rgb_dcmtk_ebcys4_dcmd.dcm",
         "pylibjpeg-data/SC_rgb_jpeg_lossy_gdcm.dcm")


@pytest.mark.parametrize("name", LOSSLESS + LOSSY)
def test_published_colours(name: str) -> None:
    from medsynth_gui.io.readers import open_path

    frame = open_path(shared_data("raw", "dicom_testfiles", *name.split("/")))[0].series[0].frame(0)
    for band, colour in enumerate(BANDS):
        # The authors' own decode of the lossy ones is up to 5 off.
        assert np.abs(frame[10 * band + 5, 50].astype(int) - colour).max() <= (0 if name in LOSSLESS else 5), band
