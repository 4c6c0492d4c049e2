"""Domain: the scanner and its settings, drawn for each seed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medsynth_gui.engine.simulator.fields import Array


@dataclass(frozen=True)
class Domain:
    """Settings of one examination.

    Attributes:
        axial_mm, lateral_mm: full width at half maximum of the pulse, at the focus.
        focal_range_mm: distance from the focus at which the beam is sqrt(2) times as wide.
        compensated: dB/(cm MHz) that the time gain compensation makes up for.
        sliders_db: corrections of the compensation, evenly spaced in depth.
        penetration: depth over the image's, at which reference tissue sinks into the noise.
        looks: images compounded.
        median_gray: where the gain puts the median.
        sidelobes_db: clutter from beside the beam, under the mean echo of the same depth.
        reverberation, haze, dropout: strength of artefacts, 0..1.
    """

    frequency_mhz: float
    axial_mm: float
    lateral_mm: float
    focus: float
    focal_range_mm: float
    compensated: float
    sliders_db: tuple[float, ...]
    penetration: float
    looks: int
    median_gray: float
    dynamic_range_db: float
    gamma: float
    smoothing_px: float
    sharpening: float
    sidelobes_db: float
    reverberation: float
    haze: float
    dropout: float

    def sliders(self, samples: int) -> Array:
        """The sliders' gain in dB at each sample, (samples,)."""
        places = np.linspace(0, len(self.sliders_db) - 1, samples)
        return np.interp(places, np.arange(len(self.sliders_db)), self.sliders_db).astype(np.float32)

    def record(self) -> dict[str, Any]:
        """A JSON-ready record."""
        return {**asdict(self), "sliders_db": list(self.sliders_db)}


def draw_domain(rng: np.random.Generator, *, frequency_mhz: tuple[float, float], compensated: float,
                median_gray: tuple[float, float], depth_mm: float, severity: int) -> Domain:
    """Settings of a scanner for one kind of examination.

    Args:
        frequency_mhz: range of the probe.
        compensated: usual time gain compensation, dB/(cm MHz).
        median_gray: mean and standard deviation over examinations.
        severity: 0..3, how strong artefacts may be.
    """
    frequency = float(rng.uniform(*frequency_mhz))
    fade = float(rng.uniform(0.15, 1.0)) * 25
    worst = severity / 3
    return Domain(
        frequency_mhz=frequency,
        axial_mm=float(rng.uniform(2.2, 3.4)) / frequency,
        lateral_mm=float(rng.uniform(4.5, 9)) / frequency,
        focus=float(rng.uniform(0.25, 0.7)),
        focal_range_mm=float(rng.uniform(0.25, 0.6)) * depth_mm,
        compensated=compensated * float(rng.uniform(0.88, 1.12)),
        sliders_db=tuple(float(v) for v in rng.normal(0, 1.5, 7) - np.linspace(0, fade, 7)),
        penetration=float(rng.uniform(0.9, 1.8)),
        looks=int(rng.integers(2, 5)),
        median_gray=float(np.clip(rng.normal(*median_gray), 0.3 * median_gray[0], 150)),
        dynamic_range_db=float(rng.uniform(46, 74)),
        gamma=float(rng.uniform(0.85, 1.25)),
        smoothing_px=float(rng.uniform(0.3, 0.9)),
        sharpening=float(max(0.0, rng.uniform(-0.3, 0.6))),
        sidelobes_db=float(rng.uniform(-42, -24)),
        reverberation=worst * float(rng.uniform(0.2, 1)),
        haze=worst * float(rng.uniform(0, 1)),
        dropout=worst * float(rng.uniform(0, 1)),
    )
