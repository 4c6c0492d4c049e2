"""Display: what is shown of 8-bit, 16-bit, signed and float values, and through which colours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.display import COLOR_MAPS, Display
from medsynth_gui.core.windowing import WindowLevel, apply_window


@given(dtype=st.sampled_from(["u1", "i1", "<u2", "<i2", "<f4", "<i4"]), level=st.floats(-2000, 3000),
       width=st.floats(1, 6000), seed=st.integers(0, 99))
def test_without_gamma_it_is_window_level(dtype: str, level: float, width: float, seed: int) -> None:
    kind = np.dtype(dtype)
    low, high = (-3000, 5000) if kind.kind == "f" or kind.itemsize > 2 else (np.iinfo(kind).min, np.iinfo(kind).max)
    frame = np.random.default_rng(seed).integers(low, high, (7, 9)).astype(kind)
    shown = Display(WindowLevel(level, width)).apply(frame)
    wanted = apply_window(frame, WindowLevel(level, width))
    assert np.abs(shown.astype(int) - wanted).max() <= 1


def test_gamma_lifts_the_middle_and_keeps_the_ends() -> None:
    ramp = np.arange(256, dtype=np.uint8)
    brighter, darker = (Display(gamma=gamma).apply(ramp[None])[0] for gamma in (2.0, 0.5))
    assert [brighter[0], brighter[255], darker[0], darker[255]] == [0, 255, 0, 255]
    assert brighter[64] == pytest.approx(255 * (64 / 255) ** 0.5, abs=1) and darker[64] < 64 < brighter[64]


def test_inversion_is_of_the_colours_of_gray_and_of_the_values_of_colour() -> None:
    assert Display(invert=True).palette()[10].tolist() == [245, 245, 245]
    assert Display(invert=True).apply(np.full((1, 1, 3), 10, np.uint8)).tolist() == [[[245, 245, 245]]]


@pytest.mark.parametrize("colors", COLOR_MAPS, ids=lambda row: row.id)
def test_a_colour_map_runs_from_dark_to_bright(colors: object) -> None:
    luma: npt.NDArray[np.float64] = colors.table() @ np.array([0.299, 0.587, 0.114])
    assert luma[255] - luma[0] > 150 and (np.diff(luma) > -1).all()


def test_not_a_number_is_black() -> None:
    frame = np.array([[np.nan, np.inf, -np.inf]], np.float32)
    assert Display(WindowLevel(0, 10)).apply(frame).tolist() == [[0, 255, 0]]
