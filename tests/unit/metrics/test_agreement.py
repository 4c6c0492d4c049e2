"""Agreement of two readers against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from medsynth_gui.metrics.agreement import cohen_kappa, compare, summarise


def box(y: int, x: int, side: int = 10, value: int = 1) -> np.ndarray:
    labels = np.zeros((40, 40), np.uint8)
    labels[y:y + side, x:x + side] = value
    return labels


def test_kappa_of_a_textbook_table_and_where_there_is_none() -> None:
    # Cohen's own form: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives observed 0.7, expected 0.5.
    first, second = ["y"] * 25 + ["n"] * 25, ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert cohen_kappa(["a", "b"], ["b", "a"]) == pytest.approx(-1.0)
    assert cohen_kappa(["a", "a"], ["a", "a"]) is None and cohen_kappa([], []) is None
    with pytest.raises(ValueError, match="answers"):
        cohen_kappa(["a"], [])


def test_a_shifted_square_has_the_dice_and_the_distance_of_its_shift_in_mm_of_either_axis() -> None:
    down = compare(box(10, 10), box(12, 10), id="a", spacing=(0.5, 0.1))
    across = compare(box(10, 10), box(10, 12), id="b", spacing=(0.5, 0.1))
    for one, shift_mm in ((down, 1.0), (across, 0.2)):
        assert one.unit == "mm" and one.labels[1].dice == pytest.approx(0.8)
        assert one.labels[1].hd95 == pytest.approx(shift_mm)
        assert one.labels[1].nsd == 1.0
        assert one.disagreement == pytest.approx(0.2)
    assert compare(box(10, 10), box(12, 10), id="a").unit == "px"


def test_figures_are_the_same_whoever_is_called_first() -> None:
    pairs = [(box(5, 5), box(7, 6)), (box(5, 5), np.zeros((40, 40), np.uint8)),
             (box(5, 5, value=2), box(6, 5, value=2))]
    there = summarise([compare(a, b, id=str(n), classes=("x", "xy"[n % 2])) for n, (a, b) in enumerate(pairs)])
    back = summarise([compare(b, a, id=str(n), classes=("xy"[n % 2], "x")) for n, (a, b) in enumerate(pairs)])
    assert there == back
    assert there["labels"]["1"]["drawn_by_either"] == 2 and there["labels"]["1"]["drawn_by_both"] == 1
    assert there["labels"]["1"]["dice"]["median"] == pytest.approx((72 / 100) / 2)


def test_who_alone_drew_a_label_disagrees_wholly_and_presence_has_a_kappa() -> None:
    nothing = np.zeros((40, 40), np.uint8)
    images = [compare(box(5, 5), box(5, 5), id="both"), compare(nothing, nothing, id="none"),
              compare(box(5, 5), nothing, id="one"), compare(nothing, nothing, id="none too", classes=("a", "b"))]
    assert [image.disagreement for image in images] == [0.0, 0.0, 1.0, 1.0]
    presence = summarise(images)["labels"]["1"]["presence"]
    assert presence["agreed"] == 0.75 and presence["kappa"] == pytest.approx(0.5)
    assert presence["low"] <= presence["kappa"] <= presence["high"]


def test_intervals_are_over_groups() -> None:
    """Ten images of one patient are one piece of evidence: the interval is a point."""
    images = [compare(box(5, 5), box(5 + n % 3, 5), id=str(n), group="p") for n in range(10)]
    dice = summarise(images)["labels"]["1"]["dice"]
    assert dice["low"] == dice["high"] == pytest.approx(dice["mean"])
    apart = summarise([compare(box(5, 5), box(5 + n % 3, 5), id=str(n)) for n in range(10)])["labels"]["1"]["dice"]
    assert apart["low"] < apart["mean"] < apart["high"] and not math.isnan(apart["low"])
