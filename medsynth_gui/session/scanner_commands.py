"""Commands on how a series is read: spacing by hand, colours, crop; remembered for its file and its scanner."""

from __future__ import annotations

import math
from dataclasses import replace

from medsynth_gui.core.errors import StorageError, UsageError
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.dicom.colour_decision import Choice
from medsynth_gui.io.plain_files import PlainFile
from medsynth_gui.session.adjustments import Adjustments
from medsynth_gui.session.mask_commands import settle_gesture
from medsynth_gui.session.measure_commands import shifted_measurements
from medsynth_gui.session.opened import OpenSeries, series_key
from medsynth_gui.session.session import Session

_NOTHING = Adjustments()


def remembered(session: Session, source: ImageSeries | PlainFile) -> tuple[str, Adjustments]:
    """The key of a series that is opened, and what was set by hand on it or on its scanner before."""
    key = series_key(source)
    adjustments = session.scanners.of_file(key)
    if adjustments is None and isinstance(source, ImageSeries):
        adjustments = session.scanners.guess(source)
        if adjustments.crop and (session.folder / f"{key}.journal").exists():
            # What was drawn on the whole image stays reachable.
            adjustments = replace(adjustments, crop=None)
        if adjustments.crop:
            session.scanners.remember(key, adjustments)
    if adjustments is None:
        return key, _NOTHING
    return _key_of(key, adjustments.crop), adjustments


def set_spacing(session: Session, opened: OpenSeries, spacing: PixelSpacing | None) -> None:
    """Calibrate a series by hand; None goes back to what its file says."""
    by_hand = replace(spacing, source="manual") if spacing else None
    _adjust(session, opened, replace(opened.adjustments, spacing=by_hand))


def set_colour(session: Session, opened: OpenSeries, choice: Choice) -> None:
    """Overrule how the colours of a series are read; "auto" goes back to the decision of the reader."""
    _adjust(session, opened, replace(opened.adjustments, colour=choice))


def set_crop(session: Session, opened: OpenSeries, box: Region | None) -> OpenSeries:
    """Work on a part of a series (a box in the whole image), or on all of it again.

    It takes the place of `opened` in the list, with a mask of its own.

    Raises:
        UsageError: it has labels, which would lie elsewhere.
    """
    if box == opened.adjustments.crop:
        return opened
    if _has_labels(opened):
        raise UsageError("crop-has-labels", title=opened.title)
    adjustments = replace(opened.adjustments, crop=box, guessed=False)
    key = series_key(opened.as_read)
    session.scanners.remember(key, adjustments, scanner_of=opened.as_read)
    made = replace(opened, key=_key_of(key, box), adjustments=adjustments, proposal=None, _document=None, _window=None,
                   _gray=None)
    if opened is session.current:
        settle_gesture(session)
    old = opened.adjustments.crop
    session.set_note(made, shifted_measurements(opened.note, (old.y0 if old else 0) - (box.y0 if box else 0),
                                                (old.x0 if old else 0) - (box.x0 if box else 0)))
    session.release(opened)
    session.opened = tuple(made if item is opened else item for item in session.opened)
    _write(session)
    _show(session, opened, made)
    return made


def _adjust(session: Session, opened: OpenSeries, adjustments: Adjustments) -> None:
    adjustments = replace(adjustments, guessed=False)
    session.scanners.remember(series_key(opened.as_read), adjustments, scanner_of=opened.as_read)
    opened.adjustments, opened._gray = adjustments, None
    _write(session)
    _show(session, opened, opened)


def _show(session: Session, old: OpenSeries, new: OpenSeries) -> None:
    session.series_changed.emit(session.opened)
    if session.current is old:
        session.current = new
        new.document.labels(new.frame)
        session.settings["current_series"] = new.key
        session.current_changed.emit(new)
        session.history_changed.emit(None)


def _write(session: Session) -> None:
    try:
        session.scanners.flush()
    except StorageError as error:
        session.problem.emit(error.message)


def _has_labels(opened: OpenSeries) -> bool:
    return bool(opened.document.labelled_frames())


def _key_of(key: str, crop: Region | None) -> str:
    """Masks of a part are kept apart from those of the whole and of other parts."""
    return f"{key}-{crop.y0}-{crop.x0}-{crop.y1}-{crop.x1}" if crop else key


def calibration_of(length_px: tuple[float, float], length_mm: float, *, axis: str = "both",
                   now: PixelSpacing | None = None) -> PixelSpacing:
    """The spacing at which a line is `length_mm` long.

    Args:
        length_px: the line's extent (y, x) in pixels.
        axis: "both" for square pixels; "y" or "x" changes that one and keeps the other of `now` (else square).

    Raises:
        UsageError: the line is too short along that axis, or the length is no length.
    """
    along = {"both": math.hypot(*length_px), "y": abs(length_px[0]), "x": abs(length_px[1])}[axis]
    if along < 2 or not 0 < length_mm / along <= 100:
        raise UsageError("calibration-line", length=f"{length_mm:g}", pixels=f"{along:.1f}")
    mm = length_mm / along
    if axis == "both" or now is None:
        return PixelSpacing(mm, mm, "manual")
    return PixelSpacing(mm, now.x_mm, "manual") if axis == "y" else PixelSpacing(now.y_mm, mm, "manual")
