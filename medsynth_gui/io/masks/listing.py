"""Listing: the files of a data set by kind, and the image that a name means."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.io.masks.dicom_seg import STORAGE
from medsynth_gui.io.masks.naming import image_stem, meaning_folders, stem_of, without_splits
from medsynth_gui.io.readers import READERS, natural_key, read_head

OnFile = Callable[[int, int, Path], None]
DOCUMENTS = (".json", ".csv", ".txt")
_DICOM = next(reader for reader in READERS if reader.name == "DICOM")


@dataclass(frozen=True)
class DicomFacts:
    """What pairing and grouping need of a DICOM image."""

    instance: str
    patient: str
    overlays: bool = False


@dataclass
class Listing:
    """Pictures (images and masks alike), segmentations and documents below some paths."""

    root: Path
    pictures: list[Path] = field(default_factory=list)
    segmentations: list[Path] = field(default_factory=list)
    documents: list[Path] = field(default_factory=list)
    dicom: dict[Path, DicomFacts] = field(default_factory=dict)
    failures: list[OpenFailure] = field(default_factory=list)


def list_files(paths: Iterable[Path], on_file: OnFile | None = None) -> Listing:
    """Look through files and folders; only headers of DICOM files and of files without a known suffix are read."""
    given = [Path(path) for path in paths]
    listing = Listing(_root(given))
    inside = {one: list(_below(one)) if one.is_dir() else [one] for one in given}
    listing.failures += (OpenFailure(str(one), Message("folder-empty", {"path": one}))
                         for one, found in inside.items() if not found)
    files = list(dict.fromkeys(path for found in inside.values() for path in found))
    directories = {path.parent for path in files if path.name.upper() == "DICOMDIR"}
    suffixes = {suffix: reader for reader in READERS for suffix in reader.extensions}
    for number, path in enumerate(files):
        if on_file is not None:
            on_file(number, len(files), path)
        if path.suffix.lower() in DOCUMENTS:
            listing.documents.append(path)
            continue
        if path.parent in directories and path.name.upper() == "DICOMDIR" and path not in given:
            continue
        try:
            reader = suffixes.get(path.suffix.lower()) or _by_content(path)
            if reader is _DICOM:
                _note_dicom(path, listing)
            elif reader is not None:
                listing.pictures.append(path)
            elif path in given:
                raise InputError("format-unknown", path=path)
        except MedSynthError as error:
            # In a folder other files are no failure.
            if path in given or path.suffix.lower() in suffixes:
                listing.failures.append(OpenFailure(str(path), error.message))
    return listing


def _note_dicom(path: Path, listing: Listing) -> None:
    from medsynth_gui.io.dicom.header import read_header
    from medsynth_gui.io.dicom.overlays import OVERLAY_GROUPS

    header = read_header(path)
    if header.text("SOPClassUID") in STORAGE:
        listing.segmentations.append(path)
        return
    listing.pictures.append(path)
    listing.dicom[path] = DicomFacts(header.text("SOPInstanceUID"),
                                     header.text("PatientName") or header.text("PatientID"),
                                     overlays=any((group, 0x0040) in header.dataset for group in OVERLAY_GROUPS))


def _by_content(path: Path) -> object:
    head = read_head(path)
    return next((reader for reader in READERS if reader.knows(head)), None)


def _below(folder: Path) -> Iterator[Path]:
    found: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        found += [Path(base, name) for name in names if not name.startswith(".")]
    yield from sorted(found, key=natural_key)


def _root(paths: list[Path]) -> Path:
    """The folder that all paths are in; of one folder, itself."""
    absolute = [path if path.is_dir() else path.parent for path in (one.absolute() for one in paths)]
    try:
        return Path(os.path.commonpath(absolute)) if absolute else Path()
    except ValueError:  # on different drives
        return absolute[0]


class ImageIndex:
    """The images of a listing by path, name, stem and DICOM instance."""

    def __init__(self, images: Iterable[Path], listing: Listing) -> None:
        self.images = tuple(images)
        self._root = listing.root
        self._by_path = {path.absolute(): path for path in self.images}
        self._by_name: dict[str, list[Path]] = {}
        self._by_stem: dict[str, list[Path]] = {}
        for path in self.images:
            self._by_name.setdefault(path.name.casefold(), []).append(path)
            for stem in {stem_of(path).casefold(), image_stem(path).casefold()}:
                self._by_stem.setdefault(stem, []).append(path)
        self._by_uid = {facts.instance: path for path, facts in listing.dicom.items()}

    def named(self, name: str, near: Path) -> list[Path]:
        """The images that a file at `near` means by a path, a name, a stem or `uid:`; one, none, or several alike."""
        if name.startswith("uid:"):
            found = self._by_uid.get(name[4:])
            return [found] if found else []
        exact = self._by_path.get(Path(os.path.normpath(near.absolute().parent / name)))
        if exact is not None:
            return [exact]
        parts = [part.casefold() for part in PurePosixPath(name).parts if part not in ("..", ".", "/")]
        if not parts:
            return []
        alike = self._by_name.get(parts[-1]) or self._by_stem.get(stem_of(PurePosixPath(parts[-1]))) \
            or self._by_stem.get(parts[-1]) or []
        ending = [path for path in alike if [part.casefold() for part in path.parts][-len(parts):] == parts]
        return self._nearest(ending or alike, near)

    def _nearest(self, alike: list[Path], near: Path) -> list[Path]:
        if len(alike) < 2:
            return alike
        mine = meaning_folders(near.absolute(), self._root)

        def closeness(path: Path) -> tuple[int, ...]:
            theirs = meaning_folders(path.absolute(), self._root)
            return (mine == theirs, without_splits(mine) == without_splits(theirs), path.parent == near.parent,
                    sum(mine == theirs for mine, theirs in zip(path.parts, near.parts, strict=False)))

        best = max(map(closeness, alike))
        return [path for path in alike if closeness(path) == best]
