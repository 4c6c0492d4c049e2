"""Patient, study, series: the order in which images are listed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medsynth_gui.core.image import ImageSeries, SeriesPlace
from medsynth_gui.core.study import Study, in_order


def _image(title: str, uid: str = "", number: int = 0, instance: int = 0) -> ImageSeries:
    made = ImageSeries.from_array(np.zeros((4, 4), np.uint8), title=title)
    return replace(made, place=SeriesPlace(uid, number, instance))


def test_images_follow_their_series_and_number_and_patients_stay_together() -> None:
    mixed = (_image("b2", "b", 2, 2), _image("a10", "a", 1, 10), _image("b1", "b", 2, 1), _image("a2", "a", 1, 2))
    studies = [Study("1", "Ada", "", mixed), Study("2", "Eve", "", ()), Study("3", "Ada", "", ())]
    ordered = in_order(studies)
    assert [study.uid for study in ordered] == ["1", "3", "2"]
    assert [image.title for image in ordered[0].series] == ["a2", "a10", "b1", "b2"]


def test_what_has_no_number_stays_as_it_was_opened() -> None:
    images = tuple(_image(name) for name in ("frame2", "frame10", "frame1"))
    studies = [Study("folder:b", "", "", images), Study("folder:a", "", "", ())]
    assert in_order(studies) == studies
