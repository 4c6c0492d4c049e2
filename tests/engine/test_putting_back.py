"""What was shifted or cropped lies where it came from again, and a code is never less alike for it."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.engine.features import Encoder
from medsynth_gui.engine.putting_back import PLACES, Place, put_back
from medsynth_gui.engine.simulator import simulate
from medsynth_gui.engine.training.copies import Copy, copied, squared
from medsynth_gui.jobs.catalogue import find_model
from tests.engine.test_encoding import CPU, tiny_encoder


@pytest.fixture(scope="module")
def scenes():
    return [simulate("breast-lesion", seed=seed, size=128, severity=1).images[0] for seed in range(6)]


def difference(one, other):
    return np.abs(one.astype(int) - other)[16:-16, 16:-16].mean()


@pytest.mark.parametrize(("change", "place"), [
    (Copy(crop=(0.9, 0.9), crop_at=(0.0, 1.0)), Place(0.9, (0.0, 1.0))),
    (Copy(crop=(0.9, 0.9), crop_at=(0.5, 0.5)), Place(0.9, (0.5, 0.5))),
    (Copy(shift=(0.0, 6.4)), Place(shift=(0.0, -0.05))),
])
def test_a_copy_lies_where_it_came_from_again(scenes, change, place):
    square = squared(scenes[0], 128)
    copy = squared(copied(square, change), 128)
    assert difference(put_back(copy, place).image, square.image) < 0.5 * difference(copy.image, square.image)


def test_the_place_that_changes_nothing(scenes):
    square = squared(scenes[0][:100], 128)
    moved = put_back(square, Place())
    assert np.array_equal(moved.image, square.image) and moved.inside == square.inside
    assert len(set(PLACES)) == 17


def test_codes_put_back_are_nowhere_less_alike_and_own_patients_do_not_count(scenes, tmp_path):
    from medsynth_gui.engine.device import resolve

    encoder = Encoder(find_model(str(tiny_encoder(tmp_path / "enc"))), resolve(CPU.device, CPU.precision, 1))
    reference = encoder.codes(scenes)
    cropped = [copied(squared(scene, 128), Copy(crop=(0.9, 0.9), crop_at=(1.0, 0.0))) for scene in scenes]
    codes = encoder.codes(cropped)
    again = encoder.put_back(cropped, codes, reference)
    before, after = ((found @ reference.T).max(1) for found in (codes, again))
    assert (after >= before - 1e-6).all() and (after > before).any()
    assert np.allclose(np.linalg.norm(again, axis=1), 1, atol=1e-5)
    assert np.array_equal(encoder.put_back(cropped, codes, reference, same=np.ones((6, 6), bool)), codes)
    assert encoder.put_back([], codes[:0], reference).shape == (0, codes.shape[1])
    assert np.array_equal(encoder.put_back(cropped, codes, reference[:0]), codes)
