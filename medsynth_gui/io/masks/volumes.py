"""NIfTI label volumes: one label image per slice of the volume that they belong to."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.masks.imported import Drawing, Labels, MaskSource, Wanted
from medsynth_gui.io.masks.sketch import fitted, parts_of


def is_volume(path: Path) -> bool:
    """Whether a file is named like a NIfTI one."""
    return path.name.lower().endswith((".nii", ".nii.gz"))


def volume_source(path: Path, image: str) -> MaskSource:
    """The labels of a NIfTI file for this image; its slices are the image's frames."""
    return MaskSource("nifti", path, image, partial(_read, path), frames=None)


def _read(path: Path, wanted: Wanted) -> Drawing:
    labels = _volume(path, path.stat().st_mtime_ns if path.exists() else 0)
    if wanted.frame >= len(labels):
        raise InputError("mask-slices", path=path, count=len(labels), frame=wanted.frame + 1)
    pixels, notes = fitted(path, labels[wanted.frame], wanted)
    return Drawing(parts_of(pixels, tuple(map(str, range(1, int(pixels.max()) + 1))), wanted.frame), notes)


# The slices of a volume are asked for one after another.
@lru_cache(maxsize=2)
def _volume(path: Path, _changed_ns: int) -> Labels:
    from medsynth_gui.io.nifti import read_label_volume

    return read_label_volume(path)
