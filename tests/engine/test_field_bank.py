"""Fields of view: found in images and kept in a bank."""

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, ModelError
from medsynth_gui.engine.field_bank import NAME, collect, drawn_field, read_fields, write_fields
from medsynth_gui.io.tensor_file import write_tensors


def speckle(rows=200, columns=260):
    return np.random.default_rng(0).rayleigh(40, (rows, columns)).clip(3, 255).astype(np.uint8)


def rectangle(rows, columns, top, left):
    field = np.zeros((rows, columns), bool)
    field[top:, left:] = True
    return field


def bank(*fields):
    found = collect((field, np.zeros(field.shape, np.uint8)) for field in fields)
    assert found is not None
    return found


def test_a_black_box_at_the_rim_is_not_drawn_and_a_dark_cyst_is():
    image = speckle()
    image[150:, 190:] = 0
    image[60:110, 60:110] = 0
    field = drawn_field(image, "fan")
    assert not field[165:, 205:].any()
    assert field[70:100, 70:100].all()
    assert drawn_field(image, "").all()


def test_a_collimator_leaves_a_rectangle():
    image = speckle()
    image[160:], image[:, :20] = 0, 0
    assert np.array_equal(drawn_field(image, "rectangle"), np.outer(np.arange(200) < 160, np.arange(260) >= 20))


def test_an_unknown_kind_gets_a_sentence():
    with pytest.raises(InputError, match="fan, rectangle"):
        drawn_field(speckle(), "circle")


def test_a_bank_keeps_each_field_once_and_survives_the_disk(tmp_path):
    found = bank(rectangle(100, 120, 0, 40), rectangle(200, 240, 0, 80), rectangle(100, 120, 50, 0))
    assert len(found.fields) == 2
    write_fields(tmp_path, found)
    first = (tmp_path / NAME).read_bytes()
    again = read_fields(tmp_path)
    assert np.array_equal(again.fields, found.fields) and np.array_equal(again.aspects, found.aspects)
    write_fields(tmp_path, again)
    assert (tmp_path / NAME).read_bytes() == first


def test_a_damaged_bank_gets_a_sentence_and_a_missing_one_is_none(tmp_path):
    assert read_fields(tmp_path) is None
    (tmp_path / NAME).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=NAME):
        read_fields(tmp_path)


def test_the_field_chosen_holds_the_mask_and_is_the_same_for_the_same_seed():
    found = bank(rectangle(100, 120, 0, 60), rectangle(100, 120, 50, 0))
    mask = np.zeros((50, 60), np.uint8)
    mask[30:40, 5:15] = 1
    for seed in range(8):
        field = found.choose(mask, seed)
        assert np.array_equal(field, found.choose(mask, seed))
        assert field[mask > 0].all()
        assert not field[:20].any(), "the one field that holds the mask"
    nothing = {found.choose(np.zeros((50, 60), np.uint8), seed).tobytes() for seed in range(16)}
    assert len(nothing) == 2


def test_a_mask_that_no_field_holds_is_drawn_from_side_to_side():
    found = bank(rectangle(100, 120, 0, 60))
    mask = np.zeros((50, 60), np.uint8)
    mask[:, :20] = 1
    assert found.choose(mask, 1).all()
    assert found.choose(np.zeros((60, 20), np.uint8), 1).all(), "other proportions"


def test_a_frame_is_wished_by_its_number_holds_the_mask_and_by_the_seed_nothing_changes():
    found = bank(rectangle(100, 120, 0, 60), rectangle(100, 120, 50, 0))
    mask = np.zeros((50, 60), np.uint8)
    mask[30:40, 5:15] = 1
    for number in range(2):
        field = found.wished(str(number), mask, 7)
        assert field[mask > 0].all() and np.array_equal(field | (mask > 0), field)
        assert field[:20, 35:].all() == (number == 0) and field[45:, :20].all() == (number == 1)
    assert found.wished("whole", mask, 7).all()
    assert np.array_equal(found.wished("seed", mask, 7, 3), found.choose(mask, 7, 3))


def test_a_usual_field_is_chosen_as_often_as_real_images_have_it(tmp_path):
    usual, rare = rectangle(100, 120, 0, 10), rectangle(100, 120, 60, 0)
    write_fields(tmp_path, bank(*[usual] * 9, rare))
    found = read_fields(tmp_path)
    assert np.bincount(found.owners).tolist() == [9, 1]
    mask = np.zeros((100, 120), np.uint8)
    chosen = [found.choose(mask, 5, index).mean() for index in range(300)]
    assert 240 <= sum(share == pytest.approx(usual.mean(), abs=0.02) for share in chosen) < 300


def test_a_bank_without_owners_takes_all_alike(tmp_path):
    write_tensors(tmp_path / NAME, {"fields": np.packbits(np.ones((2, 128, 128), bool), axis=-1),
                                    "aspects": np.ones(2, np.float32)})
    found = read_fields(tmp_path)
    assert found.owners.tolist() == [0, 1] and not found.extents.any()


def test_a_small_organ_gets_the_frame_that_small_ones_had(tmp_path):
    whole, framed = rectangle(100, 100, 0, 0), np.zeros((100, 100), bool)
    framed[10:70, 10:90] = True
    large, small = np.zeros((2, 100, 100), np.uint8)
    large[10:90, 10:90], small[20:60, 30:70] = 1, 1
    found = collect([(whole, large), (framed, small)] * 5)
    write_fields(tmp_path, found)
    found = read_fields(tmp_path)
    assert all(found.choose(small, 1, index).mean() < 0.6 for index in range(20))
    assert all(found.choose(large, 1, index).all() for index in range(20))
