"""Motion of a cine: where the material at a point was in the first frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medsynth_gui.engine.simulator.fields import bump
from medsynth_gui.engine.simulator.tissue import Points


@dataclass(frozen=True)
class Motion:
    """A slow probe drift, breathing compression and a lesion that slides; smooth in time and known everywhere.

    Attributes:
        drift_mm: lateral way of the probe over the whole cine.
        compression: strain amplitude along the beam.
        slide_mm: (y, x) amplitude of the lesion's own way.
        swell: relative change of its width.
        focus: (y, x, radius) in mm of what slides.
        phase: where the breathing starts, in radians; `cycles` over the cine.
    """

    drift_mm: float
    compression: float
    slide_mm: tuple[float, float]
    swell: float
    focus: tuple[float, float, float]
    phase: float
    cycles: float

    def material(self, points: Points, time: float) -> Points:
        """The points' places in frame 0, for `time` 0..1 of the cine; the same points at time 0."""
        if time == 0:
            return points
        swing = float(np.sin(2 * np.pi * self.cycles * time + self.phase) - np.sin(self.phase))
        y, x, radius = self.focus
        near = bump(np.hypot(points.y - y, points.x - x), 3.2 * radius)
        way = near * swing
        grow = way * self.swell
        q_y = points.y * (1 + self.compression * swing) - self.slide_mm[0] * way - grow * (points.y - y)
        q_x = points.x - self.drift_mm * time - self.slide_mm[1] * way + grow * (points.x - x)
        depth, across = points.depth + (q_y - points.y), points.across + (q_x - points.x)
        return Points(*(value.astype(np.float32) for value in (q_y, q_x, depth, across)))


def draw_motion(rng: np.random.Generator, focus: tuple[float, float, float]) -> Motion:
    """A gentle examination: mm of drift, percents of strain."""
    return Motion(float(rng.uniform(-4, 4)), float(rng.uniform(0.01, 0.035)),
                  (float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-2, 2))), float(rng.uniform(-0.08, 0.08)),
                  focus, float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.6, 1.2)))
