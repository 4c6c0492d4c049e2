"""The table of phantoms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medsynth_gui.engine.simulator.fields import Extent
from medsynth_gui.engine.simulator.phantoms.breast import Breast
from medsynth_gui.engine.simulator.phantoms.calcification import Calcification
from medsynth_gui.engine.simulator.phantoms.fetal_head import FetalHead
from medsynth_gui.engine.simulator.phantoms.lung import Lung
from medsynth_gui.engine.simulator.phantoms.muscle_fat import MuscleFat
from medsynth_gui.engine.simulator.phantoms.nerve_vessel import NerveVessel
from medsynth_gui.engine.simulator.tissue import Medium


@dataclass(frozen=True)
class Phantom:
    """A row: how it is drawn, and which examination it is.

    Attributes:
        labels: names of the values 1, 2, ...
        width_mm: width of the image, drawn from this range.
        frequency_mhz: of the probe, drawn from this range.
        compensated: usual time gain compensation, dB/(cm MHz).
        median_gray: of the images: mean and standard deviation.
        curved: (half angle in degrees, radius in mm) of the convex probe used on it.
    """

    draw: Callable[[np.random.Generator, Extent], Medium]
    labels: tuple[str, ...]
    width_mm: tuple[float, float]
    frequency_mhz: tuple[float, float]
    compensated: float
    median_gray: tuple[float, float]
    curved: tuple[float, float]


PHANTOMS = {
    "breast-lesion": Phantom(Breast, ("lesion",), (32, 52), (7, 13), 0.70, (82, 24), (22, 45)),
    "fetal-head": Phantom(FetalHead, ("head",), (110, 190), (2.5, 5), 0.35, (34, 12), (36, 45)),
    "muscle-fat": Phantom(MuscleFat, ("fat", "muscle"), (35, 60), (6, 12), 0.65, (66, 20), (22, 45)),
    "lung": Phantom(Lung, ("pleura", "A-line", "B-line", "rib shadow"), (55, 110), (3.5, 7), 0.60,
                    (42, 14), (28, 45)),
    "nerve-vessel": Phantom(NerveVessel, ("nerve", "vessel"), (24, 42), (8, 14), 0.65, (52, 18), (20, 45)),
    "calcification": Phantom(Calcification, ("calcification",), (28, 44), (8, 14), 0.70, (82, 24), (22, 45)),
}
