"""Frames on demand: from the offset tables, ahead of the reader, and of the file that was opened."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.pixels import get_encoder
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.frame_reading import frames_in_order
from medsynth_gui.io.dicom.reader import open_dicom
from tests.builders import ramp
from tests.unit.io.dicom.files import dataset, encapsulated, opened

GRAY = np.stack([ramp(), ramp()[::-1], 255 - ramp()])


@pytest.mark.parametrize(("change", "message"), [
    (lambda path: path.write_bytes(path.read_bytes()[:-500]), "file-changed"),
    (lambda path: dataset(GRAY[::-1]).save_as(path, enforce_file_format=True), "file-changed"),
    (Path.unlink, "file-missing")])
def test_a_file_that_changes_while_it_is_open_is_told(tmp_path: Path, change: Callable[[Path], object],
                                                      message: str) -> None:
    series = opened(tmp_path / "a.dcm", dataset(GRAY))
    shown = series.frame(0)
    change(tmp_path / "a.dcm")
    with pytest.raises(InputError) as caught:
        series.frame(2)
    assert caught.value.message.id == message
    assert np.array_equal(series.frame(0), shown)


def test_the_extended_offset_table_tells_fragments_apart(tmp_path: Path) -> None:
    # RLE in halves: nothing in a fragment says whether a frame begins there.
    items, offsets = b"\xfe\xff\0\xe0\0\0\0\0", []
    for frame in GRAY:
        coded = get_encoder(RLELossless).encode(
            frame, rows=48, columns=64, samples_per_pixel=1, bits_allocated=8, bits_stored=8, pixel_representation=0,
            number_of_frames=1, photometric_interpretation="MONOCHROME2", encoding_plugin="pylibjpeg")
        coded += b"\0" * (-len(coded) % 4)
        offsets.append(len(items) - 8)
        for part in (coded[: len(coded) // 2], coded[len(coded) // 2:]):
            items += b"\xfe\xff\0\xe0" + len(part).to_bytes(4, "little") + part
    made = encapsulated(dataset(GRAY), [b"\0\0"], RLELossless)
    made.PixelData, made.ExtendedOffsetTable = items, struct.pack("<3Q", *offsets)
    series = opened(tmp_path / "a.dcm", made)
    assert [np.array_equal(series.frame(k), GRAY[k]) for k in range(3)] == [True] * 3


def test_an_offset_table_that_lies_is_not_believed(tmp_path: Path) -> None:
    parts = [_jpeg(frame) for frame in GRAY]
    opened(tmp_path / "a.dcm", encapsulated(dataset(GRAY), parts, JPEGBaseline8Bit))
    data = (tmp_path / "a.dcm").read_bytes()
    second = struct.pack("<I", len(parts[0]) + len(parts[0]) % 2 + 8)
    assert data.count(second) == 1
    (tmp_path / "a.dcm").write_bytes(data.replace(second, b"\x11\0\0\0"))
    series = open_dicom(tmp_path / "a.dcm")[0].series[0]
    assert np.abs(series.frame(1).astype(int) - GRAY[1]).mean() < 4


def test_all_frames_in_order_two_at_a_time(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (30, 16, 20), np.uint8)
    series = opened(tmp_path / "a.dcm", dataset(frames))
    found = list(frames_in_order(series))
    assert [number for number, _ in found] == list(range(30))
    assert all(np.array_equal(frame, frames[number]) for number, frame in found)
    assert [number for number, _ in frames_in_order(series, [7, 3, 7])] == [7, 3, 7]


def test_a_reader_meets_a_bad_frame_where_it_stands(tmp_path: Path) -> None:
    parts = [_jpeg(frame) for frame in GRAY]
    parts[1] = parts[1][:40] + b"\0" * 200
    series = opened(tmp_path / "a.dcm", encapsulated(dataset(GRAY), parts, JPEGBaseline8Bit))
    reader = frames_in_order(series)
    assert next(reader)[0] == 0
    with pytest.raises(InputError):
        next(reader)


def _jpeg(frame: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=95)
    return file.getvalue()


def test_a_stream_of_video_in_dicom(tmp_path: Path) -> None:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in range(20, 220, 20):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    made = dataset(np.zeros((10, 48, 64, 3), np.uint8), PhotometricInterpretation="YBR_PARTIAL_420", CineRate=25)
    series = opened(tmp_path / "a.dcm", encapsulated(made, [file.getvalue()], "1.2.840.10008.1.2.4.100"))
    assert (series.frame_count, series.frame_rate_hz) == (10, 25)
    assert [abs(int(series.frame(k).mean()) - (20 + 20 * k)) <= 4 for k in (9, 0, 5)] == [True] * 3
