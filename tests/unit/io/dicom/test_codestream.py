"""What a code stream claims, read before a codec sees it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from medsynth_gui.io.dicom.codestream import claimed_size, precision, without_notes
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


def test_a_stream_without_its_notes(lossless: bytes) -> None:
    bare = without_notes(lossless)
    assert b"JFIF" in lossless
    assert b"JFIF" not in bare
    assert (claimed_size(bare), precision(bare, 0)) == (claimed_size(lossless), 16)


@pytest.mark.parametrize("damage", [lambda data: data[:30], lambda data: data[:22] + b"\xff\xff" + data[24:],
                                    lambda data: b"\xff\xd8", lambda data: b""])
def test_damaged_segments_are_left_as_they_are(lossless: bytes, damage: Callable[[bytes], bytes]) -> None:
    assert without_notes(damage(lossless)) == damage(lossless)
