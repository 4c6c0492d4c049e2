"""DICOM that we write: pixels, calibration and what marks it as synthetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.dicom.reader import open_dicom
from medsynth_gui.io.dicom.writer import write_series
from tests.builders import ramp

GRAY = np.stack([ramp(), ramp()[::-1], 255 - ramp()])
SIMULATED = Provenance(synthetic=True, producer="simulator", seed=4, parameters={"phantom": "breast"})


def _series(frames: np.ndarray = GRAY, provenance: Provenance = SIMULATED, modality: str = "US") -> ImageSeries:
    return ImageSeries.from_array(frames, title="case", spacing=PixelSpacing(0.1, 0.2, "simulator"),
                                  modality=modality, provenance=provenance, frame_rate_hz=24.0)


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("frames", [GRAY, GRAY[:1, :47, :63], np.stack([GRAY] * 3, axis=3)[:, :, ::-1],
                                    np.stack([GRAY] * 3, axis=3)[:1, :47, :63]], ids=["cine", "odd", "rgb", "odd rgb"])
@pytest.mark.parametrize("modality", ["US", "DX"])
def test_what_is_written_is_read(tmp_path: Path, compress: bool, frames: np.ndarray, modality: str) -> None:
    write_series(tmp_path / "a.dcm", _series(frames, modality=modality), compress=compress)
    series = open_dicom(tmp_path / "a.dcm")[0].series[0]
    assert series.frame_count == len(frames)
    assert all(np.array_equal(series.frame(i), frames[i]) for i in range(len(frames)))
    assert series.spacing is not None
    assert (series.spacing.y_mm, series.spacing.x_mm) == pytest.approx((0.1, 0.2))
    assert series.frame_rate_hz == (pytest.approx(24.0) if len(frames) > 1 else None)
    assert series.provenance == SIMULATED
    assert series.problems == ()
    assert dcmread(tmp_path / "a.dcm").pixel_array.size == frames.size


def test_synthetic_pixels_are_marked(tmp_path: Path) -> None:
    write_series(tmp_path / "a.dcm", _series(), patient_id="demo")
    written = dcmread(tmp_path / "a.dcm")
    assert written.SyntheticData == "YES"
    assert list(written.ImageType) == ["DERIVED", "SECONDARY"]
    assert written.PatientID == "SYN-demo"
    purpose = written.ContributingEquipmentSequence[0].PurposeOfReferenceCodeSequence[0]
    assert (purpose.CodeValue, purpose.CodingSchemeDesignator) == ("109100", "DCM")
    assert "SYNTHETIC" in written.SeriesDescription
    assert written.SOPClassUID.name == "Ultrasound Multi-frame Image Storage"


def test_real_pixels_are_not_marked(tmp_path: Path) -> None:
    write_series(tmp_path / "a.dcm", _series(provenance=Provenance(synthetic=False, producer="scanner")),
                 patient_id="P1", frames=[2])
    written = dcmread(tmp_path / "a.dcm")
    assert "SyntheticData" not in written
    assert "ContributingEquipmentSequence" not in written
    assert written.PatientID == "P1"
    assert written.SOPClassUID.name == "Ultrasound Image Storage"
    assert np.array_equal(written.pixel_array, GRAY[2])


def test_a_seed_gives_the_same_file_and_none_a_new_one(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2), ("d", None), ("e", None)):
        write_series(tmp_path / name, _series(), seed=seed)
    made = [(tmp_path / name).read_bytes() for name in "abcde"]
    assert made[0] == made[1]
    assert len(set(made)) == 4


def test_deep_values_are_written_as_shown(tmp_path: Path) -> None:
    deep = ImageSeries.from_array(GRAY.astype(np.uint16) * 16, modality="US")
    write_series(tmp_path / "a.dcm", deep)
    assert np.array_equal(open_dicom(tmp_path / "a.dcm")[0].series[0].frame(1), deep.gray(1))
