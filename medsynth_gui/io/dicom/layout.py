"""What the header says of a pixel, checked before it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.dicom.header import Header, PixelPlace, as_list
from medsynth_gui.io.limits import check_size, quoted

_PHOTOMETRIC = {"MONOCHROME1": 1, "MONOCHROME2": 1, "PALETTE COLOR": 1, "RGB": 3, "YBR_FULL": 3, "YBR_FULL_422": 3,
                "YBR_ICT": 3, "YBR_RCT": 3, "YBR_PARTIAL_420": 3, "YBR_PARTIAL_422": 3}
_HALVED = ("YBR_FULL_422", "YBR_PARTIAL_422")


@dataclass(frozen=True)
class PixelLayout:
    """The image pixel module of a file that can be decoded."""

    rows: int
    columns: int
    samples: int
    photometric: str
    allocated: int
    stored: int
    signed: bool
    planar: int
    keyword: str
    vr: str = ""

    @property
    def frame_bits(self) -> int:
        """Length of one uncompressed frame."""
        samples = 2 if self.photometric in _HALVED else self.samples
        return self.rows * self.columns * samples * self.allocated

    def options(self) -> dict[str, Any]:
        """Keyword arguments of a pydicom decoder for one frame."""
        options: dict[str, Any] = {
            "rows": self.rows, "columns": self.columns, "samples_per_pixel": self.samples, "number_of_frames": 1,
            "photometric_interpretation": self.photometric, "bits_allocated": self.allocated,
            "bits_stored": self.stored, "pixel_keyword": self.keyword,
            # Bytes in words change places in big endian.
            "pixel_vr": self.vr if self.vr in ("OB", "OW") else "OW" if self.allocated > 8 else "OB"}
        if self.keyword == "PixelData":
            options["pixel_representation"] = int(self.signed)
        if self.samples > 1:
            options["planar_configuration"] = self.planar
        return options


def read_layout(header: Header, place: PixelPlace) -> PixelLayout:
    """Check and collect the attributes that decoding needs.

    Raises:
        InputError: one is missing or absurd, or the image is too large.
    """
    rows, columns = _integer(header, "Rows", 0, 65535), _integer(header, "Columns", 0, 65535)
    check_size(header.path, rows, columns)
    default_bits = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(place.keyword)
    allocated = default_bits or _integer(header, "BitsAllocated", 1, 64)
    stored = default_bits or _integer(header, "BitsStored", 1, allocated, default=allocated)
    samples = _integer(header, "SamplesPerPixel", 1, 4, default=1)
    photometric = header.text("PhotometricInterpretation").upper() or ("RGB" if samples == 3 else "MONOCHROME2")
    if _PHOTOMETRIC.get(photometric) != samples:
        raise InputError("dicom-photometric", path=header.path, photometric=photometric, samples=samples)
    if allocated not in (1, 8, 16, 32, 64):
        raise InputError("dicom-attribute", path=header.path, attribute="BitsAllocated", value=allocated)
    return PixelLayout(rows, columns, samples, photometric, allocated, stored,
                       bool(_integer(header, "PixelRepresentation", 0, 1, default=0)),
                       _integer(header, "PlanarConfiguration", 0, 1, default=0), place.keyword, place.vr)


def _integer(header: Header, keyword: str, low: int, high: int, *, default: int | None = None) -> int:
    value = header.get(keyword, default)
    if value is None:
        raise InputError("dicom-attribute-missing", path=header.path, attribute=keyword)
    try:
        # A damaged length makes several values of one.
        number = int(next(iter(as_list(value)), ""))
    except (TypeError, ValueError):
        number = low - 1
    if not low <= number <= high:
        raise InputError("dicom-attribute", path=header.path, attribute=keyword, value=quoted(value))
    return number
