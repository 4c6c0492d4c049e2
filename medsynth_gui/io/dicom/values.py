"""Stored values to modality values, and how the file wants them shown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from medsynth_gui.core.image import Frame
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.io.dicom.header import Header, as_list, element
from medsynth_gui.io.dicom.layout import PixelLayout

if TYPE_CHECKING:
    from pydicom import Dataset


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
        for group in groups(header, "FrameVOILUTSequence"):
            if windows := tuple(_windows(group)):
                return windows
        if window := _lut_window(header):
            return (window,)
    if layout.allocated == 1:
        return (WindowLevel.from_range(0, 1),)
    full_range = layout.samples == 3 or header.text("Modality") in ("US", "IVUS")
    if full_range and 8 < layout.stored <= 16 and not layout.signed:
        return (WindowLevel.from_range(0, 2**layout.stored - 1),)
    return ()


def _windows(group: Dataset) -> Iterator[WindowLevel]:
    centers, widths = as_list(element(group, "WindowCenter")), as_list(element(group, "WindowWidth"))
    names = as_list(element(group, "WindowCenterWidthExplanation"))
    exact = str(element(group, "VOILUTFunction", "LINEAR")).upper() != "LINEAR"
    for index, (center, width) in enumerate(zip(map(number, centers), map(number, widths), strict=False)):
        if center is None or width is None or width < 1:
            continue
        name = str(names[index]) if index < len(names) else ""
        # DICOM PS3.3 C.11.2.1.2: LINEAR counts the width from pixel centre to pixel centre.
        high = center + width / 2 - (0 if exact else 1)
        yield WindowLevel.from_range(center - width / 2, max(high, center - width / 2 + 1e-3), name)


def _lut_window(header: Header) -> WindowLevel | None:
    """The input range of a VOI table, as the nearest window."""
    for item in header.get("VOILUTSequence") or ():
        descriptor = [number(value) for value in as_list(element(item, "LUTDescriptor"))]
        if len(descriptor) == 3 and descriptor[0] is not None and descriptor[1] is not None:
            return WindowLevel.from_range(descriptor[1], descriptor[1] + (descriptor[0] or 65536) - 1, "VOI LUT")
    return None


def number(value: Any) -> float | None:
    """A finite number, else None."""
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None
