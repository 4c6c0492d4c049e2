"""Lung: chest wall, ribs with shadows, pleura, and the artefacts of air below: A-lines or B-lines."""

from __future__ import annotations

import numpy as np

from medsynth_gui.engine.simulator.fields import Array, Extent, Field, bump, sheets, step
from medsynth_gui.engine.simulator.phantoms.surface import layered, probe_face
from medsynth_gui.engine.simulator.tissue import Labels, Points, Tissue

_PLEURA, _A_LINE, _B_LINE, _SHADOW = 1, 2, 3, 4
_AIR = 0.55


class Lung:
    """An intercostal view; positions across are those of the beam, so that shadows follow it."""

    def __init__(self, rng: np.random.Generator, extent: Extent) -> None:
        uniform, around, depth = rng.uniform, extent.grown(15.0), extent.y1
        self.pleura = float(uniform(0.14, 0.32)) * depth
        self.rib = self.pleura * float(uniform(0.5, 0.72))
        self.thick = float(uniform(0.018, 0.028)) * depth
        gap = float(uniform(0.45, 0.75)) * min(extent.width, 70.0)
        middle = float(rng.normal(0, 0.08)) * gap
        self.rib_half = float(uniform(5, 9))
        self.ribs = tuple(middle + side * (gap / 2 + self.rib_half) for side in (-1, 1)) if rng.random() < 0.85 else ()
        wet = bool(rng.random() < 0.5)
        self.class_name = "b-lines" if wet else "a-lines"
        count = int(rng.integers(1, 6)) if wet else 0
        self.b_lines = tuple((float(uniform(middle - 0.45 * gap, middle + 0.45 * gap)), float(uniform(0.9, 3.2)),
                              float(uniform(8, 18)), float(uniform(-0.02, 0.03))) for _ in range(count))
        self.a_lines = int(rng.integers(1, 4)) if not wet or rng.random() < 0.3 else 0
        self.a_strength, self.shine = float(uniform(0.35, 0.7)), float(uniform(9, 20))
        self.haze_db = float(uniform(-26, -16))
        self.muscle_db = float(uniform(-10, -4))
        self._wave = Field(rng, around, 30.0, 18.0)
        self._fading = Field(rng, around, 40.0, 7.0)
        self._streaks = Field(rng, around, 1.3, 10.0)
        self._grain = Field(rng, around, 1.2, 2.4)
        self._clouds = Field(rng, around, 12.0, 9.0)
        self._ripple = Field(rng, around, 1.6, 30.0)

    def _pleura_at(self, across: Array) -> Array:
        """Depth of the pleural line under each place of the probe, mm."""
        return np.asarray(self.pleura + 0.02 * self.pleura * self._wave(np.zeros_like(across), across), np.float32)

    def _shadow(self, points: Points) -> Array:
        """Signed: positive behind a rib, mm across."""
        behind = np.full_like(points.across, -99.0)
        for place in self.ribs:
            behind = np.maximum(behind, self.rib_half - np.abs(points.across - place))
        return behind

    def tissue(self, points: Points) -> Tissue:
        y, x, depth, across = points.y, points.x, points.depth, points.across
        pleura = self._pleura_at(across)
        grain, clouds = self._grain(y, x), self._clouds(y, x)
        air = step(depth - pleura, 0.8)
        wall_db = self.muscle_db + 2.5 * grain + 2 * clouds + 3 * self._streaks(depth, x)
        echo_db = layered(wall_db, (air, self.haze_db + grain + 1.5 * clouds))
        attenuation = layered(np.full_like(y, 0.8), (air, _AIR))
        specular = 2.5 * sheets(self._streaks(depth, x), y, x, 0.4, selective=3) * (1 - air)
        shine = self.shine * np.clip(0.8 + 0.25 * self._fading(y, across), 0.2, 1.4)
        specular = specular + probe_face(depth, 0.6) + shine * bump(depth - pleura, 0.8 * self.thick)
        wet = np.zeros_like(y)
        for place, half, bright, spread in self.b_lines:
            line = bump(across - place, half * (1 + spread * (depth - pleura))) * air
            ripple = bright + 2.5 * self._ripple(depth, across)
            echo_db = np.maximum(echo_db, self.haze_db + ripple + (line - 1) * 40)
            wet = np.maximum(wet, line)
        for order in range(2, self.a_lines + 2):
            echo = shine * 0.35 * self.a_strength ** (order - 1) * bump(depth - order * pleura, 0.9 * self.thick)
            specular = specular + echo * (1 - wet)
        return self._behind_ribs(points, echo_db, attenuation, specular)

    def _behind_ribs(self, points: Points, echo_db: Array, attenuation: Array, specular: Array) -> Tissue:
        cover = step(self._shadow(points), 1.0)
        arch = self.rib + self._arch(points)
        inside = cover * step(points.depth - arch, 0.6)
        echo_db = echo_db - 25 * inside
        specular = specular * (1 - inside) + 11 * cover * bump(points.depth - arch, 1.0)
        return Tissue(echo_db.astype(np.float32), attenuation.astype(np.float32), specular.astype(np.float32))

    def _arch(self, points: Points) -> Array:
        """How much deeper a rib's surface is away from its middle, mm."""
        away = self.rib_half - np.clip(self._shadow(points), 0, self.rib_half)
        return np.asarray(0.25 * self.rib_half * np.square(away / self.rib_half), np.float32)

    def labels(self, points: Points) -> Labels:
        """1 pleura, 2 A-line, 3 B-line, 4 rib shadow; a shadow hides what it covers, a B-line wipes A-lines out."""
        depth, across = points.depth, points.across
        pleura = self._pleura_at(across)
        labels = np.zeros(depth.shape, np.uint8)
        for order in range(2, self.a_lines + 2):
            labels[np.abs(depth - order * pleura) <= 0.6 * self.thick] = _A_LINE
        for place, half, _, spread in self.b_lines:
            width = half * (1 + spread * (depth - pleura))
            labels[(np.abs(across - place) <= width / 2) & (depth > pleura)] = _B_LINE
        labels[np.abs(depth - pleura) <= 0.6 * self.thick] = _PLEURA
        labels[(self._shadow(points) > 0) & (depth > self.rib + self._arch(points))] = _SHADOW
        return labels

    def facts(self) -> dict[str, float | str]:
        return {"pleura_mm": self.pleura, "a_lines": float(self.a_lines), "b_lines": float(len(self.b_lines)),
                "ribs": float(len(self.ribs)), "focus_y": self.pleura, "focus_x": 0.0, "focus_radius": 8.0}
