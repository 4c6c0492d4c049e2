"""DICOMDIR: open the files that it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.study import Study
from medsynth_gui.io.dicom.header import Header, element


def open_directory(header: Header) -> list[Study]:
    """The studies of a DICOMDIR; what is missing or cannot be opened is told as a problem of its first series.

    Raises:
        InputError: none of the files that it names can be opened.
    """
    from medsynth_gui.io.dicom.reader import open_dicom

    studies: list[Study] = []
    named = missing = 0
    for path in _referenced(header):
        named += 1
        try:
            # Opening a directory from a directory would never end.
            studies += open_dicom(path) if path.name.upper() != "DICOMDIR" else []
        except InputError:
            missing += 1
    if not studies:
        raise InputError("dicomdir-empty", path=header.path, named=named)
    if missing:
        told = Message("dicomdir-missing", {"path": header.path, "missing": missing, "named": named})
        first = studies[0].series[0]
        opened = replace(first, problems=(*first.problems, told))
        studies[0] = replace(studies[0], series=(opened, *studies[0].series[1:]))
    return studies


def _referenced(header: Header) -> Iterator[Path]:
    """The files below the directory's own folder that it names, each once."""
    root, seen = header.path.parent, set[tuple[str, ...]]()
    for record in header.get("DirectoryRecordSequence") or ():
        value = element(record, "ReferencedFileID")
        if value is None:
            continue
        parts = tuple([value] if isinstance(value, str) else map(str, value))
        if parts and parts not in seen and not any(part in ("", ".", "..") or "/" in part or "\\" in part
                                                   for part in parts):
            seen.add(parts)
            yield next((path for path in _spellings(root, parts) if path.exists()), root.joinpath(*parts))


def _spellings(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """File systems of other machines change the case of names on a disc."""
    yield root.joinpath(*parts)
    yield root.joinpath(*(part.lower() for part in parts))
    yield root.joinpath(*(part.upper() for part in parts))
    # Copied without its folders.
    yield root / parts[-1]
