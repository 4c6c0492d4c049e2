"""What is known of an image, in words: where its pixel size comes from, what its regions measure."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from medsynth_gui.core.calibration import axis_units
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries, RegionAxis, UltrasoundRegion
from medsynth_gui.gui.translation import number

_MEANINGS = {
    "PixelSpacing": QT_TRANSLATE_NOOP("image", "as calibrated in the file"),
    "ImagerPixelSpacing": QT_TRANSLATE_NOOP("image", "at the detector: anatomy is magnified there, so it is smaller"),
    "UltrasoundRegion": QT_TRANSLATE_NOOP("image", "from the scanner's region; holds inside it"),
    "manual": QT_TRANSLATE_NOOP("image", "set by hand"),
    "simulator": QT_TRANSLATE_NOOP("image", "of the simulated scanner"),
    "index": QT_TRANSLATE_NOOP("image", "from the table of the data set")}
_CONTENTS = {name: name for name in (
    QT_TRANSLATE_NOOP("image", "tissue"), QT_TRANSLATE_NOOP("image", "colour flow"),
    QT_TRANSLATE_NOOP("image", "PW Doppler"), QT_TRANSLATE_NOOP("image", "CW Doppler"),
    QT_TRANSLATE_NOOP("image", "ECG trace"), QT_TRANSLATE_NOOP("image", "gray bar"),
    QT_TRANSLATE_NOOP("image", "colour bar"))}


def kind(series: ImageSeries) -> str:
    """Its modality; what names none (OT) is an image or a cine."""
    return kind_words(series.modality, series.frame_count)


def kind_words(modality: str, frames: int) -> str:
    """What a modality is called; as `kind`."""
    if modality not in ("", "OT"):
        return modality
    return QCoreApplication.translate("series", "Image" if frames == 1 else "Cine")


def facts(series: ImageSeries) -> Iterator[tuple[str, str]]:
    """Rows of name and words; empty words for what is not known."""
    tr = _tr
    details = dict(series.details)
    yield tr("Kind"), " · ".join(filter(None, (kind(series), series.photometric)))
    frames = tr("{0} frames").format(number(series.frame_count)) if series.frame_count > 1 else ""
    yield tr("Size"), " · ".join(filter(None, (f"{series.columns} × {series.rows}", frames)))
    yield tr("Rate"), tr("{0} frames a second").format(number(series.frame_rate_hz, 1)) if series.frame_rate_hz else ""
    yield tr("Scanner"), " ".join(filter(None, (series.scanner.title, series.scanner.software.partition(", ")[0])))
    yield tr("Pixel"), spacing_words(series.spacing)
    magnified = details.get("EstimatedRadiographicMagnificationFactor", "")
    yield tr("Magnified"), tr("{0} times, as the file estimates").format(magnified) if magnified else ""
    yield tr("Regions"), "\n".join(map(region_words, series.regions))
    yield tr("Colours"), details.get("colour", "")
    yield tr("Part"), details.get("crop", "")


def summary(series: ImageSeries) -> str:
    """One line: kind, size and pixel size."""
    spacing = series.spacing
    size = f"{number(spacing.y_mm, 3)} mm" if spacing else _tr("not calibrated")
    return f"{kind(series)} · {series.columns} × {series.rows} · {size}"


def spacing_words(spacing: PixelSpacing | None) -> str:
    """Its size, and where it comes from with what that means."""
    if spacing is None:
        return _tr("not calibrated: sizes are in pixels")
    size = _tr("{0} mm").format(number(spacing.y_mm, 4))
    if abs(spacing.aspect - 1) > 1e-3:
        size = _tr("{0} mm down, {1} mm across").format(number(spacing.y_mm, 4), number(spacing.x_mm, 4))
    return _tr("{0}, {1}").format(size, _tr(_MEANINGS.get(spacing.source, spacing.source)))


def region_words(region: UltrasoundRegion) -> str:
    """What is in a region, and what a pixel of it is worth along each axis."""
    content = _tr(_CONTENTS.get(region.data_type, region.data_type))
    kind = content if region.spatial_format in ("", "2D") else f"{region.spatial_format}, {content}"
    if region.spacing:
        return _tr("{0}: {1} mm a pixel").format(kind, number(region.spacing.y_mm, 4))
    axes = [_axis_words(axis) for axis in (region.y_axis, region.x_axis)]
    if not any(axis_units(region)):
        return _tr("{0}: no units").format(kind)
    return _tr("{0}: {1} down, {2} across").format(kind, *axes)


def _axis_words(axis: RegionAxis | None) -> str:
    if axis is None or not axis.unit:
        return "–"
    return f"{abs(axis.delta):.3g} {axis.unit}"


def _tr(words: str) -> str:
    return QCoreApplication.translate("image", words)
