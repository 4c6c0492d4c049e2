"""Muscle and fat: skin, fat lobules, fascia, pennate muscle with an aponeurosis, bone."""

from __future__ import annotations

import math

import numpy as np

from medsynth_gui.engine.simulator.fields import Array, Extent, Field, bump, sheets, step
from medsynth_gui.engine.simulator.phantoms.surface import layered, probe_face
from medsynth_gui.engine.simulator.tissue import Labels, Points, Tissue

_FAT, _MUSCLE = 1, 2


class MuscleFat:
    """A limb along its fibres; labels 1 fat, 2 muscle."""

    class_name = "limb"

    def __init__(self, rng: np.random.Generator, extent: Extent) -> None:
        uniform, around, depth = rng.uniform, extent.grown(25.0), extent.y1
        self.skin = float(uniform(1.0, 2.2))
        self.fat = self.skin + float(np.exp(uniform(math.log(0.05), math.log(0.35)))) * depth
        thick = float(uniform(0.3, 0.6)) * depth
        self.aponeurosis = self.fat + thick * float(uniform(0.4, 0.75))
        self.two_bellies = bool(rng.random() < 0.6)
        self.fascia = self.fat + thick
        self.bone = self.fascia + float(uniform(0.03, 0.3)) * depth if rng.random() < 0.4 else 10 * depth
        self.bone_x, self.bone_curve = float(uniform(extent.x0, extent.x1)), -float(uniform(0.004, 0.015))
        self.tilts = (float(rng.normal(0, 0.05)), float(rng.normal(0, 0.08)))
        self.pennation = (float(uniform(0.1, 0.5) * rng.choice((-1, 1))), float(uniform(-0.35, 0.35)))
        self.fat_db, self.muscle_db = float(uniform(-9, 0)), float(uniform(-16, -6))
        self.septa, self.fibres = float(uniform(0.8, 4)), float(uniform(1, 4.5))
        self.sheath = float(uniform(5, 12))
        self._warp = Field(rng, around, 12.0, 25.0)
        self._septa = Field(rng, around, float(uniform(1.5, 3.5)), float(uniform(7, 16)))
        self._coarse = Field(rng, around, float(uniform(1.0, 2.0)), float(uniform(10, 22)))
        self._fine = Field(rng, around, 0.6, 9.0)
        self._fading = Field(rng, around, 2.0, 5.0)
        self._grain = Field(rng, around, 0.8, 1.6)
        self._clouds = Field(rng, around, 8.0, 12.0)
        self._sparkle = Field(rng, around, 0.4, 0.9)

    def _levels(self, points: Points) -> tuple[Array, Array, Array, Array]:
        """Signed depth in mm under the fat's end, the aponeurosis, the deep fascia and the bone."""
        warp = 1.2 * np.clip(points.depth / 8, 0, 1) * self._warp(points.y, points.x)
        upper = points.depth + warp + self.tilts[0] * points.x
        lower = points.depth + warp + self.tilts[1] * points.x
        bone = points.depth + 0.5 * warp + self.bone_curve * np.square(points.x - self.bone_x)
        return upper - self.fat, (upper + lower) / 2 - self.aponeurosis, lower - self.fascia, bone - self.bone

    def tissue(self, points: Points) -> Tissue:
        y, x, depth = points.y, points.x, points.depth
        fat, middle, fascia, bone = self._levels(points)
        grain, clouds = self._grain(y, x), self._clouds(y, x)
        in_fat, in_muscle, in_deep = step(depth - self.skin, 0.4), step(fat, 0.4), step(fascia, 0.4)
        fibre_db, fibre_lines = self._fibre(y, x, middle)
        muscle_db = self.muscle_db + fibre_db + clouds
        echo_db = layered(np.full_like(y, 3.0), (in_fat, self.fat_db + 1.5 * grain + clouds), (in_muscle, muscle_db),
                          (in_deep, muscle_db - 2), (step(bone - 0.5, 0.5), -30.0))
        attenuation = layered(np.full_like(y, 1.2), (in_fat, 0.5), (in_muscle, 0.75 + 0.05 * clouds),
                              (step(bone - 0.4, 0.5), 8.0))
        sparkle = np.exp(0.5 * self._sparkle(y, x))
        fading = np.clip(0.45 + 0.6 * self._fading(y, x), 0, 1.5)
        septa = self.septa * sheets(self._septa(y, x), y, x, 0.25, selective=3) * in_fat * (1 - in_muscle)
        lines = (septa + fibre_lines * in_muscle * (1 - 0.5 * in_deep)) * fading
        sheaths = bump(fat, 0.7) + bump(fascia, 0.6)
        if self.two_bellies:
            sheaths = sheaths + 0.8 * bump(middle, 0.6)
        lines = lines + self.sheath * sheaths * (0.2 + 0.8 * fading) + 12 * bump(bone, 0.8)
        specular = sparkle * (lines + 4 * bump(depth - self.skin, 0.35) + probe_face(depth, 0.35))
        return Tissue(echo_db.astype(np.float32), attenuation.astype(np.float32), specular.astype(np.float32))

    def _fibre(self, y: Array, x: Array, middle: Array) -> tuple[Array, Array]:
        """(modulation in dB, specular) of the fibres, at their own angle in each belly."""
        below = step(middle, 0.3) if self.two_bellies else np.zeros_like(y)
        angle = self.pennation[0] + below * (self.pennation[1] - self.pennation[0])
        across = y * np.cos(angle) - x * np.sin(angle)
        along = x * np.cos(angle) + y * np.sin(angle)
        stripes, fine = self._coarse(across, along), self._fine(across, along)
        lines = self.fibres * sheets(stripes, y, x, 0.25, selective=1)
        return 2.5 * fine + 1.5 * stripes, lines

    def labels(self, points: Points) -> Labels:
        """1 between skin and muscle, 2 between the fat's end and the deep fascia."""
        fat, _, fascia, bone = self._levels(points)
        labels = np.where(fat > 0, _MUSCLE, np.where(points.depth > self.skin, _FAT, 0))
        return np.where((fascia > 0) | (bone > 0), 0, labels).astype(np.uint8)

    def facts(self) -> dict[str, float | str]:
        return {"fat_mm": self.fat - self.skin, "muscle_mm": self.fascia - self.fat,
                "pennation_rad": self.pennation[0], "bellies": 2.0 if self.two_bellies else 1.0,
                "focus_y": (self.fat + self.fascia) / 2, "focus_x": 0.0, "focus_radius": (self.fascia - self.fat) / 2}
