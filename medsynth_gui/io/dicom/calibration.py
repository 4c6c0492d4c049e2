"""Millimetres per pixel, ultrasound regions and frame rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import RegionAxis, UltrasoundRegion
from medsynth_gui.io.dicom.header import Header, as_list, element
from medsynth_gui.io.dicom.values import groups, number
from medsynth_gui.io.limits import quoted

if TYPE_CHECKING:
    from pydicom import Dataset

_UNITS = {1: "%", 2: "dB", 3: "cm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s", 8: "cm²", 9: "cm²/s", 10: "cm³",
          11: "cm³/s", 12: "degree"}
_FORMATS = {1: "2D", 2: "M-mode", 3: "spectral", 4: "waveform", 5: "graphics"}
_DATA_TYPES = {1: "tissue", 2: "colour flow", 3: "PW Doppler", 4: "CW Doppler", 5: "Doppler mean trace",
               6: "Doppler mode trace", 7: "Doppler maximum trace", 8: "volume trace", 10: "ECG trace",
               11: "pulse trace", 12: "phonocardiogram", 13: "gray bar", 14: "colour bar", 15: "integrated backscatter",
               16: "area trace", 17: "d(area)/dt", 18: "other"}
_IN_PLANE = ("tissue", "colour flow", "integrated backscatter")
_LARGEST_MM = 100.0


def read_regions(header: Header) -> tuple[UltrasoundRegion, ...]:
    """The calibrated regions of an ultrasound image, clipped to it; empty ones are left out."""
    rows, columns = int(header.get("Rows", 0)), int(header.get("Columns", 0))
    return tuple(_regions(header, rows, columns))


def _regions(header: Header, rows: int, columns: int) -> Iterator[UltrasoundRegion]:
    for item in header.get("SequenceOfUltrasoundRegions") or ():
        box = [number(element(item, f"RegionLocation{name}")) for name in ("MinY0", "MinX0", "MaxY1", "MaxX1")]
        y0, x0, y1, x1 = (int(value) if value is not None else -1 for value in box)
        # The file counts the last row and column in.
        y1, x1 = min(y1 + 1, rows), min(x1 + 1, columns)
        if 0 <= y0 < y1 and 0 <= x0 < x1:
            y_axis, x_axis = _axis(item, "Y"), _axis(item, "X")
            yield UltrasoundRegion(
                y0, x0, y1, x1, _DATA_TYPES.get(_code(item, "RegionDataType"), "not named"),
                _region_spacing(y_axis, x_axis), _FORMATS.get(_code(item, "RegionSpatialFormat"), ""), y_axis, x_axis,
                low_priority=bool(_code(item, "RegionFlags") & 1))


def _code(item: Dataset, keyword: str) -> int:
    return int(number(element(item, keyword)) or 0)


def _axis(item: Dataset, axis: str) -> RegionAxis | None:
    delta = number(element(item, f"PhysicalDelta{axis}"))
    if delta is None:
        return None
    unit = _UNITS.get(_code(item, f"PhysicalUnits{axis}Direction"), "")
    return RegionAxis(unit, delta, number(element(item, f"ReferencePixel{axis}0")),
                      number(element(item, f"ReferencePixelPhysicalValue{axis}")) or 0.0)


def _region_spacing(y: RegionAxis | None, x: RegionAxis | None) -> PixelSpacing | None:
    if y is None or x is None or (y.unit, x.unit) != ("cm", "cm"):
        return None
    # A delta may be negative: the axis points the other way.
    return _spacing(abs(y.delta) * 10, abs(x.delta) * 10, "UltrasoundRegion")


def read_spacing(header: Header, regions: tuple[UltrasoundRegion, ...]) -> tuple[PixelSpacing | None, list[Message]]:
    """The pixel spacing of the image plane and what is doubtful about it.

    PixelSpacing comes first, then ImagerPixelSpacing, then the first tissue region; where an ultrasound region and
    PixelSpacing disagree, the region is believed: a scanner writes it, PixelSpacing is often added later.
    """
    problems: list[Message] = []
    plane = next((r for r in regions if r.spacing and r.data_type in _IN_PLANE), None)
    plane = plane or next((r for r in regions if r.spacing), None)
    region = plane.spacing if plane else None
    scales = {round(r.spacing.y_mm / region.y_mm, 2) for r in regions
              if region and r.spacing and r.data_type in _IN_PLANE}
    if len(scales) > 1:
        problems.append(Message("regions-differ", {"path": header.path, "count": len(regions)}))
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        for group in groups(header, "PixelMeasuresSequence"):
            pair = element(group, keyword)
            if pair is None:
                continue
            at_detector = keyword != "PixelSpacing" or _uncorrected(header, pair)
            spacing = _pair(pair, "ImagerPixelSpacing" if at_detector else "PixelSpacing")
            if spacing is None:
                problems.append(Message("spacing-invalid", {"path": header.path, "value": quoted(pair)}))
            elif region and abs(spacing.y_mm / region.y_mm - 1) + abs(spacing.x_mm / region.x_mm - 1) > 0.02:
                problems.append(Message("spacing-disagrees", {"path": header.path}))
                return region, problems
            else:
                return spacing, problems
    return region, problems


def _uncorrected(header: Header, pair: object) -> bool:
    """PixelSpacing that repeats ImagerPixelSpacing and names no calibration is that at the detector, PS3.3 10.7.1.3."""
    imager = header.get("ImagerPixelSpacing")
    if imager is None or header.text("PixelSpacingCalibrationType"):
        return False
    return _pair(imager, "") == _pair(pair, "")


def _pair(value: object, source: str) -> PixelSpacing | None:
    try:
        y, x = (number(v) for v in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    return _spacing(y, x, source) if y is not None and x is not None else None


def _spacing(y_mm: float, x_mm: float, source: str) -> PixelSpacing | None:
    sane = 0 < y_mm <= _LARGEST_MM and 0 < x_mm <= _LARGEST_MM
    return PixelSpacing(y_mm, x_mm, source) if sane else None


def read_frame_rate(header: Header, frames: int) -> float | None:
    """Frames per second of a cine; None for a still and where the file does not say."""
    if frames < 2:
        return None
    if (time_ms := number(header.get("FrameTime"))) is not None and time_ms > 0:
        return 1000.0 / time_ms
    steps = [step for step in map(number, as_list(header.get("FrameTimeVector"))) if step is not None and step > 0]
    if steps:
        return 1000.0 * len(steps) / sum(steps)
    for keyword in ("CineRate", "RecommendedDisplayFrameRate"):
        if (rate := number(header.get(keyword))) is not None and rate > 0:
            return rate
    return None
