"""What lies in folders: files in natural order, and stills that a crowded folder makes it wise to read later."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.image import ImageSeries

# From so many stills on a folder is listed by name: reading ten thousand headers from a slow disk takes minutes.
MANY = 300
# Kinds that hold one still each, so that a name alone makes a row of a list.
_STILLS = (".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".ppm")
_DIGITS = re.compile(r"(\d+)")


# Not frozen, for that makes ten thousand of them take three times as long.
@dataclass(slots=True, eq=False)
class PlainFile:
    """A still that is known by its name; its header is read when it is shown. Treat it as frozen.

    Attributes:
        path: as it was found.
        title: its name.
        folder: the folder that was listed.
        key: `file_key` of it.
    """

    path: str
    title: str
    folder: str
    key: str

    def open(self) -> ImageSeries:
        """Read its header.

        Raises:
            InputError: it is none, damaged or gone.
        """
        from medsynth_gui.io.readers import open_file

        return open_file(Path(self.path))[0].series[0]


def file_key(title: str, path: str | Path, size_bytes: int) -> str:
    """A name for what is kept beside a series of a file: its title, resolved path and size."""
    return hashlib.sha256(f"{title}|{path}|{size_bytes}".encode(errors="surrogateescape")).hexdigest()[:24]


def list_folder(folder: Path, *, many: int | None) -> Iterator[Path | PlainFile]:
    """Files below a folder in natural order; hidden ones and links to folders are skipped.

    Args:
        many: a folder with at least so many stills has them as `PlainFile`; None: never.
    """
    waiting = [_entries(str(folder), many)]
    while waiting:
        for found in waiting[-1]:
            if isinstance(found, str):
                waiting.append(_entries(found, many))
                break
            yield found
        else:
            waiting.pop()


def natural_key(path: Path) -> tuple[Any, ...]:
    """Sorts `frame2` before `frame10`, folder by folder."""
    return tuple(_name_key(part) for part in path.parts)


def _name_key(name: str) -> tuple[tuple[bool, int, str], ...]:
    # The pieces at odd places are the digits.
    return tuple([(False, int(piece), piece) if place % 2 else (True, 0, piece)
                  for place, piece in enumerate(_DIGITS.split(name.lower())) if piece])


def _entries(folder: str, many: int | None) -> Iterator[Path | PlainFile | str]:
    """Files of one folder, and its folders as strings."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted((entry for entry in scan if not entry.name.startswith(".")),
                             key=lambda entry: _name_key(entry.name))
    # A folder that may not be read, or went away: the others are still opened.
    except OSError:
        return
    stills = [entry.name.lower().endswith(_STILLS) for entry in entries]
    crowded = many is not None and sum(stills) >= many
    real = os.path.realpath(folder) if crowded else folder
    for entry, still in zip(entries, stills, strict=True):
        if entry.is_dir(follow_symlinks=False):
            yield entry.path
        elif entry.is_dir():
            continue
        elif crowded and still and (plain := _plain(entry, folder, real)):
            yield plain
        else:
            yield Path(entry.path)


def _plain(entry: os.DirEntry[str], folder: str, real: str) -> PlainFile | None:
    """None for what is no file with a content."""
    try:
        size = entry.stat().st_size if entry.is_file() else 0
    except OSError:
        return None
    name, linked = entry.name, entry.is_symlink()
    path = os.path.realpath(entry.path) if linked else f"{real}{os.sep}{name}"
    return PlainFile(entry.path, name, folder, file_key(name, path, size)) if size else None
