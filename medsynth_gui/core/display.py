"""Display: how stored values are looked at. Only the picture on the screen; models see `ImageSeries.gray`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.windowing import WindowLevel

GAMMA_LOW, GAMMA_HIGH = 0.2, 5.0
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ColorMap:
    """A named colour map: `stops` are RGB, evenly spaced from black to white of the gray scale."""

    id: str
    name: str
    stops: tuple[str, ...]

    def table(self) -> Bytes:
        """(256, 3) RGB."""
        stops = np.array([[int(stop[i:i + 2], 16) for i in (1, 3, 5)] for stop in self.stops], np.float64)
        places = np.linspace(0, 255, len(stops))
        return np.stack([np.interp(np.arange(256), places, channel) for channel in stops.T], axis=1).round() \
            .astype(np.uint8)


COLOR_MAPS = (
    ColorMap("gray", "Gray", ("#000000", "#ffffff")),
    ColorMap("sepia", "Sepia", ("#000000", "#4a3018", "#946839", "#d6ab74", "#fff3da")),
    ColorMap("blue", "Ultrasound blue", ("#000000", "#12304f", "#33688f", "#7fb0cd", "#f2fbff")),
    ColorMap("amber", "Amber", ("#000000", "#5a2a00", "#b36200", "#f0a830", "#fff6d0")),
    ColorMap("bone", "Bone", ("#000000", "#38384d", "#707b94", "#a9c6c6", "#ffffff")),
    ColorMap("hot", "Hot", ("#000000", "#550000", "#aa0000", "#ff0000", "#ff5500", "#ffaa00", "#ffff00", "#ffff80",
                            "#ffffff")),
    ColorMap("viridis", "Viridis", ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962",
                                    "#addc30", "#fde725")),
    ColorMap("cividis", "Cividis", ("#00224e", "#1e396d", "#434e6c", "#61656f", "#7d7c78", "#9b9476", "#bcae6c",
                                    "#dfca59", "#fee838")),
    ColorMap("magma", "Magma", ("#000004", "#1d1147", "#51127c", "#832681", "#b73779", "#e75263", "#fc8961", "#fec488",
                                "#fcfdbf")),
)
_BY_ID = {colors.id: colors for colors in COLOR_MAPS}


@dataclass(frozen=True)
class Display:
    """Window/level, then gamma, then colours.

    Attributes:
        invert: white for black.
        gamma: above 1 the middle grays are brighter; black and white stay.
        colors: id of a `COLOR_MAPS` row; for gray frames only.
    """

    window: WindowLevel = field(default_factory=lambda: WindowLevel.from_range(0, 255))
    invert: bool = False
    gamma: float = 1.0
    colors: str = "gray"

    @property
    def plain(self) -> bool:
        """8-bit values are shown as they are."""
        return self.window.as_stored and self.gamma == 1 and not self.invert

    def steps(self, values: npt.NDArray[np.generic]) -> Bytes:
        """Where values stand between black (0) and white (255), gamma applied; NaN is black. Any shape, any type."""
        share = self.window.shares(values)
        if self.gamma != 1:
            share = share ** np.float32(1 / self.gamma)
        return np.asarray((share * 255).round(), np.uint8)

    def lookup(self, dtype: np.dtype[np.generic]) -> Bytes | None:
        """`steps` of every value of an 8- or 16-bit type, by its bits as an unsigned number; None for other types."""
        if dtype.kind not in "ui" or dtype.itemsize > 2:
            return None
        bits = np.arange(256 ** dtype.itemsize, dtype=f"u{dtype.itemsize}")
        return self.steps(bits.view(dtype.newbyteorder("=")))

    def palette(self) -> Bytes:
        """(256, 3) RGB of the steps of a gray frame."""
        table = _BY_ID[self.colors].table()
        return table[::-1] if self.invert else table

    def apply(self, frame: npt.NDArray[np.generic], lookup: Bytes | None = None) -> Bytes:
        """What a frame looks like before the palette.

        Args:
            frame: (y, x) or (y, x, 3) stored values.
            lookup: `self.lookup(frame.dtype)`, where it is kept.

        Returns:
            (y, x) uint8 steps to be shown through `palette`, or (y, x, 3) RGB (inverted where that is on).
        """
        lookup = self.lookup(frame.dtype) if lookup is None else lookup
        if lookup is None:
            shown = self.steps(frame)
        else:
            shown = np.take(lookup, frame.view(f"u{frame.dtype.itemsize}"), mode="clip")
        return 255 - shown if self.invert and frame.ndim == 3 else shown
