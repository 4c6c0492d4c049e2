"""Which sample of a project was made from a frame of an opened series."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_gray


def sample_of_frame(samples: Iterable[Sample], series: ImageSeries, frame: int) -> Sample | None:
    """The sample of this frame's name, number and pixels; None where there is none.

    A frozen cine has equal frames: the number in the sample's id tells them apart.
    """
    number = re.compile(rf"-{frame:04d}(-\d+)?$" if series.frame_count > 1 else "")
    shape, title, image = (series.rows, series.columns), series.title or "image", None
    for sample in samples:
        if sample.title != title or (sample.rows, sample.columns) != shape or not number.search(sample.id):
            continue
        image = series.gray(frame) if image is None else image
        try:
            if np.array_equal(read_gray(sample.image), image):
                return sample
        except MedSynthError:
            continue
    return None
