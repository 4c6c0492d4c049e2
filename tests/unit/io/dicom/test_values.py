"""From stored values to what is seen: VOI tables and functions, palettes, floats; pydicom is the reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, Sequence
from pydicom.pixels.processing import apply_color_lut, apply_voi, apply_windowing

from medsynth_gui.core.windowing import apply_window
from tests.builders import ramp
from tests.unit.io.dicom.files import dataset, opened

GRAY = ramp()[None]
DEEP = GRAY.astype(np.uint16) * 16


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("slope", [1, 2])
def test_the_functions_of_a_window(tmp_path: Path, function: str, slope: int) -> None:
    made = dataset(DEEP, BitsStored=12, HighBit=11, WindowCenter=1500, WindowWidth=1200, VOILUTFunction=function,
                   RescaleSlope=slope, RescaleIntercept=-100)
    series = opened(tmp_path / "a.dcm", made)
    values = series.frame(0)
    low, high = -100, (2**12 - 1) * slope - 100
    expected = (apply_windowing(values.astype(np.int64), made) - low) / (high - low) * 255
    assert np.abs(apply_window(values, series.windows[0]).astype(int) - expected).max() <= 0.51


@pytest.mark.parametrize(("signed", "first", "written"), [(False, 100, 100), (True, -500, -500), (True, -500, 65036)])
def test_a_voi_table_comes_before_the_windows(tmp_path: Path, signed: bool, first: int, written: int) -> None:
    entries = (np.sqrt(np.linspace(0, 1, 2000)) * 4095).astype(np.uint16)
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if written < 0 else "US", [2000, written, 12])
    item.add_new("LUTData", "OW", entries.astype("<u2").tobytes())
    item.LUTExplanation = "NORMAL"
    frames = DEEP.astype(np.int16) - 1000 if signed else DEEP
    made = dataset(frames, WindowCenter=500, WindowWidth=100, VOILUTSequence=Sequence([item]))
    series = opened(tmp_path / "a.dcm", made)
    assert [window.name for window in series.windows] == ["NORMAL", ""]
    item.LUTDescriptor = [2000, first, 12]
    expected = apply_voi(frames[0], made) / 4095 * 255
    assert np.abs(apply_window(series.frame(0), series.windows[0]).astype(int) - expected).max() <= 0.51
    assert series.gray(0).std() > 10


def _palette(made: Dataset, entries: np.ndarray, *, bits: int, first: int = 0) -> Dataset:
    for column, name in enumerate(("Red", "Green", "Blue")):
        made.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [len(entries) % 65536, first, bits])
        made.add_new(f"{name}PaletteColorLookupTableData", "OW", entries[:, column].astype("<u2").tobytes())
    return made


def test_a_palette_of_sixteen_bit_indices(tmp_path: Path) -> None:
    entries = np.random.default_rng(0).integers(0, 65535, (4096, 3))
    made = _palette(dataset(DEEP, PhotometricInterpretation="PALETTE COLOR", BitsStored=12, HighBit=11), entries,
                    bits=16, first=5)
    series = opened(tmp_path / "a.dcm", made)
    assert np.array_equal(series.frame(0), apply_color_lut(DEEP[0], made) >> 8)


def test_a_segmented_palette(tmp_path: Path) -> None:
    made = dataset(GRAY, PhotometricInterpretation="PALETTE COLOR")
    # Two discrete entries, then a straight line of 254 up to the top.
    segments = np.array([0, 2, 0, 256, 1, 254, 65280], "<u2").tobytes()
    for name in ("Red", "Green", "Blue"):
        made.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        made.add_new(f"Segmented{name}PaletteColorLookupTableData", "OW", segments)
    series = opened(tmp_path / "a.dcm", made)
    assert np.abs(series.frame(0)[..., 0].astype(int) - GRAY[0]).max() <= 1


@pytest.mark.parametrize(("kind", "keyword"), [(np.float32, "FloatPixelData"), (np.float64, "DoubleFloatPixelData")])
def test_float_pixels(tmp_path: Path, kind: type[np.floating], keyword: str) -> None:
    values = (GRAY / 7.0 - 3).astype(kind)
    made = dataset(GRAY, PixelData=None, PixelRepresentation=None, BitsStored=None, HighBit=None,
                   BitsAllocated=32 if kind is np.float32 else 64)
    setattr(made, keyword, values.tobytes())
    series = opened(tmp_path / "a.dcm", made)
    assert series.frame(0).dtype == kind
    assert np.array_equal(series.frame(0), values[0])


def test_frames_of_an_enhanced_file_have_their_own_rescale_and_window(tmp_path: Path) -> None:
    frames = np.concatenate([DEEP, DEEP])
    groups = []
    for slope in (1, 3):
        values, group = Dataset(), Dataset()
        values.RescaleSlope, values.RescaleIntercept, values.RescaleType = slope, -10, "US"
        group.PixelValueTransformationSequence = Sequence([values])
        groups.append(group)
    voi, shared = Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = 500, 1000
    shared.FrameVOILUTSequence = Sequence([voi])
    made = dataset(frames, PerFrameFunctionalGroupsSequence=Sequence(groups),
                   SharedFunctionalGroupsSequence=Sequence([shared]))
    series = opened(tmp_path / "a.dcm", made)
    assert np.array_equal(series.frame(1), DEEP[0].astype(np.int32) * 3 - 10)
    assert np.array_equal(series.frame(0), DEEP[0].astype(np.int32) - 10)
    assert series.windows[0].high == 999
