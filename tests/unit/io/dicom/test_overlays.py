"""Overlay planes: beside the image, and in bits that its values leave free."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from medsynth_gui.io.dicom.header import read_header
from medsynth_gui.io.dicom.overlays import read_overlays
from medsynth_gui.io.masks.imported import Wanted
from medsynth_gui.io.masks.recognise import recognise, sources_for
from tests.builders import disc, ramp
from tests.unit.io.dicom.files import dataset, opened

DEEP = np.stack([ramp(), ramp()[::-1]]).astype(np.uint16) * 16
DRAWN = disc(20, 30, center=(8, 12), radius=6)


def _with_plane(made: Dataset, *, origin: list[int], kind: str = "R", label: str = "nipple") -> Dataset:
    for tag, vr, value in ((0x0010, "US", 20), (0x0011, "US", 30), (0x0015, "IS", 1), (0x0040, "CS", kind),
                           (0x0050, "SS", origin), (0x0051, "US", 1), (0x0100, "US", 1), (0x0102, "US", 0),
                           (0x1500, "LO", label)):
        made.add_new((0x6002, tag), vr, value)
    bits = np.packbits(DRAWN.ravel(), bitorder="little").tobytes()
    made.add_new((0x6002, 0x3000), "OW", bits + b"\0" * (len(bits) % 2))
    return made


@pytest.mark.parametrize(("origin", "seen"), [([1, 1], DRAWN), ([31, 41], DRAWN[:18, :24]), ([-3, -1], DRAWN[4:, 2:])])
def test_a_plane_lies_where_its_origin_says(tmp_path: Path, origin: list[int], seen: np.ndarray) -> None:
    series = opened(tmp_path / "a.dcm", _with_plane(dataset(DEEP), origin=origin))
    (overlay,) = read_overlays(read_header(tmp_path / "a.dcm"))
    row, column = max(0, origin[0] - 1), max(0, origin[1] - 1)
    expected = np.zeros((48, 64), np.uint8)
    expected[row:row + seen.shape[0], column:column + seen.shape[1]] = seen
    assert np.array_equal(overlay.masks[0], expected)
    assert (overlay.name, overlay.kind) == ("nipple", "ROI")
    assert dict(series.details)["overlays"] == f"nipple (ROI, {int(seen.sum())} pixels)"


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_plane_in_the_unused_bits_is_found_and_not_seen_in_the_image(tmp_path: Path, syntax: str) -> None:
    drawn = disc(48, 64, center=(20, 30), radius=9)
    words = (DEEP | (drawn.astype(np.uint16) << 13)).astype(">u2" if syntax == ExplicitVRBigEndian else "<u2")
    made = dataset(words, syntax=syntax, BitsStored=12, HighBit=11)
    made.add_new((0x6000, 0x0040), "CS", "G")
    made.add_new((0x6000, 0x0102), "US", 13)
    series = opened(tmp_path / "a.dcm", made)
    (overlay,) = read_overlays(read_header(tmp_path / "a.dcm"))
    assert np.array_equal(overlay.masks, np.stack([drawn, drawn]))
    assert np.array_equal(series.frame(1), DEEP[1])


def test_a_damaged_plane_leaves_the_image(tmp_path: Path) -> None:
    made = _with_plane(dataset(DEEP), origin=[1, 1])
    made[0x6002, 0x0010].value = 9999
    series = opened(tmp_path / "a.dcm", made)
    assert "overlays" not in dict(series.details)
    assert np.array_equal(series.frame(0), DEEP[0])


def test_a_region_of_interest_comes_in_as_a_mask_and_a_drawing_where_it_is_chosen(tmp_path: Path) -> None:
    roi, drawing = tmp_path / "roi.dcm", tmp_path / "drawing.dcm"
    _with_plane(dataset(DEEP), origin=[1, 1]).save_as(roi, enforce_file_format=True)
    _with_plane(dataset(DEEP), origin=[1, 1], kind="G", label="arrow").save_as(drawing, enforce_file_format=True)
    plan = recognise([tmp_path])
    assert not plan.failures
    assert plan.formats == {"DICOM overlays": 1}
    (found,) = [image for image in plan.images if image.sources]
    assert (found.path, found.sources[0].frames) == (roi, (0,))
    for path, name in ((roi, "nipple"), (drawing, "arrow")):
        (source,) = sources_for(path, path)
        (part,) = source.read(Wanted(0, 48, 64)).parts
        assert part.label == name
        assert np.array_equal(part.mask, DRAWN[part.region.slices] > 0)
