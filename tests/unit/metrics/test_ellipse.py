"""Ellipses fitted to masks: made ones, cut ones, and real fetal heads."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.plane import ellipse_circumference, semi_axes
from medsynth_gui.io.raster_files import read_labels
from medsynth_gui.metrics.ellipse import fit_ellipse
from tests.builders import shared_data


def drawn(rows: int, columns: int, center: tuple[float, float], a: float, b: float, turn: float,
          aspect: float = 1.0) -> np.ndarray:
    """A mask (y, x) of the pixels whose middle is inside; the ellipse is one where a person sees it."""
    y, x = np.mgrid[0:rows, 0:columns] + 0.5
    dy, dx = (y - center[0]) * aspect, x - center[1]
    c, s = math.cos(turn), math.sin(turn)
    return ((dx * c + dy * s) / a) ** 2 + ((dy * c - dx * s) / b) ** 2 <= 1


@given(st.floats(15, 60), st.floats(0.4, 1.0), st.floats(0, math.pi), st.floats(0.6, 1.6))
def test_a_drawn_ellipse_is_found_again(a: float, part: float, turn: float, aspect: float) -> None:
    mask = drawn(240, 160, (120.3 / aspect, 80.2), a, a * part, turn, aspect)
    found = fit_ellipse(mask, aspect=aspect)
    assert found is not None
    assert semi_axes(*found, y=aspect, x=1.0) == pytest.approx((a, a * part), abs=0.35)
    assert (np.mean([found[0], found[1]], axis=0) * (aspect, 1)).tolist() == pytest.approx([120.3, 80.2], abs=0.25)


def test_an_outline_and_its_filling_are_the_same_ellipse() -> None:
    mask = drawn(120, 160, (60, 80), 50, 30, 0.4)
    hollow = mask & ~drawn(120, 160, (60, 80), 46, 26, 0.4)
    hollow[2, 2] = True
    assert np.array(fit_ellipse(hollow)) == pytest.approx(np.array(fit_ellipse(mask)))


def test_a_head_that_is_cut_off_is_completed() -> None:
    found = fit_ellipse(drawn(120, 160, (60, 25), 50, 40, 0.0))
    assert found is not None
    assert semi_axes(*found) == pytest.approx((50, 40), abs=1.0)


@pytest.mark.parametrize("mask", [np.zeros((20, 20), bool), np.eye(20, dtype=bool)[:3], np.ones((20, 20), bool)])
def test_what_is_no_ellipse_gives_none(mask: np.ndarray) -> None:
    assert fit_ellipse(mask) is None


def test_head_circumference_of_real_heads() -> None:
    """Masks of HC18 hold the annotation's line too, which makes them larger by about half its thickness."""
    folder = shared_data("fetal_head_us_hc18")
    errors = []
    with (folder / "index.csv").open(encoding="utf-8") as stream:
        for row in list(csv.DictReader(stream))[::10]:
            found = fit_ellipse(read_labels(folder / "masks" / f"{row['id']}.png") > 0)
            assert found is not None
            a, b = semi_axes(*found, y=float(row["pixel_size_mm"]), x=float(row["pixel_size_mm"]))
            errors.append(ellipse_circumference(a, b) - float(row["head_circumference_mm"]))
    assert len(errors) > 40
    assert np.abs(errors).mean() < 1.5
    assert np.std(errors) < 0.8
