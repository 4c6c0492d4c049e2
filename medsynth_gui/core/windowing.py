"""Window/level: stored values to the 8-bit gray that is shown and given to models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class WindowLevel:
    """Values from level - width/2 (black) to level + width/2 (white)."""

    level: float
    width: float
    name: str = ""

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
        if not invert and window.low == 0 and window.high == 255:
            return np.asarray(frame, np.uint8)
        return np.asarray(_lookup_table(window, invert)[frame], np.uint8)
    values = np.nan_to_num(frame.astype(np.float32, copy=False), nan=window.low, posinf=window.high, neginf=window.low)
    scaled = np.clip((values - window.low) * (255.0 / window.width), 0, 255)
    return np.asarray((255 - scaled if invert else scaled).round(), np.uint8)


def _lookup_table(window: WindowLevel, invert: bool) -> npt.NDArray[np.uint8]:
    ramp = np.clip((np.arange(256) - window.low) * (255.0 / window.width), 0, 255)
    return np.asarray((255 - ramp if invert else ramp).round(), np.uint8)


def auto_window(frame: npt.NDArray[np.generic], *, low_percent: float = 0.5, high_percent: float = 99.5) -> WindowLevel:
    """The window between two percentiles of the finite values of a frame."""
    sample = frame[:: max(1, frame.shape[0] // 512), :: max(1, frame.shape[1] // 512)].astype(np.float64)
    finite = sample[np.isfinite(sample)]
    if finite.size == 0:
        return WindowLevel.from_range(0, 1, "auto")
    low, high = np.percentile(finite, (low_percent, high_percent))
    return WindowLevel.from_range(float(low), float(max(high, low + 1e-6)), "auto")
