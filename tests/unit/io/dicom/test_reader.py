"""DICOM of many kinds: what is read, and what a bad file says."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, Sequence, dcmread
from pydicom.pixels import convert_color_space, get_encoder
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.dicom.reader import open_dicom
from tests.builders import ramp, shared_data
from tests.unit.io.dicom.files import dataset, encapsulated, opened

GRAY = np.stack([ramp(), ramp()[::-1], 255 - ramp()])
COLOR = np.stack([GRAY, GRAY[:, ::-1], GRAY[:, :, ::-1]], axis=3)
DEEP = GRAY.astype(np.uint16) * 16


def _jpeg(frame: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=95, **options)
    return file.getvalue()


def _failure(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_dicom(path)[0].series[0].frame(0)
    assert "<" not in caught.value.message.english()
    return caught.value.message.id


@pytest.mark.parametrize("frames", [GRAY, COLOR, DEEP, DEEP.astype(np.int16) - 1024], ids=["8", "rgb", "16", "signed"])
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless,
                                    JPEG2000Lossless])
def test_lossless_frames_come_back(tmp_path: Path, frames: np.ndarray, syntax: str) -> None:
    made = dataset(frames, syntax=syntax)
    if syntax in (RLELossless, JPEG2000Lossless):
        options = {} if syntax == RLELossless or frames.ndim == 3 else {"use_mct": False}
        plugin = "pylibjpeg"
        encoded = [get_encoder(syntax).encode(
            frame, rows=48, columns=64, samples_per_pixel=made.SamplesPerPixel, bits_allocated=made.BitsAllocated,
            bits_stored=made.BitsStored, pixel_representation=made.PixelRepresentation, number_of_frames=1,
            photometric_interpretation=made.PhotometricInterpretation, planar_configuration=0,
            encoding_plugin=plugin, **options) for frame in frames]
        encapsulated(made, encoded, syntax)
    series = opened(tmp_path / "a.dcm", made)
    assert series.frame_count == 3
    for index in (2, 0, 1):
        assert np.array_equal(series.frame(index), frames[index])
        assert not series.frame(index).flags.writeable


def test_big_endian(tmp_path: Path) -> None:
    made = dataset(DEEP.astype(">u2"), syntax=ExplicitVRBigEndian)
    assert np.array_equal(opened(tmp_path / "a.dcm", made).frame(1), DEEP[1])


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_uncompressed_ybr_becomes_rgb(tmp_path: Path, photometric: str) -> None:
    # Pairs of equal columns lose nothing when colour is halved.
    color = np.repeat(COLOR[:, :, ::2], 2, axis=2)
    ybr = convert_color_space(color, "RGB", "YBR_FULL")
    if photometric == "YBR_FULL_422":
        pairs = np.stack([ybr[:, :, 0::2, 0], ybr[:, :, 1::2, 0], ybr[:, :, 0::2, 1], ybr[:, :, 0::2, 2]], axis=3)
        made = dataset(color, PhotometricInterpretation=photometric, PixelData=pairs.tobytes())
    else:
        made = dataset(color, PhotometricInterpretation=photometric, PixelData=ybr.tobytes())
    frame = opened(tmp_path / "a.dcm", made).frame(2)
    assert np.abs(frame.astype(int) - color[2]).max() <= 2


def test_planes_of_colour(tmp_path: Path) -> None:
    made = dataset(COLOR, PlanarConfiguration=1, PixelData=np.moveaxis(COLOR, 3, 1).tobytes())
    assert np.array_equal(opened(tmp_path / "a.dcm", made).frame(1), COLOR[1])


@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "RGB", "YBR_FULL"])
def test_jpeg_with_jfif_is_ycbcr_whatever_the_header_says(tmp_path: Path, photometric: str) -> None:
    made = encapsulated(dataset(COLOR, PhotometricInterpretation=photometric), [_jpeg(f) for f in COLOR],
                        JPEGBaseline8Bit)
    frame = opened(tmp_path / "a.dcm", made).frame(0)
    with Image.open(io.BytesIO(_jpeg(COLOR[0]))) as image:
        assert np.array_equal(frame, np.asarray(image))


def test_jpeg_that_keeps_rgb(tmp_path: Path) -> None:
    made = encapsulated(dataset(COLOR), [_jpeg(f, keep_rgb=True) for f in COLOR], JPEGBaseline8Bit)
    frame = opened(tmp_path / "a.dcm", made).frame(0)
    assert np.abs(frame.astype(int) - COLOR[0]).mean() < 4


def test_jpeg_gray_without_offset_table(tmp_path: Path) -> None:
    made = encapsulated(dataset(GRAY), [_jpeg(f) for f in GRAY], JPEGBaseline8Bit, offset_table=False)
    series = opened(tmp_path / "a.dcm", made)
    assert np.abs(series.frame(2).astype(int) - GRAY[2]).mean() < 4


def _two_fragments(frames: list[bytes], *, table: bool) -> bytes:
    items, offsets = b"", []
    for frame in frames:
        frame += b"\0" * (len(frame) % 2)
        half = len(frame) // 4 * 2
        offsets.append(len(items))
        for part in (frame[:half], frame[half:]):
            items += b"\xfe\xff\x00\xe0" + len(part).to_bytes(4, "little") + part
    head = b"".join(o.to_bytes(4, "little") for o in offsets) if table else b""
    return b"\xfe\xff\x00\xe0" + len(head).to_bytes(4, "little") + head + items


@pytest.mark.parametrize("table", [True, False])
def test_frames_of_several_fragments(tmp_path: Path, table: bool) -> None:
    made = encapsulated(dataset(GRAY), [_jpeg(f) for f in GRAY], JPEGBaseline8Bit)
    made.PixelData = _two_fragments([_jpeg(f) for f in GRAY], table=table)
    series = opened(tmp_path / "a.dcm", made)
    assert series.frame_count == 3
    assert np.abs(series.frame(2).astype(int) - GRAY[2]).mean() < 4


@pytest.mark.parametrize("top", [255, 65535], ids=["low byte", "high byte"])
def test_palette_color(tmp_path: Path, top: int) -> None:
    palette = np.stack([np.arange(256), np.arange(256)[::-1], np.arange(256) // 2], axis=1)
    made = dataset(GRAY, PhotometricInterpretation="PALETTE COLOR")
    for column, name in enumerate(("Red", "Green", "Blue")):
        setattr(made, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(made, f"{name}PaletteColorLookupTableData",
                (palette[:, column] * (257 if top > 255 else 1)).astype("<u2").tobytes())
    series = opened(tmp_path / "a.dcm", made)
    assert (series.channels, series.photometric) == (3, "PALETTE COLOR")
    assert np.array_equal(series.frame(1), palette[GRAY[1]])


def test_monochrome1_is_inverted_for_the_eye_only(tmp_path: Path) -> None:
    series = opened(tmp_path / "a.dcm", dataset(GRAY, PhotometricInterpretation="MONOCHROME1"))
    assert np.array_equal(series.frame(0), GRAY[0])
    assert np.array_equal(series.gray(0), 255 - GRAY[0])


def test_rescale_and_window(tmp_path: Path) -> None:
    series = opened(tmp_path / "a.dcm", dataset(DEEP, RescaleSlope=2, RescaleIntercept=-1024, WindowCenter=[40, 500],
                                                WindowWidth=[400, 1500], WindowCenterWidthExplanation=["soft", "bone"]))
    assert series.frame(0).dtype == np.int32
    assert np.array_equal(series.frame(0), DEEP[0].astype(np.int32) * 2 - 1024)
    assert [w.name for w in series.windows] == ["soft", "bone"]
    assert (series.windows[0].low, series.windows[0].high) == (-160, 239)
    half = opened(tmp_path / "b.dcm", dataset(DEEP, RescaleSlope=0.5, RescaleIntercept=0))
    assert np.allclose(half.frame(0), DEEP[0] / 2)


def test_twelve_bits_of_sixteen(tmp_path: Path) -> None:
    series = opened(tmp_path / "a.dcm", dataset(DEEP, BitsStored=12, HighBit=11))
    assert (series.bits, series.default_window().high) == (12, 4095)
    assert np.array_equal(series.frame(0), DEEP[0])


def test_one_bit_frames_need_not_end_on_a_byte(tmp_path: Path) -> None:
    masks = (np.random.default_rng(0).random((3, 5, 7)) > 0.5).astype(np.uint8)
    made = dataset(masks, BitsAllocated=1, BitsStored=1, HighBit=0,
                   PixelData=np.packbits(masks.ravel(), bitorder="little").tobytes())
    series = opened(tmp_path / "a.dcm", made)
    assert all(np.array_equal(series.frame(i), masks[i]) for i in range(3))
    assert series.gray(0).max() == 255


def test_a_file_without_preamble_or_meta(tmp_path: Path) -> None:
    made = dataset(GRAY)
    del made.file_meta
    made.save_as(tmp_path / "a", implicit_vr=True, little_endian=True)
    assert np.array_equal(open_dicom(tmp_path / "a")[0].series[0].frame(2), GRAY[2])


def test_frames_are_decoded_on_demand_and_from_any_thread(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (60, 32, 40), np.uint8)
    series = opened(tmp_path / "a.dcm", dataset(frames))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(series.frame, [k * 7 % 60 for k in range(120)]))
    assert all(np.array_equal(frame, frames[k * 7 % 60]) for k, frame in enumerate(found))


def test_a_cut_file_opens_with_the_frames_it_has(tmp_path: Path) -> None:
    opened(tmp_path / "a.dcm", dataset(GRAY))
    data = (tmp_path / "a.dcm").read_bytes()
    (tmp_path / "b.dcm").write_bytes(data[:-GRAY[0].size // 2])
    series = open_dicom(tmp_path / "b.dcm")[0].series[0]
    assert series.frame_count == 2
    assert [p.id for p in series.problems] == ["frames-differ", "spacing-unknown"]
    (tmp_path / "c.dcm").write_bytes(data[:-GRAY.size + 50])
    assert _failure(tmp_path / "c.dcm") == "dicom-pixels-cut"


@pytest.mark.parametrize(("changes", "message"), [
    ({"NumberOfFrames": 0}, "dicom-no-frames"), ({"Rows": 0}, "image-empty"),
    ({"Rows": 65000, "Columns": 65000}, "image-too-large"), ({"Rows": 4000, "Columns": 4000}, "dicom-pixels-cut"),
    ({"Rows": None}, "dicom-attribute-missing"), ({"BitsAllocated": None}, "dicom-attribute-missing"),
    ({"BitsAllocated": 12, "BitsStored": 12}, "dicom-attribute"), ({"BitsStored": 99}, "dicom-attribute"),
    ({"PhotometricInterpretation": "HSV"}, "dicom-photometric"), ({"SamplesPerPixel": 3}, "dicom-photometric"),
    ({"PhotometricInterpretation": "PALETTE COLOR"}, "dicom-palette"), ({"PixelData": None}, "dicom-pixels-cut")])
def test_a_header_that_lies_is_told(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    dataset(GRAY, **changes).save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert _failure(tmp_path / "a.dcm") == message


def test_a_billion_frames_are_not_believed(tmp_path: Path) -> None:
    series = opened(tmp_path / "a.dcm", dataset(GRAY, NumberOfFrames=10**9))
    assert series.frame_count == 3
    assert series.problems[0].params["declared"] == 10**9


def test_a_frame_of_another_size_than_the_header_is_told(tmp_path: Path) -> None:
    made = encapsulated(dataset(GRAY), [_jpeg(f) for f in GRAY], JPEGBaseline8Bit)
    made.Rows = 64
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert _failure(tmp_path / "a.dcm") == "dicom-pixels"


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2.4.52", "1.2.840.10008.1.2.4.77", "1.2.3.4.5.6.7.8.9.10.1"])
def test_an_unknown_transfer_syntax_is_named(tmp_path: Path, uid: str) -> None:
    made = encapsulated(dataset(GRAY), [b"xxxx"] * 3, JPEGBaseline8Bit)
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    (tmp_path / "a.dcm").write_bytes((tmp_path / "a.dcm").read_bytes().replace(JPEGBaseline8Bit.encode(), uid.encode()))
    with pytest.raises(InputError) as caught:
        open_dicom(tmp_path / "a.dcm")
    assert caught.value.message.id == "dicom-syntax"
    assert uid in caught.value.message.english()


def test_what_is_no_image_is_told(tmp_path: Path) -> None:
    report = dataset(GRAY, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11", Modality="SR")
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated"):
        del report[keyword]
    report.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with pytest.raises(InputError) as caught:
        open_dicom(tmp_path / "a.dcm")
    assert caught.value.message.id == "dicom-no-image"
    assert "Basic Text SR" in caught.value.message.english()
    (tmp_path / "b.dcm").write_text("Dear colleague,\nthe images follow by post.\n" * 9)
    assert _failure(tmp_path / "b.dcm") in ("dicom-not", "dicom-damaged")


def test_a_directory_opens_what_it_names(tmp_path: Path) -> None:
    for name in ("IM1", "IM2"):
        dataset(GRAY).save_as(tmp_path / name, enforce_file_format=True)
    records = []
    for name in ("IM1", "IM2", "IM3", ".."):
        record = Dataset()
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
        records.append(record)
    made = dataset(GRAY, SOPClassUID="1.2.840.10008.1.3.10", DirectoryRecordSequence=Sequence(records), PixelData=None)
    made.save_as(tmp_path / "DICOMDIR", enforce_file_format=True)
    studies = open_dicom(tmp_path / "DICOMDIR")
    assert [series.title for study in studies for series in study.series] == ["IM1", "IM2"]
    assert studies[0].series[0].problems[-1].id == "dicomdir-missing"
    for name in ("IM1", "IM2"):
        (tmp_path / name).unlink()
    assert _failure(tmp_path / "DICOMDIR") == "dicomdir-empty"


def test_real_ultrasound_with_a_palette_is_calibrated() -> None:
    path = shared_data("raw", "dicom_us_brachial_plexus", "20210100")
    series = open_dicom(path)[0].series[0]
    assert (series.rows, series.columns, series.photometric, series.modality) == (600, 800, "PALETTE COLOR", "US")
    assert series.spacing is not None
    assert (round(series.spacing.y_mm, 5), series.spacing.source) == (0.05939, "UltrasoundRegion")
    assert series.regions[0].data_type == "tissue"
    assert series.frame(0)[..., 0].std() > 20


@pytest.mark.parametrize("name", [
    "dcm4che/US-RGB-8-esopecho", "dcm4che/YBR_FULL-RLE.dcm", "notZaki/CT_JPEG70.dcm", "pydicom-data/HTJ2K_08_RGB.dcm",
    "pydicom-data/JLSL_RGB_ILV1.dcm", "pydicom-data/emri_small_RLE.dcm", "pydicom-data/emri_small_big_endian.dcm",
    "pydicom-data/SC_ybr_full_uncompressed.dcm", "pydicom-data/parametric_map_double_float.dcm",
    "pydicom/SC_rgb_jpeg.dcm", "robyoung/VL3_J2KI"])
def test_real_files_equal_pydicom(name: str) -> None:
    path = shared_data("raw", "dicom_testfiles", name)
    expected = dcmread(path, force=True)
    pixels = expected.pixel_array if int(expected.get("NumberOfFrames") or 1) > 1 else expected.pixel_array[None]
    series = open_dicom(path)[0].series[0]
    assert series.frame_count == len(pixels)
    for index in {0, len(pixels) - 1}:
        values = pixels[index] * float(expected.get("RescaleSlope", 1)) + float(expected.get("RescaleIntercept", 0))
        assert np.abs(series.frame(index).astype(float) - values).max() <= 1
