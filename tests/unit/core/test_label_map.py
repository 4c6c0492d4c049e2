"""LabelMap: live where it is looked at, small at rest."""

from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.label_map import LabelMap


def test_a_held_view_shows_later_writes_even_after_the_frame_went_to_rest() -> None:
    labels = LabelMap(10, 64, 64, live_bytes=0)
    view = labels.read(0)
    labels.write(0)[3, 4] = 7
    for frame in range(1, 10):
        labels.write(frame)[0, 0] = 1
    labels.rest()
    labels.write(0)[5, 6] = 8
    assert (view[3, 4], view[5, 6]) == (7, 8)


def test_a_view_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        LabelMap(1, 4, 4).read(0)[0, 0] = 1


def test_frames_survive_rest_and_empty_ones_leave() -> None:
    labels = LabelMap(500, 128, 96, live_bytes=0)
    generator = np.random.default_rng(0)
    truth = {frame: generator.integers(0, 5, (128, 96), np.uint8) for frame in range(0, 500, 50)}
    for frame, values in truth.items():
        labels.write(frame)[:] = values
    labels.write(7)[2, 2] = 1
    labels.write(7)[2, 2] = 0
    labels.rest()
    assert labels.labelled_frames() == tuple(truth)
    for frame, values in truth.items():
        assert (labels.read(frame) == values).all()
    assert not labels.read(7).any()


def test_a_long_cine_stays_small() -> None:
    labels = LabelMap(500, 512, 512)
    for frame in range(500):
        labels.write(frame)[100:300, 150:350] = 1
    labels.rest()
    assert labels.rest_bytes < 500 * 512 * 512 / 100


def test_packed_frames_come_back_into_the_same_view() -> None:
    labels = LabelMap(3, 32, 32)
    view = labels.read(1)
    labels.write(1)[4:9, 4:9] = 2
    packed = labels.pack()
    labels.write(1)[:] = 5
    labels.write(2)[0, 0] = 1
    labels.unpack(packed)
    assert view.sum() == 50
    assert labels.labelled_frames() == (1,)
    assert not labels.read(2).any()


@pytest.mark.parametrize("packed", [{9: b""}, {0: b"short"}, {0: b"\0\0\0\0\x04\0\0\0rubbish"}])
def test_damaged_frames_are_refused(packed: dict[int, bytes]) -> None:
    labels = LabelMap(3, 8, 8)
    view = labels.read(0)
    labels.write(0)[1, 1] = 3
    with pytest.raises(ValueError, match=r"damaged|outside"):
        labels.unpack(packed)
    assert view[1, 1] == 3


def test_a_frame_outside_the_series_does_not_exist() -> None:
    with pytest.raises(IndexError):
        LabelMap(2, 4, 4).read(2)
