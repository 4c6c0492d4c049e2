"""What an image is drawn as where nobody names a class."""

from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.shapes.model import fit_shapes
from medsynth_gui.io.shape_file import NAME, write_shape_model
from medsynth_gui.jobs.catalogue import find_model
from medsynth_gui.jobs.mask_candidates import fitting_class
from tests.engine.conftest import SYNTHESIS


def disc(radius: int) -> np.ndarray:
    y, x = np.mgrid[:48, :48]
    return ((y - 24) ** 2 + (x - 24) ** 2 < radius**2).astype(np.uint8)


@pytest.fixture
def card(model):
    """A generator of the classes a and b: a always has a label, b never."""
    folder = Path(model(SYNTHESIS))
    masks = [*((disc(4 + number % 8), "a") for number in range(16)), *((disc(0), "b") for _ in range(16))]
    write_shape_model(folder / NAME, fit_shapes(masks, {1: "lesion"}))
    return find_model(str(folder))


def test_a_labelled_mask_is_drawn_as_a_class_that_has_labels(card):
    assert {fitting_class(card, disc(6), 7, index) for index in range(12)} == {"a"}
    assert {fitting_class(card, disc(0), 7, index) for index in range(12)} == {"b"}


def test_without_a_shape_model_it_is_any_image(card):
    (card.folder / NAME).unlink()
    assert fitting_class(card, disc(6), 7, 0) is None
