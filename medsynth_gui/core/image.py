"""ImageSeries: frames that are decoded when they are asked for, with what the file says of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Protocol

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.scanner import Scanner
from medsynth_gui.core.windowing import WindowLevel, apply_window, first_window

Frame = npt.NDArray[np.generic]
GrayFrame = npt.NDArray[np.uint8]
_STRIP_ROWS = 256


class FrameSource(Protocol):
    """Frames by index. `frame` may be called from any thread and must return a read-only array.

    A source may also have `kept(index)`, which gives the frame at once if it is in memory, else None.
    """

    def __len__(self) -> int: ...

    def frame(self, index: int) -> Frame:
        """(y, x) or (y, x, 3); raises InputError if this frame cannot be decoded."""
        ...


class ArrayFrames:
    """Frames that are already in memory: (frame, y, x) or (frame, y, x, 3)."""

    def __init__(self, frames: Frame) -> None:
        self._frames = frames.view()
        self._frames.flags.writeable = False

    def __len__(self) -> int:
        return len(self._frames)

    def frame(self, index: int) -> Frame:
        frame: Frame = self._frames[index]
        return frame


@dataclass(frozen=True)
class RegionAxis:
    """What one axis of a region means.

    Attributes:
        unit: "cm", "s", "Hz", "cm/s", "dB", "%", "degree", ...; empty where the file names none.
        delta: units per pixel down or to the right; negative where values fall that way.
        reference_px: pixels from the region's first row or column to where `reference_value` stands; it may lie
            outside. None where the file does not say.
    """

    unit: str
    delta: float
    reference_px: float | None = None
    reference_value: float = 0.0


@dataclass(frozen=True)
class UltrasoundRegion:
    """One calibrated region of an ultrasound frame; the box is half-open in pixels.

    Attributes:
        data_type: what is in it: "tissue", "colour flow", "PW Doppler", ...
        spacing: None where not both axes are lengths.
        spatial_format: "2D", "M-mode", "spectral", "waveform", "graphics" or "".
        low_priority: where regions overlap the pixels belong to the other one.
    """

    y0: int
    x0: int
    y1: int
    x1: int
    data_type: str
    spacing: PixelSpacing | None
    spatial_format: str = ""
    y_axis: RegionAxis | None = None
    x_axis: RegionAxis | None = None
    low_priority: bool = False


@dataclass(frozen=True)
class SeriesPlace:
    """Where an image stands in its study.

    Attributes:
        uid: of the series that it belongs to; empty where the file names none.
        number: of that series in the study.
        instance: of the image in that series.
    """

    uid: str = ""
    number: int = 0
    instance: int = 0
    description: str = ""


@dataclass(frozen=True)
class ImageSeries:
    """An ordered set of frames of one size.

    Axes are (frame, y, x[, channel]); a colour frame has three channels in RGB order. Values are the
    stored ones after the modality rescale; `windows[0]`, if any, is how the file wants to be shown.

    Attributes:
        source: where frames come from, decoded on demand.
        title: what a person calls it (usually the file's name).
        modality: DICOM modality code: US, DX, CR, MG, OT, ...
        invert: MONOCHROME1, low values are white.
        bits: significant bits of a stored value.
        frame_rate_hz: None for stills and where the file does not say.
        scanner: what made it, as far as the file says.
        path: the file or folder it was read from; empty if made in memory.
        place: its series in the study, and its number there.
        details: further facts for `info`, name to text.
    """

    source: FrameSource
    rows: int
    columns: int
    channels: int = 1
    title: str = ""
    modality: str = "OT"
    photometric: str = "MONOCHROME2"
    invert: bool = False
    bits: int = 8
    spacing: PixelSpacing | None = None
    frame_rate_hz: float | None = None
    regions: tuple[UltrasoundRegion, ...] = ()
    windows: tuple[WindowLevel, ...] = ()
    provenance: Provenance = field(default_factory=lambda: Provenance(synthetic=False, producer="scanner"))
    problems: tuple[Message, ...] = ()
    path: str = ""
    scanner: Scanner = field(default_factory=Scanner)
    place: SeriesPlace = field(default_factory=SeriesPlace)
    details: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_array(cls, frames: Frame, *, title: str = "", spacing: PixelSpacing | None = None,
                   modality: str = "US", provenance: Provenance | None = None,
                   frame_rate_hz: float | None = None) -> ImageSeries:
        """A series in memory from (y, x), (y, x, 3), (frame, y, x) or (frame, y, x, 3)."""
        colour = frames.ndim >= 3 and frames.shape[-1] == 3
        stack = frames if frames.ndim == (4 if colour else 3) else frames[None]
        series = cls(source=ArrayFrames(stack), rows=stack.shape[1], columns=stack.shape[2],
                     channels=3 if colour else 1, title=title, modality=modality, spacing=spacing,
                     photometric="RGB" if colour else "MONOCHROME2", bits=stack.dtype.itemsize * 8,
                     frame_rate_hz=frame_rate_hz)
        return replace(series, provenance=provenance) if provenance else series

    @property
    def frame_count(self) -> int:
        return len(self.source)

    @property
    def synthetic(self) -> bool:
        return self.provenance.synthetic

    @property
    def file_name(self) -> str:
        """Its file's name without folders, else its title: what may be told of it in what is made from it."""
        return PurePath(self.path).name or self.title

    @property
    def view(self) -> str:
        """Plane or probe, as far as the file says."""
        facts = dict(self.details)
        return facts.get("ViewPosition") or facts.get("TransducerType", "")

    @property
    def aspect(self) -> float:
        """Height of a pixel over its width; 1 where nothing is calibrated."""
        return self.spacing.aspect if self.spacing else 1.0

    def frame(self, index: int) -> Frame:
        """Stored values of one frame: (y, x) or (y, x, 3), read-only."""
        return self.source.frame(index)

    def default_window(self, index: int = 0) -> WindowLevel:
        """The window of the file, else 0..255 for 8 bits, else percentiles of the frame."""
        return self.windows[0] if self.windows else first_window((), self.frame(index))

    def gray(self, index: int) -> GrayFrame:
        """One frame as 8-bit luma (y, x) under the default window: what every model sees."""
        shown = apply_window(self.frame(index), self.default_window(index), invert=self.invert)
        if shown.ndim == 2:
            return shown
        # BT.601, as cv2 and Pillow have it; in strips, for real values take four times the memory.
        luma = np.empty(shown.shape[:2], np.uint8)
        for top in range(0, len(shown), _STRIP_ROWS):
            strip = shown[top:top + _STRIP_ROWS].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
            luma[top:top + _STRIP_ROWS] = strip.round()
        return luma
