"""The bundled sample case is what the simulator makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.sample_case import sample_masks, sample_path, write_sample


def test_the_shipped_sample_is_what_the_simulator_makes(tmp_path: Path) -> None:
    write_sample(tmp_path)
    shipped, made = (next(series for study in open_path(path) for series in study.series)
                     for path in (sample_path(), tmp_path / sample_path().name))
    stored, fresh = (np.stack([series.gray(index) for index in range(24)]).astype(int) for series in (shipped, made))
    # Another processor's exp and FFT may round the last digit the other way.
    assert np.abs(stored - fresh).max() <= 1 and np.mean(stored != fresh) < 0.01
    with np.load(tmp_path / "breast-cine-masks.npz") as masks, np.load(
            sample_path().with_name("breast-cine-masks.npz")) as kept:
        assert np.mean(np.unpackbits(masks["masks"]) != np.unpackbits(kept["masks"])) < 1e-6
    if np.array_equal(stored, fresh) and shipped.provenance == made.provenance:
        assert sample_path().read_bytes() == (tmp_path / sample_path().name).read_bytes()


def test_the_sample_is_a_calibrated_cine_marked_as_synthetic() -> None:
    (study,) = open_path(sample_path())
    (series,) = study.series
    assert (series.modality, series.frame_count, series.frame_rate_hz) == ("US", 24, 20.0)
    assert series.synthetic and series.spacing is not None and series.spacing.source == "UltrasoundRegion"
    assert abs(series.spacing.x_mm * series.columns - 42) < 1e-3
    assert study.patient.startswith("SYN-")
    assert sum(path.stat().st_size for path in sample_path().parent.iterdir()) < 3.1e6


def test_its_lesion_moves_and_is_there_in_every_frame() -> None:
    masks = sample_masks()
    assert masks.shape == (24, 304, 384) and all(mask.any() for mask in masks)
    centres = np.array([np.mean(np.nonzero(mask), axis=1) for mask in masks])
    assert np.ptp(centres, axis=0).max() > 5
