"""One mask from several readers'."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.consensus import Consensus, merge

A = np.array([[0, 1, 1, 2, 0]], np.uint8)
B = np.array([[0, 0, 1, 1, 2]], np.uint8)
C = np.array([[3, 0, 1, 1, 0]], np.uint8)


@pytest.mark.parametrize(("how", "merged"), [
    (Consensus.FIRST, [0, 1, 1, 2, 0]), (Consensus.SECOND, [0, 0, 1, 1, 2]), (Consensus.UNION, [3, 1, 1, 2, 2]),
    (Consensus.INTERSECTION, [0, 0, 1, 0, 0]), (Consensus.MAJORITY, [0, 0, 1, 1, 0])])
def test_ways_of_merging_three_readers(how: Consensus, merged: list[int]) -> None:
    assert merge((A, B, C), how)[0].tolist() == merged


def test_half_of_the_readers_are_no_majority() -> None:
    assert merge((A, B), Consensus.MAJORITY)[0].tolist() == [0, 0, 1, 0, 0]


def test_what_is_merged_is_a_copy_and_one_mask_is_no_consensus() -> None:
    merge((A, B), Consensus.FIRST)[:] = 9
    assert A.max() == 2
    with pytest.raises(ValueError, match="1 masks"):
        merge((A,), Consensus.UNION)
