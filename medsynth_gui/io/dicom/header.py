"""The header of a DICOM file, and where its pixels lie, without reading them."""

from __future__ import annotations

import io
import logging
import os
import struct
import warnings
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.io.limits import MOST_BYTES_UNPACKED, quoted

if TYPE_CHECKING:
    from pydicom import Dataset

_DEFLATED = "1.2.840.10008.1.2.1.99"
_PIXEL_TAGS = {(0x7FE0, 0x0008): "FloatPixelData", (0x7FE0, 0x0009): "DoubleFloatPixelData",
               (0x7FE0, 0x0010): "PixelData"}
# How a code stream begins, for files that lost the line that names their transfer syntax.
_CODE_STREAMS = ((b"\xff\xd8\xff", "1.2.840.10008.1.2.4.50"), (b"\xff\x4f\xff\x51", "1.2.840.10008.1.2.4.90"))
_PIXEL_VRS = (b"OB", b"OW", b"OF", b"OD", b"OV", b"UN")
_RLE = "1.2.840.10008.1.2.5"
_DEFER_BYTES = 1 << 22
UNDEFINED = 0xFFFFFFFF
ITEM = b"\xfe\xff\x00\xe0"


@dataclass(frozen=True)
class PixelPlace:
    """Where the value of the pixel element lies; `data` holds it where the file itself is deflated.

    `stamp` tells whether the file is still the one that was looked at: its size and its time of change.
    """

    keyword: str
    offset: int
    length: int
    encapsulated: bool
    data: bytes | None = None
    vr: str = ""
    stamp: tuple[int, int] | None = None

    def open(self, path: Path) -> BinaryIO:
        """A new handle; the caller closes it.

        Raises:
            InputError: the file was written anew since its header was read.
        """
        if self.data is not None:
            return io.BytesIO(self.data)
        file = path.open("rb")
        if self.stamp is not None and _stamp(file) != self.stamp:
            file.close()
            raise InputError("file-changed", path=path)
        return file


@dataclass(frozen=True)
class Header:
    """Everything but the pixels."""

    path: Path
    dataset: Dataset
    syntax: str
    pixels: PixelPlace | None

    def get(self, keyword: str, default: Any = None) -> Any:
        """The value of an element; the default where it is absent, empty or unreadable."""
        return element(self.dataset, keyword, default)

    def text(self, keyword: str) -> str:
        """The value of an element as one line of text."""
        value = self.get(keyword, "")
        return quoted(value) if str(value).strip() else ""


def _stamp(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def element(dataset: Dataset, keyword: str, default: Any = None) -> Any:
    """The value of an element; the default where it is absent, empty or unreadable."""
    try:
        value = dataset.get(keyword, None)
        return default if value is None or str(value) == "" else value
    # pydicom converts on access and raises whatever the damaged value leads to.
    except Exception:
        return default


def as_list(value: Any) -> list[Any]:
    """An element with one or many values as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__") else list(value)


@cache
def load_pydicom() -> Any:
    """pydicom, told to read what it can and to keep quiet: our own sentences go to the person."""
    import pydicom
    from pydicom import config

    config.settings.reading_validation_mode = config.IGNORE
    warnings.filterwarnings("ignore", module=r"pydicom(\..*)?")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    try:
        import gdcm

        gdcm.Trace.WarningOff()
        gdcm.Trace.ErrorOff()
    except ImportError:
        pass
    return pydicom


def read_header(path: Path) -> Header:
    """Read a DICOM file up to its pixels.

    Raises:
        InputError: not DICOM, damaged, or it unpacks to too much.
    """
    pydicom = load_pydicom()
    try:
        with path.open("rb") as file:
            dataset = _read_dataset(file, path)
            if not _is_dicom(dataset):
                raise InputError("dicom-not", path=path)
            implicit, little = dataset.original_encoding
            syntax = str(element(getattr(dataset, "file_meta", None) or pydicom.Dataset(), "TransferSyntaxUID", ""))
            if syntax == _DEFLATED:
                return Header(path, dataset, "1.2.840.10008.1.2.1", _inflated_place(dataset))
            place = _find_pixels(file, bool(little))
            return Header(path, dataset, syntax or _guess_syntax(file, place, bool(implicit), bool(little)), place)
    except MedSynthError:
        raise
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except OSError as error:
        raise InputError("file-unreadable", path=path, detail=error.strerror or error) from error
    # pydicom raises anything (struct.error, KeyError, NotImplementedError, ...) for a damaged file.
    except Exception as error:
        raise InputError("dicom-damaged", path=path, detail=quoted(error)) from error


def _read_dataset(file: BinaryIO, path: Path) -> Dataset:
    """The data set up to its pixels (a deflated one with them)."""
    pydicom = load_pydicom()
    if _is_deflated(file, path):
        return cast("Dataset", pydicom.dcmread(file, force=True))
    head = file.read(136)
    file.seek(0)
    if head[128:132] == b"DICM" and head[132:134] != b"\x02\0" and head[:2] == b"\x08\0" and head[4:6].isupper():
        # No preamble: the letters stand in a value by chance.
        dataset = pydicom.filereader.read_dataset(file, False, True, stop_when=pydicom.filereader._at_pixel_data)
        dataset.set_original_encoding(False, True, "iso8859")
        return cast("Dataset", dataset)
    return cast("Dataset", pydicom.dcmread(file, stop_before_pixels=True, force=True, defer_size=_DEFER_BYTES))


def _is_dicom(dataset: Dataset) -> bool:
    """Whether anything in it is DICOM: a forced read makes a data set of every text file."""
    if len(getattr(dataset, "file_meta", None) or ()):
        return True
    known = ("SOPClassUID", "Modality", "StudyInstanceUID", "Rows", "PatientID", "StudyDate", "ImageType")
    return any(keyword in dataset for keyword in known)


def _is_deflated(file: BinaryIO, path: Path) -> bool:
    """Whether the whole file is deflated; refuses one that unpacks to too much."""
    head = file.read(4096)
    file.seek(0)
    uid = head.find(_DEFLATED.encode())
    if head[128:132] != b"DICM" or uid < 0:
        return False
    group_length = struct.unpack("<I", head[140:144])[0] if head[132:136] == b"\x02\0\0\0" else 0
    file.seek(144 + group_length)
    inflater, unpacked = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while packed := inflater.unconsumed_tail or file.read(1 << 20):
            unpacked += len(inflater.decompress(packed, 1 << 24))
            if unpacked > MOST_BYTES_UNPACKED:
                raise InputError("unpacked-too-large", path=path, limit=MOST_BYTES_UNPACKED >> 30)
    finally:
        file.seek(0)
    return True


def _inflated_place(dataset: Dataset) -> PixelPlace | None:
    for keyword in _PIXEL_TAGS.values():
        if keyword in dataset:
            data = bytes(dataset[keyword].value)
            del dataset[keyword]
            return PixelPlace(keyword, 0, len(data), False, data)
    return None


def _find_pixels(file: BinaryIO, little: bool) -> PixelPlace | None:
    """Parse the element at which the header reading stopped."""
    order = "<" if little else ">"
    head = file.read(8)
    if len(head) < 8:
        return None
    group, number = struct.unpack(f"{order}HH", head[:4])
    keyword = _PIXEL_TAGS.get((group, number))
    if keyword is None:
        return None
    # Some files change between explicit and implicit on the way: the letters of the VR tell.
    implicit = head[4:6] not in _PIXEL_VRS
    raw = head[4:] if implicit else file.read(4)
    if len(raw) < 4:
        return None
    length = struct.unpack(f"{order}I", raw)[0]
    offset = file.tell()
    begins_with_item = file.read(4) == ITEM
    size = file.seek(0, io.SEEK_END)
    encapsulated = begins_with_item and (length == UNDEFINED or length > 8)
    return PixelPlace(keyword, offset, size - offset if length == UNDEFINED else length, encapsulated,
                      vr="" if implicit else head[4:6].decode(), stamp=_stamp(file))


def _guess_syntax(file: BinaryIO, place: PixelPlace | None, implicit: bool, little: bool) -> str:
    if place is not None and place.encapsulated:
        file.seek(place.offset + 4)
        (table,) = struct.unpack("<I", file.read(4))
        file.seek(place.offset + 8 + table + 8)
        begin = file.read(4)
        return next((uid for magic, uid in _CODE_STREAMS if begin.startswith(magic)), _RLE)
    if not little:
        return "1.2.840.10008.1.2.2"
    return "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1"
