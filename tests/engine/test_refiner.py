"""The hand is always obeyed; the window looks where the hand points; the scripted hand points at errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.prompts import Prompts
from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.prompt_input import network_input, whole_window, window_around
from medsynth_gui.engine.refiner import Refiner
from medsynth_gui.engine.training.prompting import largest_error, middle, scribble, spoilt
from medsynth_gui.jobs.catalogue import find_model
from tests.builders import disc


@pytest.fixture(scope="module")
def refiner():
    try:
        return Refiner(find_model("refine-us"), resolve("cpu", "fp32", 1))
    except ModelError:
        pytest.skip("the interactive model is not shipped here")


def clicks(shape, positive=(), negative=()):
    prompts = Prompts.empty(*shape)
    for plane, points in ((prompts.positive, positive), (prompts.negative, negative)):
        for point in points:
            plane[point] = True
    return prompts


@given(st.integers(20, 200), st.integers(20, 200), st.floats(0.5, 2.0), st.data())
@settings(max_examples=40, deadline=None)
def test_every_prompt_lands_in_the_window(rows, columns, aspect, data):
    y, x = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    prompts = clicks((rows, columns), [(y, x)])
    y0, x0 = data.draw(st.integers(0, rows - 2)), data.draw(st.integers(0, columns - 2))
    boxed = Prompts(prompts.positive, prompts.negative, (y0, x0, data.draw(st.integers(y0 + 1, rows)),
                                                         data.draw(st.integers(x0 + 1, columns))))
    for told in (prompts, boxed):
        window = window_around(told, 64, aspect=aspect)
        planes = network_input(np.zeros((rows, columns), np.uint8), told, window)
        assert planes.shape == (5, 64, 64) and planes[1].any()
        assert bool(planes[3].any()) == (told.box is not None)


def test_a_small_mask_is_looked_at_closely():
    mask = disc(400, 300, center=(200, 150), radius=20) > 0
    near = window_around(Prompts(mask, ~mask & False, previous=mask), 64)
    assert near.side < whole_window(400, 300, 64).side / 2


def test_the_hand_is_obeyed(refiner):
    gray = np.random.default_rng(0).integers(0, 255, (120, 160), np.uint8)
    found = refiner.refine(gray, clicks(gray.shape, [(10, 10), (60, 80)], [(60, 84), (100, 20)])).mask
    assert found[10, 10] and found[60, 80] and not found[60, 84] and not found[100, 20]
    assert not refiner.refine(gray, clicks(gray.shape, negative=[(5, 5)])).mask.any()


def test_a_click_finds_a_plain_dark_disc(refiner):
    truth = disc(192, 192, center=(90, 100), radius=30) > 0
    gray = np.where(truth, 30, 120).astype(np.uint8)
    gray = np.clip(gray * np.random.default_rng(0).rayleigh(0.8, gray.shape), 0, 255).astype(np.uint8)
    found = refiner.refine(gray, clicks(gray.shape, [middle(truth)])).mask
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.8


def test_the_scripted_hand_points_at_the_largest_error():
    truth = disc(100, 100, center=(55, 50), radius=20) > 0
    wrong, missing = largest_error(np.zeros_like(truth), truth)
    assert missing and truth[middle(wrong)]
    too_much = truth.copy()
    too_much[:15] = True
    wrong, missing = largest_error(too_much, truth)
    assert not missing and middle(wrong)[0] < 15
    assert largest_error(truth, truth) is None
    rng = np.random.default_rng(0)
    assert (scribble(truth, rng) <= truth).all() and spoilt(truth, rng).shape == truth.shape
