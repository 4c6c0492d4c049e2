"""Window/level presets that come with the program."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core import paths
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.windowing import WindowLevel, auto_window, first_window


@dataclass(frozen=True)
class WindowPreset:
    """A named window.

    Attributes:
        range: fractions of what the stored bits can hold.
        percent: percentiles of the frame; where neither is given, the window is the file's.
    """

    id: str
    name: str
    modalities: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    percent: tuple[float, float] | None = None

    def window(self, series: ImageSeries, frame: int, pixels: npt.NDArray[np.generic] | None = None) -> WindowLevel:
        """The window for one frame of a series; `pixels` are the frame's where they are in memory."""
        if self.range:
            most = 2 ** series.bits - 1
            return WindowLevel.from_range(self.range[0] * most, self.range[1] * most, self.name)
        if not self.percent and series.windows:
            return series.windows[0]
        pixels = series.frame(frame) if pixels is None else pixels
        if self.percent:
            found = auto_window(pixels, low_percent=self.percent[0], high_percent=self.percent[1])
            return WindowLevel(found.level, found.width, self.name)
        return first_window((), pixels)


def window_presets(modality: str = "") -> tuple[WindowPreset, ...]:
    """The presets for a modality (all of them for an empty one), in the order of the file."""
    raw = tomllib.loads((paths.resources() / "window_presets.toml").read_text(encoding="utf-8"))
    presets = (WindowPreset(row["id"], row["name"], tuple(row.get("modalities", ())),
                            _pair(row.get("range")), _pair(row.get("percent"))) for row in raw["presets"])
    return tuple(preset for preset in presets
                 if not modality or not preset.modalities or modality in preset.modalities)


def _pair(values: list[float] | None) -> tuple[float, float] | None:
    return (values[0], values[1]) if values else None
