"""ImageSet: the images of a folder for comparing sets, small, with what they show in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, need_folder
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.files import size_text
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import image_files, is_training_set, read_training_set
from medsynth_gui.jobs.job import JobContext

Gray = npt.NDArray[np.uint8]
_LEAST_PX, _MOST_PX = 32, 256
_MARKS_LOOKED_FOR = 200


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of one folder.

    Attributes:
        images: (y, x), at most 256 pixels on the long side.
        sides: their long sides as stored.
        groups: who each shows: set and group, or a digest of the pixels where the folder says nothing.
        digests: of the pixels as stored.
        parts: part of the training set's own split; empty in a plain folder.
        marked: how many of `marks_looked_for` images carry letters or calipers.
        synthetic: how many files said that nobody scanned them.
    """

    folder: Path
    ids: tuple[str, ...] = ()
    images: tuple[Gray, ...] = ()
    sides: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    grouped: bool = False
    marked: int = 0
    marks_looked_for: int = 0
    synthetic: int = 0
    failed: tuple[OpenFailure, ...] = field(default=())

    def only(self, indices: Sequence[int]) -> ImageSet:
        """The images at these places."""
        columns: dict[str, Any] = {name: tuple(getattr(self, name)[index] for index in indices)
                                   for name in ("ids", "images", "sides", "groups", "digests", "parts")
                                   if getattr(self, name)}
        return replace(self, **columns)

    def at(self, side: int) -> list[Gray]:
        """The images with this long side, never enlarged."""
        from medsynth_gui.engine.gate_reference import drawn_size

        return [drawn_size(image, side) for image in self.images]


@dataclass(frozen=True)
class _Entry:
    id: str
    path: Path
    group: str = ""
    part: str = ""


def read_image_set(folder: Path, ctx: JobContext, *, real: bool, has_marks: Callable[[Gray], bool]) -> ImageSet:
    """Read a training set or a plain folder; what cannot be read is listed in `failed`.

    Args:
        has_marks: whether letters or calipers are burned into an image (y, x).
        real: leave out images that are marked as synthetic.

    Raises:
        InputError: the folder is missing, its index is wrong, or none of its images can be read.
    """
    need_folder(folder)
    entries = _entries(folder)
    found = ImageSet(folder, grouped=bool(entries and entries[0].group))
    rows: list[tuple[_Entry, Gray, int, str]] = []
    failed: list[OpenFailure] = []
    marked = looked = synthetic = 0
    every = max(1, len(entries) // _MARKS_LOOKED_FOR)
    for number, entry in enumerate(entries):
        ctx.checkpoint(number, len(entries), f"{folder.name}: {number + 1} of {len(entries)}")
        try:
            gray, made = _read(entry.path)
        except MedSynthError as error:
            failed.append(OpenFailure(str(entry.path), error.message))
            continue
        if real and made:
            synthetic += 1
            continue
        if number % every == 0:
            marked, looked = marked + has_marks(gray), looked + 1
        rows.append((entry, _small(gray), max(gray.shape), hashlib.sha256(gray.tobytes()).hexdigest()))
    if not rows:
        raise InputError("images-none", path=folder)
    return replace(found, ids=tuple(row[0].id for row in rows), images=tuple(row[1] for row in rows),
                   sides=tuple(row[2] for row in rows), digests=tuple(row[3] for row in rows),
                   groups=tuple(row[0].group or row[3] for row in rows),
                   parts=tuple(row[0].part for row in rows) if found.grouped else (),
                   marked=marked, marks_looked_for=looked, synthetic=synthetic, failed=tuple(failed))


def _entries(folder: Path) -> list[_Entry]:
    if is_training_set(folder):
        found = read_training_set(folder)
        return [_Entry(row.id, row.image, f"{found.name}/{row.group}", part.value)
                for part in Part for row in found.part(part)]
    below = folder / "images"
    return [_Entry(name, path) for name, path in image_files(below if below.is_dir() else folder).items()]


def _read(path: Path) -> tuple[Gray, bool]:
    """An image as gray, and whether it is marked as synthetic."""
    from medsynth_gui.io.raster_source import open_raster

    series = open_raster(path)[0]
    gray = series.gray(0)
    if min(gray.shape) < _LEAST_PX:
        raise InputError("image-tiny", path=path, size=size_text(gray.shape))
    return gray, series.synthetic


def _small(gray: Gray) -> Gray:
    from medsynth_gui.engine.gate_reference import drawn_size

    return drawn_size(gray, _MOST_PX)
