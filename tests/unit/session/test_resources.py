"""Label sets and window presets that come with the program."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.session.label_sets import list_label_sets, load_label_set
from medsynth_gui.session.window_presets import window_presets

# The label values that the product promises.
VALUES = {
    "breast": {1: "lesion"}, "fetal-head": {1: "head"}, "lungs": {1: "lungs"},
    "nerve-vessel": {1: "nerve", 2: "vessel"}, "muscle-fat": {1: "fat", 2: "muscle"},
    "lung-us": {1: "pleura", 2: "A-line", 3: "B-line", 4: "rib shadow"},
}


def test_every_label_set_has_the_values_of_the_product() -> None:
    assert set(list_label_sets()) == set(VALUES)
    for name, values in VALUES.items():
        labels = load_label_set(name)
        assert {label.value: label.name for label in labels} == values
        assert len({label.color for label in labels}) == len(labels)


def test_an_unknown_label_set_is_a_sentence() -> None:
    with pytest.raises(InputError, match="label set"):
        load_label_set("moon")


def test_presets_are_chosen_by_modality_and_give_windows() -> None:
    frame = np.linspace(0, 4095, 64 * 64).reshape(64, 64).astype(np.uint16)
    series = ImageSeries.from_array(frame)
    names = {preset.id for preset in window_presets("MG")}
    assert "mg-dense" in names
    assert not names & {"us-dark", "dx-lungs"}
    assert names < {preset.id for preset in window_presets()}
    windows = {preset.id: preset.window(series, 0) for preset in window_presets()}
    assert (windows["full"].low, windows["full"].high) == (0, 65535)
    assert 0 < windows["strong"].low < windows["strong"].high < 4095
    assert all(window.width > 0 for window in windows.values())
