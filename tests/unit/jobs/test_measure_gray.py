"""Histograms, profiles and M-modes against slow references."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.measurement import MModeLine, Profile, RegionHistogram
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.raster import Stamp
from medsynth_gui.core.sampling import LineSampler
from medsynth_gui.io.raster_files import read_provenance
from medsynth_gui.jobs.job import JobCancelled, JobContext
from medsynth_gui.jobs.measure_gray import CountGray, MakeMMode, SampleProfile, SaveMMode

RANDOM = np.random.default_rng(5)
CLIP = RANDOM.integers(0, 256, (7, 30, 40), np.uint8)


def slow_line(frame: np.ndarray, start: tuple[float, float], end: tuple[float, float], count: int) -> list[float]:
    """One sample after the other, one corner after the other."""
    rows, columns = frame.shape
    values = []
    for i in range(count):
        y = start[0] + (end[0] - start[0]) * i / (count - 1) - 0.5
        x = start[1] + (end[1] - start[1]) * i / (count - 1) - 0.5
        total = 0.0
        for row in (math.floor(y), math.floor(y) + 1):
            for column in (math.floor(x), math.floor(x) + 1):
                weight = (1 - abs(y - row)) * (1 - abs(x - column))
                total += weight * float(frame[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)])
        values.append(total)
    return values


point = st.tuples(st.floats(0, 30), st.floats(0, 40))


@given(point, point)
def test_a_line_is_read_between_pixels(start: tuple[float, float], end: tuple[float, float]) -> None:
    sampler = LineSampler.make(start, end, 30, 40)
    assert sampler(CLIP[0]) == pytest.approx(slow_line(CLIP[0], start, end, sampler.index.shape[1]), abs=1e-2)


def test_an_mmode_is_the_line_of_every_frame() -> None:
    series = ImageSeries.from_array(CLIP, frame_rate_hz=25.0, spacing=PixelSpacing(0.5, 0.25, "manual"))
    line = MModeLine(0, ((3.2, 4.7), (27.9, 31.4)))
    made = MakeMMode(series, line).run(JobContext())
    wanted = np.array([slow_line(frame, *line.points, made.image.shape[0]) for frame in CLIP]).T
    assert np.abs(made.image - wanted).max() <= 0.51
    assert made.image.shape[1] == len(CLIP)
    assert (made.frame_s, made.unit) == (0.04, "mm")
    assert made.length == pytest.approx(math.hypot(24.7 * 0.5, 26.7 * 0.25))


def test_an_mmode_of_colour_and_of_a_frame_that_is_broken() -> None:
    colour = np.repeat(CLIP[..., None], 3, axis=3)

    class Broken:
        def __len__(self) -> int:
            return len(colour)

        def frame(self, index: int) -> np.ndarray:
            if index == 2:
                raise InputError("video-frame", frame=3, path="clip")
            return colour[index]

    line = MModeLine(0, ((5.5, 5.5), (20.5, 5.5)))
    series = ImageSeries.from_array(colour)
    made = MakeMMode(ImageSeries(Broken(), 30, 40, channels=3), line).run(JobContext())
    assert (made.missing, made.image[:, 2].any()) == (1, False)
    whole = MakeMMode(series, line).run(JobContext()).image
    assert np.array_equal(made.image[:, 3:], whole[:, 3:])
    assert np.abs(whole[:, 0].astype(int) - CLIP[0, 5:21, 5]).max() <= 1
    with pytest.raises(JobCancelled):
        MakeMMode(series, line).run(JobContext(cancelled=lambda: True))


def test_a_profile_runs_over_its_length() -> None:
    series = ImageSeries.from_array(CLIP, spacing=PixelSpacing(0.5, 0.25, "manual"))
    curve = SampleProfile(series, Profile(1, ((0.5, 0.5), (0.5, 39.5)))).run(JobContext())
    assert curve.values == pytest.approx(CLIP[1, 0])
    assert (curve.length, curve.unit) == (pytest.approx(39 * 0.25), "mm")


@given(point, point)
def test_a_box_counts_the_pixels_whose_middle_it_holds(one: tuple[float, float], other: tuple[float, float]) -> None:
    y, x = np.mgrid[0:30, 0:40] + 0.5
    (y0, y1), (x0, x1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    inside = CLIP[2][(y >= y0) & (y < y1) & (x >= x0) & (x < x1)].astype(float)
    found = CountGray(ImageSeries.from_array(CLIP), RegionHistogram(2, (one, other))).run(JobContext())
    assert (found.n, sum(found.counts)) == (inside.size, inside.size)
    if inside.size > 1:
        assert (found.mean, found.sd, found.median) == pytest.approx(
            (inside.mean(), inside.std(ddof=1), np.median(inside)))
        assert len(found.counts) == inside.max() - inside.min() + 1


def test_a_labelled_area_counts_its_own_pixels() -> None:
    mask = np.tri(10, 10, dtype=bool)
    stamp = Stamp(Region(3, 5, 6, 15, 16), mask)
    found = CountGray(ImageSeries.from_array(CLIP), RegionHistogram(3, ((5, 6), (15, 16)), label=1), stamp).run(
        JobContext())
    assert (found.n, found.mean) == (55, pytest.approx(CLIP[3, 5:15, 6:16][mask].mean()))


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_saved_mmode_says_whether_it_is_synthetic(tmp_path: Path, synthetic: bool) -> None:
    series = ImageSeries.from_array(CLIP, provenance=Provenance(synthetic=synthetic, producer="simulator"))
    made = MakeMMode(series, MModeLine(0, ((2, 2), (20, 20)))).run(JobContext())
    SaveMMode(series, made, tmp_path / "m.png").run(JobContext())
    with Image.open(tmp_path / "m.png") as image:
        assert np.array_equal(np.asarray(image), made.image)
        assert read_provenance(image.text) == series.provenance
        assert ("lgorithmicMedia" in str(image.info)) == synthetic
