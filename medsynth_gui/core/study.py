"""Study: what one examination holds, patient > study > series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ImageSeries


@dataclass(frozen=True)
class Study:
    """The series of one examination. `patient` stays on this machine and in no export."""

    uid: str
    patient: str
    title: str
    series: tuple[ImageSeries, ...]


@dataclass(frozen=True)
class OpenFailure:
    """A file that could not be opened, with the reason and the remedy."""

    path: str
    message: Message


def in_order(studies: Sequence[Study]) -> list[Study]:
    """Studies of one patient beside each other, and in a study its images by series and by number there.

    What the files do not number stays in the order of opening.
    """
    first: dict[str, int] = {}
    for number, study in enumerate(studies):
        first.setdefault(study.patient or study.uid, number)
    by_patient = sorted(studies, key=lambda study: first[study.patient or study.uid])
    return [replace(study, series=_images_in_order(study.series)) for study in by_patient]


def _images_in_order(images: Sequence[ImageSeries]) -> tuple[ImageSeries, ...]:
    first: dict[str, int] = {}
    for number, image in enumerate(images):
        first.setdefault(image.place.uid, number)
    return tuple(sorted(images, key=lambda i: (i.place.number, first[i.place.uid], i.place.instance)))
