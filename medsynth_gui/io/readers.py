"""Opening files: a table of readers, chosen by content; the name is a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.study import OpenFailure, Study, in_order
from medsynth_gui.io.plain_files import PlainFile, list_folder, natural_key

__all__ = ["READERS", "Reader", "find_files", "find_paths", "merged", "natural_key", "open_file", "open_path",
           "open_paths", "read_head"]

# The header of NIfTI-2, the longest that is looked at, has 540; packed ones need more than they have.
_HEAD_BYTES = 1024
_GZIP = b"\x1f\x8b\x08"


@dataclass(frozen=True)
class Reader:
    """One row: what a file is called, how it begins, how it is named, and who opens it.

    Attributes:
        starts: (offset, bytes) pairs of which one row of pairs must match.
        opener: "module:function" below `medsynth_gui.io`; Path -> series, or studies where `studies`.
        packed: the opener also takes the file packed as a whole (gzip).
    """

    name: str
    extensions: tuple[str, ...]
    starts: tuple[tuple[tuple[int, bytes], ...], ...]
    opener: str
    studies: bool = False
    packed: bool = False

    def knows(self, head: bytes) -> bool:
        """Whether a file that begins like this is one of these."""
        if head.startswith(_GZIP):
            if not self.packed:
                return False
            head = _unpacked(head)
        return any(all(head[at:at + len(magic)] == magic for at, magic in row) for row in self.starts)

    def named(self, path: Path) -> bool:
        """Whether a file of this name should be one of these."""
        return path.name.lower().endswith(self.extensions)

    def open(self, path: Path) -> list[Study]:
        """Open it; imports what it needs only now."""
        module, function = self.opener.split(":")
        found = getattr(import_module(f"medsynth_gui.io.{module}"), function)(path)
        return list(found) if self.studies else [_folder_study(path, found)]


def _begins(*magics: bytes, at: int = 0) -> tuple[tuple[tuple[int, bytes], ...], ...]:
    return tuple(((at, magic),) for magic in magics)


_RASTER, _VIDEO = "raster_source:open_raster", "video:open_video"
_GROUP_2_OR_8 = (b"\x02\0\0\0", b"\x02\0\x10\0", b"\x08\0\0\0", b"\x08\0\x01\0", b"\x08\0\x05\0", b"\x08\0\x08\0",
                 b"\x08\0\x10\0", b"\x08\0\x12\0", b"\x08\0\x16\0", b"\x08\0\x18\0", b"\x08\0\x20\0",
                 b"\0\x08\0\0", b"\0\x08\0\x05", b"\0\x08\0\x08", b"\0\x02\0\0")

# Stills in the box of a video, which no decoder here reads.
_STILL_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")

READERS: tuple[Reader, ...] = (
    Reader("DICOM", (".dcm", ".dicom", ".ima", ".dic"), _begins(b"DICM", at=128) + _begins(*_GROUP_2_OR_8),
           "dicom.reader:open_dicom", studies=True),
    Reader("PNG", (".png",), _begins(b"\x89PNG\r\n\x1a\n"), _RASTER),
    Reader("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), _begins(b"\xff\xd8\xff"), _RASTER),
    Reader("TIFF", (".tif", ".tiff"), _begins(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _RASTER),
    Reader("PNM", (".pgm", ".ppm", ".pbm", ".pnm"),
           _begins(*(b"P%d%c" % (kind, space) for kind in range(1, 7) for space in b"\n\r\t #")), _RASTER),
    Reader("GIF", (".gif",), _begins(b"GIF87a", b"GIF89a"), _RASTER),
    Reader("WebP", (".webp",), (((0, b"RIFF"), (8, b"WEBP")),), _RASTER),
    Reader("JPEG 2000", (".jp2", ".j2k", ".jpx"), _begins(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), _RASTER),
    Reader("AVI", (".avi",), (((0, b"RIFF"), (8, b"AVI ")),), _VIDEO),
    Reader("MP4 or QuickTime", (".mp4", ".mov", ".m4v", ".3gp"),
           _begins(b"ftyp", b"moov", b"mdat", b"wide", at=4), _VIDEO),
    Reader("Matroska or WebM", (".mkv", ".webm"), _begins(b"\x1a\x45\xdf\xa3"), _VIDEO),
    Reader("MPEG", (".mpg", ".mpeg"), _begins(b"\0\0\x01\xba", b"\0\0\x01\xb3"), _VIDEO),
    Reader("Windows Media", (".wmv", ".asf"), _begins(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), _VIDEO),
    Reader("NIfTI", (".nii", ".nii.gz"), _begins(b"n+1\0", at=344) + _begins(b"n+2\0", at=4), "nifti:open_nifti",
           packed=True),
    # Last, for its mark is two letters that a text may begin with: the header's size field follows at 14.
    Reader("BMP", (".bmp", ".dib"), tuple(((0, b"BM"), (14, bytes([size, 0, 0, 0]))) for size in (12, 40, 52, 56, 64,
                                                                                               108, 124)), _RASTER),
)


def open_path(path: Path) -> list[Study]:
    """Open a file, or everything in a folder.

    Raises:
        InputError: it cannot be opened; of a folder, when nothing in it could be.
    """
    studies, failures = open_paths([path])
    if studies:
        return studies
    if len(failures) == 1:
        raise InputError(failures[0].message.id, **failures[0].message.params)
    raise InputError("folder-unreadable", path=path, count=len(failures),
                     example=failures[0].message.english() if failures else "")


def open_paths(paths: Iterable[Path], *, on_file: Callable[[int, int, Path], None] | None = None,
               ) -> tuple[list[Study], list[OpenFailure]]:
    """Open files and folders; one bad file stops nothing.

    Args:
        paths: files, or folders that are searched with all below them.
        on_file: called before each file with its number, the number of files, and its path.

    Returns:
        Studies, each once, with all their series; and what could not be opened, with the reason.
    """
    files, failures = find_files(paths)
    studies: list[Study] = []
    for number, path in enumerate(files):
        if on_file is not None:
            on_file(number, len(files), path)
        try:
            studies += open_file(path)
        except MedSynthError as error:
            failures.append(OpenFailure(str(path), error.message))
    return merged(studies), failures


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[OpenFailure]]:
    """The files to open, each once, folders in natural order; files in folders that are no images are left out."""
    found, failures = find_paths(paths, many=None)
    return [file for file in found if isinstance(file, Path)], failures


def find_paths(paths: Iterable[Path], *, many: int | None) -> tuple[list[Path | PlainFile], list[OpenFailure]]:
    """Like `find_files`, but of a folder with `many` stills or more these are not looked into."""
    found: dict[Path | PlainFile, None] = {}
    failures: list[OpenFailure] = []
    for path in map(Path, paths):
        inside = list(_image_files(path, many)) if path.is_dir() else [path]
        if not inside:
            failures.append(OpenFailure(str(path), Message("folder-empty", {"path": path})))
        found.update(dict.fromkeys(inside))
    return list(found), failures


def open_file(path: Path) -> list[Study]:
    """Open one file by what it contains.

    Raises:
        InputError: with the reason and the remedy.
    """
    reader = _reader_of(path, read_head(path))
    if reader is None:
        raise InputError("format-unknown", path=path)
    try:
        studies = reader.open(path)
    except MedSynthError:
        raise
    except MemoryError:
        raise InputError("file-needs-memory", path=path) from None
    claimed = next((row for row in READERS if row.named(path)), None)
    if claimed is None or claimed is reader:
        return studies
    told = Message("extension-wrong", {"path": path, "actual": reader.name, "extension": path.suffix.lower()})
    return [replace(study, series=tuple(replace(series, problems=(told, *series.problems)) for series in study.series))
            for study in studies]


def read_head(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        InputError: missing, empty, or it may not be read.
    """
    try:
        # A pipe or device would block for ever.
        if path.exists() and not path.is_file():
            raise InputError("file-unreadable", path=path, detail="it is not a regular file")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except (OSError, ValueError) as error:
        raise InputError("file-unreadable", path=path, detail=getattr(error, "strerror", None) or error) from error
    if not head:
        raise InputError("file-empty", path=path)
    return head


def merged(studies: Sequence[Study]) -> list[Study]:
    """Studies of one UID joined, sorted into patient, study and series."""
    joined: dict[str, Study] = {}
    for study in studies:
        if (first := joined.get(study.uid)) is not None:
            study = replace(first, series=first.series + study.series)
        joined[study.uid] = study
    return in_order(list(joined.values()))


def _reader_of(path: Path, head: bytes) -> Reader | None:
    if head[4:12] in _STILL_BRANDS:
        return None
    by_content = next((reader for reader in READERS if reader.knows(head)), None)
    if by_content is not None:
        return by_content
    # A damaged beginning: the reader that the name asks for says what is wrong.
    return next((reader for reader in READERS if reader.named(path)), None)


def _image_files(folder: Path, many: int | None) -> Iterator[Path | PlainFile]:
    """Files below a folder that look like images, in natural order."""
    for found in list_folder(folder, many=many):
        if isinstance(found, PlainFile):
            yield found
            continue
        # In a folder the files themselves are opened, so that its DICOMDIR would open them twice.
        if found.name.upper() == "DICOMDIR":
            continue
        try:
            if _reader_of(found, read_head(found)) is not None:
                yield found
        except InputError:
            if any(reader.named(found) for reader in READERS):
                yield found


def _unpacked(head: bytes) -> bytes:
    """What a packed file begins with, as far as its own beginning tells."""
    import zlib

    try:
        return zlib.decompressobj(31).decompress(head, _HEAD_BYTES)
    except zlib.error:
        return b""


def _folder_study(path: Path, series: Sequence[ImageSeries]) -> Study:
    """Files without a study of their own belong to the study of their folder."""
    folder = path.parent.resolve()
    return Study(uid=f"folder:{folder}", patient="", title=folder.name, series=tuple(series))
