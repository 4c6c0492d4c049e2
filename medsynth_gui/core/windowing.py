"""Window/level: stored values to the 8-bit gray that is shown and given to models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_STRIP_VALUES = 1 << 20


@dataclass(frozen=True)
class WindowLevel:
    """Values from level - width/2 (black) to level + width/2 (white).

    Attributes:
        curve: how bright evenly spaced values from the low to the high end are, 0..1 (a table of the file); straight
            where empty.
        sigmoid: instead of a line an S, which reaches beyond both ends.
    """

    level: float
    width: float
    name: str = ""
    curve: tuple[float, ...] = ()
    sigmoid: bool = False

    def shares(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        """How bright values are, 0 (black) to 1 (white); NaN is black. Any shape, any real type."""
        shares = (values.astype(np.float32, copy=False) - np.float32(self.low)) / np.float32(self.width)
        shares = np.nan_to_num(shares, nan=0.0, posinf=1.0, neginf=0.0)
        if self.sigmoid:
            # DICOM PS3.3 C.11.2.1.3.1
            return np.asarray(1 / (1 + np.exp(-4 * (np.clip(shares, -20, 20) - 0.5))), np.float32)
        shares = np.clip(shares, 0, 1)
        if self.curve:
            return np.asarray(np.interp(shares, np.linspace(0, 1, len(self.curve)), self.curve), np.float32)
        return np.asarray(shares, np.float32)

    @property
    def as_stored(self) -> bool:
        """8-bit values are shown as they are."""
        return self.low == 0 and self.high == 255 and not self.curve and not self.sigmoid

    @classmethod
    def from_range(cls, low: float, high: float, name: str = "") -> WindowLevel:
        """The window that shows `low` as black and `high` as white."""
        return cls((low + high) / 2, max(high - low, 1e-6), name)

    @property
    def low(self) -> float:
        return self.level - self.width / 2

    @property
    def high(self) -> float:
        return self.level + self.width / 2


def apply_window(frame: npt.NDArray[np.generic], window: WindowLevel, *, invert: bool = False) -> npt.NDArray[np.uint8]:
    """Map a frame to 8 bits.

    Args:
        frame: (y, x) or (y, x, channel) of any real type; NaN is shown black.
        window: values from `low` to `high` become 0..255, the rest is clipped.
        invert: black for white (MONOCHROME1).

    Returns:
        uint8 of the same shape. An 8-bit frame under the window 0..255 is returned as it is.
    """
    if frame.dtype == np.uint8:
        if not invert and window.as_stored:
            return np.asarray(frame, np.uint8)
        return np.asarray(_lookup_table(window, invert)[frame], np.uint8)
    shown = np.empty(frame.shape, np.uint8)
    # In strips: a whole large frame in real values would take ten times the memory of what is shown.
    step = max(1, _STRIP_VALUES // max(1, frame[:1].size))
    for top in range(0, len(frame), step):
        strip = window.shares(frame[top:top + step]) * 255
        shown[top:top + step] = (255 - strip if invert else strip).round()
    return shown


def _lookup_table(window: WindowLevel, invert: bool) -> npt.NDArray[np.uint8]:
    ramp = window.shares(np.arange(256)) * 255
    return np.asarray((255 - ramp if invert else ramp).round(), np.uint8)


def first_window(windows: Sequence[WindowLevel], frame: npt.NDArray[np.generic]) -> WindowLevel:
    """How a frame is shown at first: the file's window, else 0..255 for 8 bits, else percentiles of the frame."""
    if windows:
        return windows[0]
    return WindowLevel.from_range(0, 255) if frame.dtype == np.uint8 else auto_window(frame)


def auto_window(frame: npt.NDArray[np.generic], *, low_percent: float = 0.5, high_percent: float = 99.5) -> WindowLevel:
    """The window between two percentiles of the finite values of a frame."""
    sample = frame[:: max(1, frame.shape[0] // 512), :: max(1, frame.shape[1] // 512)].astype(np.float64)
    finite = sample[np.isfinite(sample)]
    if finite.size == 0:
        return WindowLevel.from_range(0, 1, "auto")
    low, high = np.percentile(finite, (low_percent, high_percent))
    return WindowLevel.from_range(float(low), float(max(high, low + 1e-6)), "auto")
