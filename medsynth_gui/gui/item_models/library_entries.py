"""What the library lists, and which of it a filter lets through: plain values, without Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.session.opened import OpenSeries


@dataclass(frozen=True)
class LibraryEntry:
    """One tile: an opened series or a sample of the project.

    Attributes:
        key: unique and stable; thumbnails are kept under it.
        facets: modality, class, origin (real, synthetic), review state and split, as shown and filtered.
        opened: where pixels come from, for an opened series.
        image: the stored picture, for a sample of the project.
        sample_id: id in the project; empty for an opened series that is not in it.
    """

    key: str
    title: str
    detail: str = ""
    modality: str = ""
    class_name: str = ""
    synthetic: bool = False
    review: str = ""
    split: str = ""
    opened: OpenSeries | None = None
    image: Path | None = None
    sample_id: str = ""

    @property
    def origin(self) -> str:
        return "synthetic" if self.synthetic else "real"

    @property
    def series(self) -> ImageSeries | None:
        """The opened series; its header is read now if it was not yet.

        Raises:
            InputError: it cannot be read.
        """
        return self.opened.series if self.opened is not None else None

    def gray(self) -> npt.NDArray[np.uint8]:
        """The picture that stands for it, (y, x) uint8: of a cine the frame in the middle."""
        if (series := self.series) is not None:
            return series.gray(series.frame_count // 2)
        from medsynth_gui.io.raster_files import read_gray

        assert self.image is not None, self.key
        return read_gray(self.image)


@dataclass(frozen=True)
class LibraryFilter:
    """What is shown; an empty field lets everything through."""

    text: str = ""
    modality: str = ""
    class_name: str = ""
    origin: str = ""
    review: str = ""
    split: str = ""

    @property
    def active(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def accepts(self, entry: LibraryEntry) -> bool:
        """Every word of the text occurs in the title or detail, and every chosen facet is equal."""
        for name in FACETS:
            wanted = getattr(self, name)
            if wanted and getattr(entry, name) != wanted:
                return False
        shown = f"{entry.title} {entry.detail} {entry.class_name}".casefold()
        return all(word in shown for word in self.text.casefold().split())


FACETS = ("modality", "class_name", "origin", "review", "split")


def facet_values(entries: Iterable[LibraryEntry], facet: str) -> list[str]:
    """The values of a facet that occur, sorted; the empty one is left out."""
    return sorted({value for entry in entries if (value := getattr(entry, facet))})


def balance(entries: Iterable[LibraryEntry]) -> list[tuple[str, int, int]]:
    """(class, real, synthetic) counts, the largest class first; the class is empty where none is known."""
    counts = Counter((entry.class_name, entry.synthetic) for entry in entries)
    classes = {name for name, _ in counts}
    rows = [(name, counts[name, False], counts[name, True]) for name in classes]
    return sorted(rows, key=lambda row: (-(row[1] + row[2]), row[0]))
