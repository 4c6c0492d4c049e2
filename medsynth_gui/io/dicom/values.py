"""Stored values to modality values, and how the file wants them shown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.image import Frame
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.io.dicom.header import Header, as_list, element
from medsynth_gui.io.dicom.layout import PixelLayout

if TYPE_CHECKING:
    from pydicom import Dataset

# More entries of a VOI table than this are interpolated; no more than 256 grays are seen.
_MOST_CURVE = 4096


@dataclass(frozen=True)
class Rescale:
    """Modality value = stored value * slope + intercept."""

    slope: float
    intercept: float

    def apply(self, values: Frame) -> Frame:
        """Whole numbers stay int32 where slope and intercept are whole and the values fit, else float32."""
        if self.slope.is_integer() and self.intercept.is_integer() and values.dtype.kind in "ui":
            reach = float(np.iinfo(np.dtype(values.dtype.str)).max + 1) * abs(self.slope) + abs(self.intercept)
            if reach < 2**31:
                return values.astype(np.int32) * np.int32(self.slope) + np.int32(self.intercept)
        return values.astype(np.float32) * np.float32(self.slope) + np.float32(self.intercept)


def groups(header: Header, keyword: str, frame: int = 0) -> Iterator[Dataset]:
    """The data sets that may hold an attribute of a frame: the file itself, then its functional groups."""
    yield header.dataset
    shared = header.get("SharedFunctionalGroupsSequence") or ()
    per_frame = header.get("PerFrameFunctionalGroupsSequence") or ()
    for sequence, index in ((shared, 0), (per_frame, frame)):
        if index < len(sequence):
            yield from element(sequence[index], keyword, None) or ()


def read_rescale(header: Header, layout: PixelLayout, frame: int = 0) -> Rescale | None:
    """The linear modality transform of a frame; None where it changes nothing."""
    if layout.samples > 1 or layout.photometric == "PALETTE COLOR":
        return None
    for group in groups(header, "PixelValueTransformationSequence", frame):
        slope = number(element(group, "RescaleSlope"))
        if slope is not None and slope != 0:
            rescale = Rescale(slope, number(element(group, "RescaleIntercept")) or 0.0)
            return None if rescale == Rescale(1.0, 0.0) else rescale
    return None


def read_windows(header: Header, layout: PixelLayout) -> tuple[WindowLevel, ...]:
    """The windows of the file; the full range where a colour or ultrasound image of more than 8 bits has none."""
    if layout.samples == 1 and layout.photometric != "PALETTE COLOR":
        tables = tuple(_voi_tables(header, layout))
        windows = next((found for group in groups(header, "FrameVOILUTSequence") if (found := tuple(_windows(group)))),
                       ())
        if tables or windows:
            return (*tables, *windows)
    if layout.allocated == 1:
        return (WindowLevel.from_range(0, 1),)
    full_range = layout.samples == 3 or header.text("Modality") in ("US", "IVUS")
    if full_range and 8 < layout.stored <= 16 and not layout.signed:
        return (WindowLevel.from_range(0, 2**layout.stored - 1),)
    return ()


def _windows(group: Dataset) -> Iterator[WindowLevel]:
    centers, widths = as_list(element(group, "WindowCenter")), as_list(element(group, "WindowWidth"))
    names = as_list(element(group, "WindowCenterWidthExplanation"))
    function = str(element(group, "VOILUTFunction", "LINEAR")).upper()
    for index, (center, width) in enumerate(zip(map(number, centers), map(number, widths), strict=False)):
        if center is None or width is None or width < 1:
            continue
        name = str(names[index]) if index < len(names) else ""
        if function == "SIGMOID":
            yield WindowLevel(center, width, name, sigmoid=True)
            continue
        # DICOM PS3.3 C.11.2.1.2: LINEAR counts the width from pixel centre to pixel centre.
        high = center + width / 2 - (0 if function == "LINEAR_EXACT" else 1)
        yield WindowLevel.from_range(center - width / 2, max(high, center - width / 2 + 1e-3), name)


def _voi_tables(header: Header, layout: PixelLayout) -> Iterator[WindowLevel]:
    """The VOI tables: from the first to the last value that they map, with what lies between as a curve."""
    for item in header.get("VOILUTSequence") or ():
        descriptor = [number(value) for value in as_list(element(item, "LUTDescriptor"))]
        data = _table_values(element(item, "LUTData"))
        if len(descriptor) != 3 or None in descriptor or len(data) < 2:
            continue
        count, first, bits = (int(value or 0) for value in descriptor)
        data = data[: count or 65536]
        top = 2.0 ** bits - 1 if 8 <= bits <= 16 and 2 ** bits > data.max() else max(float(data.max()), 1.0)
        if layout.signed and first > 32767:
            first -= 65536
        places = np.linspace(0, len(data) - 1, min(len(data), _MOST_CURVE))
        curve = np.interp(places, np.arange(len(data)), data / top)
        name = str(element(item, "LUTExplanation", "")) or "VOI LUT"
        window = WindowLevel.from_range(first, first + len(data) - 1, name)
        yield replace(window, curve=tuple(curve.tolist()))


def _table_values(value: Any) -> npt.NDArray[np.float64]:
    """LUTData, which pydicom leaves as bytes where its VR is OW."""
    if isinstance(value, bytes):
        return np.frombuffer(value[: len(value) // 2 * 2], "<u2").astype(np.float64)
    found = [number(entry) for entry in as_list(value)]
    return np.array([0.0 if entry is None else entry for entry in found])


def number(value: Any) -> float | None:
    """A finite number, else None."""
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None
