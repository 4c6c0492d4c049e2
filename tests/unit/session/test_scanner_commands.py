"""Spacing, colours and crop set by hand: remembered for the file and the scanner, revocable, and no mask is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.calibration import axis_spans
from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.scanner import Scanner
from medsynth_gui.core.study import Study
from medsynth_gui.jobs.open_study import Opened
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from tests.builders import disc, ramp
from tests.unit.core.test_calibration import TISSUE, TRACE
from tests.unit.io.dicom.files import dataset, opened

SCANNER = Scanner("Maker", "Model", "1.0")
HAND = PixelSpacing(0.2, 0.3, "manual")
BOX = Region(0, 8, 10, 40, 50)


def _session(folder: Path) -> Session:
    return Session(Settings(folder / "settings.json"), folder=folder / "journal")


def _open(session: Session, title: str, **facts: object) -> OpenSeries:
    plain = ImageSeries.from_array(np.roll(ramp(), len(title), axis=0), title=title)
    series = replace(plain, **{"scanner": SCANNER, **facts})
    item, = commands.open_studies(session, Opened((Study("1", "", "", (series,)),)))
    return item


def _ids(item: OpenSeries) -> list[str]:
    return [problem.id for problem in item.series.problems]


def test_a_calibration_keeps_the_mask_and_outlives_the_program(tmp_path: Path) -> None:
    session = _session(tmp_path)
    item = _open(session, "a")
    commands.put_labels(session, item, {0: disc(48, 64, center=(20, 20), radius=9)}, name="Draw", clear=frozenset())
    shown: list[object] = []
    session.current_changed.connect(shown.append)
    commands.set_spacing(session, item, HAND)
    assert (item.series.spacing, item.series.aspect, shown) == (HAND, 0.2 / 0.3, [item])
    session.close()

    session = _session(tmp_path)
    again = _open(session, "a")
    assert (again.series.spacing, _ids(again)) == (HAND, [])
    assert again.document.labels(0).any()
    commands.set_spacing(session, again, None)
    assert again.series.spacing is None
    session.close()


def test_another_image_of_the_scanner_is_told_what_was_guessed(tmp_path: Path) -> None:
    session = _session(tmp_path)
    commands.set_spacing(session, _open(session, "a"), HAND)
    other = _open(session, "bb")
    assert (other.series.spacing, _ids(other)) == (HAND, ["spacing-remembered"])
    own = PixelSpacing(0.1, 0.1, "PixelSpacing")
    assert _open(session, "ccc", spacing=own).series.spacing == own
    assert _open(session, "dddd", scanner=Scanner("Maker", "Other")).series.spacing is None
    commands.set_spacing(session, other, None)
    assert _open(session, "eeeee").series.spacing is None
    session.close()


def test_a_calibration_reaches_the_regions_of_lengths_only(tmp_path: Path) -> None:
    session = _session(tmp_path)
    doubt = Message("spacing-invalid", {"path": "a", "value": 0})
    item = _open(session, "a", regions=(TISSUE, TRACE), problems=(doubt,))
    commands.set_spacing(session, item, HAND)
    tissue, trace = item.series.regions
    assert (tissue.spacing, axis_spans(tissue, (0, 0), (10, 10))) == (HAND, pytest.approx((0.2, 0.3)))
    assert trace == TRACE and _ids(item) == []
    session.close()


def test_a_crop_has_a_mask_of_its_own(tmp_path: Path) -> None:
    session = _session(tmp_path)
    whole = _open(session, "a")
    part = commands.set_crop(session, whole, BOX)
    assert session.current is part and session.opened == (part,) and part.key != whole.key
    assert (part.series.rows, part.series.columns, part.document.shape) == (32, 40, (1, 32, 40))
    commands.put_labels(session, part, {0: disc(32, 40, center=(9, 9), radius=5)}, name="Draw", clear=frozenset())
    with pytest.raises(UsageError) as refused:
        commands.set_crop(session, part, None)
    assert refused.value.message.id == "crop-has-labels"
    session.close()

    session = _session(tmp_path)
    again = _open(session, "a")
    assert again.key == part.key and again.document.labels(0).any()
    other = _open(session, "bb")
    assert (other.series.rows, _ids(other)) == (32, ["crop-remembered"])
    assert commands.set_crop(session, other, None).series.rows == 48
    session.close()


def test_what_was_drawn_on_the_whole_image_is_not_cropped_away(tmp_path: Path) -> None:
    session = _session(tmp_path)
    item = _open(session, "bb")
    commands.put_labels(session, item, {0: disc(48, 64, center=(20, 20), radius=9)}, name="Draw", clear=frozenset())
    commands.set_crop(session, _open(session, "a"), BOX)
    session.close()
    session = _session(tmp_path)
    again = _open(session, "bb")
    assert again.series.rows == 48 and again.document.labels(0).any()
    session.close()


def test_colours_are_overruled_and_remembered(tmp_path: Path) -> None:
    gray = np.repeat(np.random.default_rng(0).integers(0, 256, (1, 64, 64, 1), np.uint8), 3, axis=3)
    made = dataset(gray, PhotometricInterpretation="RGB", Manufacturer="Maker", ManufacturerModelName="Model")
    series = opened(tmp_path / "a.dcm", made)
    session = _session(tmp_path)
    item, = commands.open_studies(session, Opened((Study("1", "", "", (series,)),)))
    commands.set_colour(session, item, "YBR")
    assert not np.array_equal(item.series.frame(0), gray[0])
    other = opened(tmp_path / "other.dcm", made)
    item, = commands.open_studies(session, Opened((Study("2", "", "", (other,)),)))
    assert not np.array_equal(item.series.frame(0), gray[0]) and "colour-remembered" in _ids(item)
    commands.set_colour(session, item, "auto")
    assert np.array_equal(item.series.frame(0), gray[0])
    session.close()


def test_a_damaged_memory_is_an_empty_one(tmp_path: Path) -> None:
    for text in ("[", "[]", '{"scanners": 3, "files": {"a": 1}}'):
        (tmp_path / "scanners.json").write_text(text)
        session = _session(tmp_path)
        assert _open(session, "a").series.spacing is None
        session.close()


@pytest.mark.parametrize(("axis", "expected"), [("both", (0.2, 0.2)), ("y", (0.25, 0.5)), ("x", (0.4, 1 / 3))])
def test_a_line_of_known_length(axis: str, expected: tuple[float, float]) -> None:
    now = PixelSpacing(0.4, 0.5, "PixelSpacing")
    spacing = commands.calibration_of((40, 30), 10, axis=axis, now=now)
    assert (spacing.y_mm, spacing.x_mm, spacing.source) == (*(pytest.approx(value) for value in expected), "manual")
    for length_px, mm in (((1, 0), 10), ((40, 0), 0), ((40, 0), float("nan")), ((40, 0), 1e9)):
        with pytest.raises(UsageError):
            commands.calibration_of(length_px, mm)
