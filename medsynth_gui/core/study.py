"""Study: what one examination holds, patient > study > series."""

from __future__ import annotations

from dataclasses import dataclass

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
