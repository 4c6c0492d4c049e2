"""TrainingSet: a folder of images/, masks/ and index.csv, read without opening an image."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medsynth_gui.core.errors import InputError
from medsynth_gui.dataset.split import Part, part_of

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm")


@dataclass(frozen=True)
class TrainingRow:
    """One image of a training set.

    Attributes:
        group: patient, or what else must stay together in a split.
        class_name: class of the whole image; empty where not known.
        pixel_size_mm: of the stored pixels; None where not known.
        mask: None where the set has no mask for this image.
        extra: the other columns of index.csv.
    """

    id: str
    group: str
    image: Path
    mask: Path | None
    class_name: str = ""
    pixel_size_mm: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def synthetic(self) -> bool:
        """Whether index.csv says that nobody scanned it."""
        return self.extra.get("synthetic", "").casefold() in ("1", "true", "yes")


@dataclass(frozen=True)
class TrainingSet:
    """The rows of one set, in the order of index.csv. `name` (the folder's) decides what is held out."""

    name: str
    folder: Path
    rows: tuple[TrainingRow, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(sorted({row.group for row in self.rows}))

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(sorted({row.class_name for row in self.rows if row.class_name}))

    def part(self, part: Part, *, validation_parts: int = 10) -> tuple[TrainingRow, ...]:
        """The rows of a part: as the column `split` says, else training if synthetic, else by group."""
        return tuple(row for row in self.rows if self._part_of(row, validation_parts) == part)

    def _part_of(self, row: TrainingRow, validation_parts: int) -> str:
        named = row.extra.get("split", "")
        if named in tuple(Part):
            return named
        return Part.TRAIN if row.synthetic else part_of(self.name, row.group, validation_parts=validation_parts)


def is_training_set(folder: Path) -> bool:
    """Whether a folder has the layout of a training set."""
    return (folder / "index.csv").is_file() and (folder / "images").is_dir()


def read_training_set(folder: Path) -> TrainingSet:
    """Read the index of a training set and find its files.

    Raises:
        InputError: a folder, a column, a value or an image is missing; the sentence says which.
    """
    folder = folder.resolve()
    if not folder.exists():
        raise InputError("file-missing", path=folder)
    for name, found in (("images/", (folder / "images").is_dir()), ("index.csv", (folder / "index.csv").is_file())):
        if not found:
            raise InputError("data-incomplete", path=folder, detail=f"{name} is missing")
    images, masks = image_files(folder / "images"), image_files(folder / "masks")
    rows = tuple(_row(folder, line, record, images, masks) for line, record in _records(folder))
    if not rows:
        raise InputError("data-incomplete", path=folder, detail="index.csv has no rows")
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputError("data-incomplete", path=folder, detail=f"index.csv names {row.id} twice")
        seen.add(row.id)
    return TrainingSet(folder.name, folder, rows)


def image_files(folder: Path) -> dict[str, Path]:
    """Image files below a folder by name (relative, `/` between folders, no suffix), in the order of names.

    Where two differ in the suffix alone, the one earlier in the table counts. Hidden files are left out.
    """
    order = {suffix: rank for rank, suffix in enumerate(IMAGE_SUFFIXES)}
    found = [path for path in folder.rglob("*") if path.suffix.lower() in order and not path.name.startswith(".")]
    found.sort(key=lambda path: (path.with_suffix("").as_posix(), -order[path.suffix.lower()]))
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}


def _records(folder: Path) -> list[tuple[int, dict[str, str]]]:
    """Lines of index.csv as (line number, column -> text)."""
    path = folder / "index.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or []
            missing = [name for name in ("id", "group") if name not in columns]
            if missing:
                raise InputError("data-incomplete", path=folder,
                                 detail=f"index.csv has no column {' and '.join(missing)}")
            return [(reader.line_num, {name: (text or "").strip() for name, text in record.items() if name})
                    for record in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("file-unreadable", path=path, detail=error) from error


def _row(folder: Path, line: int, record: dict[str, str], images: Mapping[str, Path],
         masks: Mapping[str, Path]) -> TrainingRow:
    """One row, checked."""
    def refuse(detail: str) -> InputError:
        return InputError("data-incomplete", path=folder, detail=f"line {line} of index.csv {detail}")

    identity, group = record.pop("id"), record.pop("group")
    if not identity or not group:
        raise refuse("has an empty id or group")
    if identity not in images:
        raise refuse(f"names {identity}, but images/ has no such file")
    size, class_name = record.pop("pixel_size_mm", ""), record.pop("class", "")
    try:
        pixel_size_mm = float(size) if size else None
    except ValueError:
        raise refuse(f"has the pixel_size_mm {size!r}, which is not a number") from None
    if pixel_size_mm is not None and not 0 < pixel_size_mm < float("inf"):
        raise refuse(f"has the pixel_size_mm {size!r}, which is not a positive number")
    return TrainingRow(identity, group, images[identity], masks.get(identity), class_name, pixel_size_mm, record)
