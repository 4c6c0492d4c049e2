"""Overlay planes (groups 60xx): one-bit drawings that a file carries beside its image, or in its unused bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.io.dicom.frame_index import declared_frames, index_native, read_spans
from medsynth_gui.io.dicom.header import Header, element, load_pydicom
from medsynth_gui.io.dicom.layout import PixelLayout, read_layout
from medsynth_gui.io.dicom.syntaxes import BIG_ENDIAN
from medsynth_gui.io.dicom.values import number
from medsynth_gui.io.limits import quoted

OVERLAY_GROUPS = range(0x6000, 0x6020, 2)


@dataclass(frozen=True)
class Overlay:
    """One plane, laid on the image.

    Attributes:
        name: its label or description, else its number.
        kind: "graphics" or "ROI".
        masks: (frame, y, x) of 0 and 1 in the image's rows and columns, from `first_frame` of the image on.
    """

    name: str
    kind: str
    masks: npt.NDArray[np.uint8]
    first_frame: int = 0

    @property
    def pixels(self) -> int:
        """How many pixels it marks."""
        return int(np.count_nonzero(self.masks))


def read_overlays(header: Header) -> list[Overlay]:
    """The overlay planes of a file that can be read; damaged and empty ones are left out.

    Raises:
        InputError: the image that they lie on has absurd attributes, or the file is gone.
    """
    load_pydicom()
    if header.pixels is None:
        return []
    layout = read_layout(header, header.pixels)
    found = []
    for number_, group in enumerate(OVERLAY_GROUPS, 1):
        if not any((group, tag) in header.dataset for tag in (0x0010, 0x0102, 0x3000)):
            continue
        try:
            overlay = _overlay(header, layout, group, number_)
        # A damaged plane leaves the image as it is.
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError):
            continue
        if overlay.pixels:
            found.append(overlay)
    return found


def overlay_facts(overlays: list[Overlay]) -> str:
    """One line for `details`; empty where there are none."""
    return "; ".join(f"{overlay.name} ({overlay.kind}, {overlay.pixels} pixels)" for overlay in overlays)


def _overlay(header: Header, layout: PixelLayout, group: int, ordinal: int) -> Overlay:
    inside = (group, 0x3000) not in header.dataset
    planes = _embedded(header, layout, group) if inside else _separate(header, group)
    row, column = _origin(header, group) if not inside else (0, 0)
    label = next((quoted(text, 64) for tag in (0x1500, 0x0022) if (text := _value(header, group, tag))), "")
    kind = "ROI" if str(_value(header, group, 0x0040)) == "R" else "graphics"
    placed = np.zeros((len(planes), layout.rows, layout.columns), np.uint8)
    for plane, target in zip(planes, placed, strict=True):
        source = plane[max(0, -row):, max(0, -column):]
        part = target[max(0, row):, max(0, column):][: source.shape[0], : source.shape[1]]
        part[...] = source[: part.shape[0], : part.shape[1]]
    return Overlay(label or f"overlay {ordinal}", kind, placed, int(number(_value(header, group, 0x0051)) or 1) - 1)


def _value(header: Header, group: int, tag: int) -> object:
    found = header.dataset.get((group, tag))
    return "" if found is None or found.value is None else found.value


def _origin(header: Header, group: int) -> tuple[int, int]:
    """Row and column of its first pixel, from 0; the file counts from 1 and may begin outside."""
    value = header.dataset.get((group, 0x0050))
    row, column = value.value if value is not None and value.value is not None else (1, 1)
    return int(row) - 1, int(column) - 1


def _separate(header: Header, group: int) -> npt.NDArray[np.uint8]:
    """(frame, y, x) from OverlayData."""
    rows, columns = (int(number(_value(header, group, tag)) or 0) for tag in (0x0010, 0x0011))
    frames = int(number(_value(header, group, 0x0015)) or 1)
    data = header.dataset[group, 0x3000].value
    count = rows * columns * frames
    # Damaged counts would make a plane for each bit.
    if not 0 < count <= len(data) * 8 or frames > max(declared_frames(header), 1):
        raise ValueError("cut")
    return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:count].reshape(frames, rows, columns)


def _embedded(header: Header, layout: PixelLayout, group: int) -> npt.NDArray[np.uint8]:
    """(frame, y, x) from a bit of the pixels that holds no gray value (a retired way)."""
    place, bit = header.pixels, int(number(_value(header, group, 0x0102)) or 0)
    unused = set(range(layout.allocated)) - set(range(_high_bit(header, layout) + 1 - layout.stored,
                                                      _high_bit(header, layout) + 1))
    if place is None or place.encapsulated or layout.samples != 1 or layout.allocated not in (8, 16) \
            or bit not in unused:
        raise ValueError("not in the pixels")
    with place.open(header.path) as file:
        size = file.seek(0, 2) - place.offset
    kind = np.dtype(f"{'>' if header.syntax == BIG_ENDIAN else '<'}u{layout.allocated // 8}")
    return np.stack([_bits(read_spans(header.path, place, spans), kind, bit, layout)
                     for spans in index_native(header, place, layout.frame_bits, size=size).frames])


def _bits(data: bytes, kind: np.dtype[np.generic], bit: int, layout: PixelLayout) -> npt.NDArray[np.uint8]:
    values = np.frombuffer(data, kind).reshape(layout.rows, layout.columns)
    return ((values.astype(np.uint16) >> bit) & 1).astype(np.uint8)


def _high_bit(header: Header, layout: PixelLayout) -> int:
    return int(number(element(header.dataset, "HighBit")) or layout.stored - 1)

