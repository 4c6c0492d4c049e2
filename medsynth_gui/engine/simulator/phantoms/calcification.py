"""Calcifications of the breast: bright grains, alone, scattered or in a cluster; large ones throw shadows."""

from __future__ import annotations

import numpy as np

from medsynth_gui.engine.simulator.fields import Array, Extent, bump, step
from medsynth_gui.engine.simulator.phantoms.breast import Breast
from medsynth_gui.engine.simulator.phantoms.oval import Oval
from medsynth_gui.engine.simulator.tissue import Labels, Points, Tissue

_REFERENCE_MHZ = 9.0
_COARSE = 0.4
# A reader cannot mark less than this.
_LEAST_MARK_MM = 0.3


class Calcification:
    """A breast, with or without a lesion, in which lime lies; the label is the grains."""

    def __init__(self, rng: np.random.Generator, extent: Extent) -> None:
        self.breast = Breast(rng, extent)
        self.coarse = bool(rng.random() < _COARSE)
        self.class_name = "coarse" if self.coarse else "micro"
        self.bright_db = float(rng.uniform(14, 26))
        self.shine = float(rng.uniform(10, 24))
        self.grains = self._coarse(rng, extent) if self.coarse else self._cluster(rng, extent)

    def _center(self, rng: np.random.Generator, extent: Extent) -> tuple[float, float]:
        """In the lesion where there is one, else in the gland."""
        lesion = self.breast.lesion
        if lesion is not None and rng.random() < 0.7:
            return lesion.y, lesion.x
        reach = 0.3 * min(extent.width, 1.35 * extent.y1)
        return (float(rng.uniform(self.breast.fat, max(self.breast.gland, self.breast.fat + 3))),
                float(rng.uniform(-reach, reach)))

    def _coarse(self, rng: np.random.Generator, extent: Extent) -> tuple[tuple[Oval, float], ...]:
        """One to three grains of some millimetres, each with the loss behind it in dB; none behind another."""
        grains: list[tuple[Oval, float]] = []
        for _ in range(int(rng.integers(1, 4))):
            y, x = self._center(rng, extent)
            half = float(rng.uniform(0.6, 2.2))
            spot = Oval(rng, y=max(y + float(rng.normal(0, 2)), self.breast.skin + half), x=x + float(rng.normal(0, 3)),
                        half_y=0.6 * half, half_x=half, angle=float(rng.normal(0, 0.5)), lobes=0.25)
            if all(abs(spot.x - other.x) > spot.half_x + other.half_x for other, _ in grains):
                grains.append((spot, float(rng.uniform(8, 26))))
        return tuple(grains)

    def _cluster(self, rng: np.random.Generator, extent: Extent) -> tuple[tuple[Oval, float], ...]:
        """Five to twenty-five grains of 0.1 to 0.4 mm in a group, with hardly a shadow."""
        y, x = self._center(rng, extent)
        spread = float(rng.uniform(1.5, 5.0))
        places = rng.normal((y, x), spread / 2, (int(rng.integers(5, 26)), 2))
        return tuple((Oval(rng, y=max(float(at[0]), self.breast.skin + 1), x=float(at[1]),
                           half_y=(half := float(rng.uniform(0.1, 0.4))), half_x=half * float(rng.uniform(0.8, 1.6))),
                      float(rng.uniform(0, 3))) for at in places)

    def tissue(self, points: Points) -> Tissue:
        tissue = self.breast.tissue(points)
        echo_db, attenuation, specular = tissue.echo_db, tissue.attenuation, tissue.specular
        for grain, loss_db in self.grains:
            distance = grain.distance(points.y, points.x)
            inside = step(-distance, 0.12)
            upper = step(grain.y - points.y, grain.half_y)
            own = loss_db / (2 * _REFERENCE_MHZ * 2 * grain.half_y / 10)
            echo_db = echo_db * (1 - inside) + self.bright_db * inside
            attenuation = attenuation + own * inside
            specular = specular * (1 - inside) + self._front(distance, upper)
        return Tissue(np.asarray(echo_db, np.float32), np.asarray(attenuation, np.float32),
                      np.asarray(specular, np.float32))

    def _front(self, distance: Array, upper: Array) -> Array:
        return np.asarray(self.shine * bump(distance, 0.35) * (0.2 + 0.8 * upper), np.float32)

    def labels(self, points: Points) -> Labels:
        """1 where a grain is; the smallest ones as large as can be marked."""
        labels = np.zeros(points.y.shape, np.uint8)
        for grain, _ in self.grains:
            grown = max(0.0, _LEAST_MARK_MM - grain.half_y)
            labels[grain.distance(points.y, points.x) < grown] = 1
        return labels

    def facts(self) -> dict[str, float | str]:
        grains = [grain for grain, _ in self.grains]
        y, x = (float(np.mean([getattr(grain, name) for grain in grains])) for name in ("y", "x"))
        return {"kind": self.class_name, "grains": float(len(grains)), "largest_mm": 2 * max(g.reach for g in grains),
                "lesion": self.breast.lesion.kind.name if self.breast.lesion else "none",
                "focus_y": y, "focus_x": x, "focus_radius": 6.0}
