"""What a code stream claims, read before a codec sees it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from medsynth_gui.io.dicom.codestream import claimed_size, precision, sound_markers, without_notes
from tests.builders import shared_data


def test_size_of_jpeg_and_jpeg_2000() -> None:
    for form in ("JPEG", "JPEG2000"):
        file = io.BytesIO()
        Image.new("RGB", (70, 50)).save(file, form)
        assert claimed_size(file.getvalue()) == (50, 70, 3)
    assert claimed_size(b"no code stream") is None


@pytest.fixture
def lossless() -> bytes:
    data = shared_data("raw", "dicom_testfiles", "dcm4che", "MR-JPEGLosslessSV1.dcm").read_bytes()
    return data[data.index(b"\xff\xd8\xff"):]


def test_a_lossless_stream_is_sound_also_without_its_notes(lossless: bytes) -> None:
    assert sound_markers(lossless)
    bare = without_notes(lossless)
    assert b"JFIF" not in bare
    assert sound_markers(bare)
    assert (claimed_size(bare), precision(bare, 0)) == (claimed_size(lossless), 16)


@pytest.mark.parametrize(("offset", "value"), [(34, 0), (45, 200), (22, 255), (65, 9)])
def test_damage_that_ends_gdcm_is_seen(lossless: bytes, offset: int, value: int) -> None:
    damaged = bytearray(lossless)
    damaged[offset] = value
    assert not sound_markers(bytes(damaged))
