"""Edits: inverse of inverse, sizes, damage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.edits import RegionEdit, difference, pack_mask, unpack_mask
from medsynth_gui.core.geometry import Region

arrays = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, 4, (9, 13), np.uint8))


@given(arrays, arrays)
def test_an_edit_and_its_inverse_go_back_and_forth(old: np.ndarray, new: np.ndarray) -> None:
    labels = np.zeros((20, 30), np.uint8)
    labels[4:13, 6:19] = new
    after = labels.copy()
    found = difference(2, 4, 6, old, new)
    if found is None:
        assert (old == new).all()
        return
    back, region = found
    assert region == region.clipped(20, 30)
    forth = back.apply(labels)
    assert (labels[4:13, 6:19] == old).all()
    forth.apply(labels)
    assert (labels == after).all()


def test_equal_arrays_make_no_edit() -> None:
    assert difference(0, 0, 0, np.ones((3, 3), np.uint8), np.ones((3, 3), np.uint8)) is None


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_packed_masks_come_back(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    assert (unpack_mask(pack_mask(mask), Region(0, 3, 4, 3 + height, 4 + width)) == mask).all()


def test_an_edit_that_does_not_fit_is_refused() -> None:
    edit = RegionEdit.of(Region(0, 0, 0, 4, 4), np.ones((4, 4), bool), np.full(16, 3, np.uint8))
    with pytest.raises(ValueError, match="outside"):
        edit.apply(np.zeros((3, 9), np.uint8))
    with pytest.raises(ValueError, match="damaged"):
        replace(edit, bits=b"not zlib").apply(np.zeros((9, 9), np.uint8))
    with pytest.raises(ValueError, match="size"):
        replace(edit, region=Region(0, 0, 0, 8, 8)).apply(np.zeros((9, 9), np.uint8))


def test_a_stroke_is_small() -> None:
    """100 strokes on 120 x 512 x 512 took 0.13 MB in the prototype: a stroke must stay in the order of a kilobyte."""
    labels = np.zeros((512, 512), np.uint8)
    labels[100:140, 50:300] = 1
    found = difference(0, 0, 0, np.zeros_like(labels), labels)
    assert found is not None
    assert found[0].size_bytes < 1500
