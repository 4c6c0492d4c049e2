"""How undecided a segmenter is, in a size that a long cine can afford; and what is loaded stays loaded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.loaded import loaded
from medsynth_gui.engine.segmenter import uncertainty
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.warm_up import WarmUp


def test_certainty_is_zero_and_an_even_choice_is_255():
    probability = np.zeros((3, 600, 900), np.float32)
    probability[0, :, :300] = 1
    probability[:, :, 300:600] = 1 / 3
    probability[:2, :, 600:] = 0.5
    found = uncertainty(probability)
    assert found.dtype == np.uint8 and max(found.shape) <= 256 and found.shape[1] / found.shape[0] == 256 / 171
    assert found[80, 40] == 0 and found[80, 128] == 255 and 150 < found[80, 215] < 175


def test_another_number_of_threads_does_not_load_the_weights_again():
    class Model:
        def __init__(self, card, runtime):
            self.runtime = runtime

    card, runtime = list_models()[0], resolve("cpu", "fp32", 1)
    first, second = loaded(Model, card, runtime), loaded(Model, card, replace(runtime, threads=3))
    assert first is second and second.runtime.threads == 3


def test_the_warm_up_does_without_an_interactive_model():
    assert WarmUp(refiner="not-there").run(JobContext())["device"]
