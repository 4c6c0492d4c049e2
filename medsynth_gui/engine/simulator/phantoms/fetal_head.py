"""Fetal head: a bright skull ellipse in amniotic fluid, with midline and choroid plexus, under the mother's wall."""

from __future__ import annotations

import math

import numpy as np

from medsynth_gui.engine.simulator.fields import Array, Extent, Field, bump, sheets, step
from medsynth_gui.engine.simulator.phantoms.surface import layered, probe_face
from medsynth_gui.engine.simulator.tissue import Labels, Points, Tissue


class FetalHead:
    """One head; the label is the skull's outer ellipse, filled."""

    class_name = "head"

    def __init__(self, rng: np.random.Generator, extent: Extent) -> None:
        uniform, around = rng.uniform, extent.grown(15.0)
        depth, reach = extent.y1, min(extent.width, 1.3 * extent.y1)
        self.half_x = float(uniform(0.17, 0.36)) * reach
        self.half_y = self.half_x * float(uniform(0.68, 0.92))
        self.angle = float(rng.normal(0, 0.25))
        tall = math.hypot(self.half_y * math.cos(self.angle), self.half_x * math.sin(self.angle))
        self.y = float(np.clip(uniform(0.4, 0.62) * depth, tall + 0.08 * depth, max(0.5 * depth, 0.97 * depth - tall)))
        self.x = float(uniform(-0.1, 0.1)) * reach
        self.wall = max(4.0, min(float(uniform(0.08, 0.3)) * depth, self.y - tall - 2))
        self.back = self.y + tall + float(uniform(-0.5, 0.1)) * tall
        self.skull_mm = float(uniform(0.035, 0.06)) * self.half_x + 0.6
        self.skull, self.skull_db = float(uniform(9, 22)), float(uniform(8, 16))
        self.skull_loss = float(uniform(0.5, 9)) / (2 * 3.5 * self.skull_mm / 10)
        self.brain_db, self.fluid_db = float(uniform(-22, -9)), float(uniform(-42, -24))
        self.midline = float(uniform(1.5, 7))
        self.plexus = [(float(side * uniform(0.25, 0.5)), float(uniform(-0.45, 0.45)), float(uniform(0.12, 0.3)),
                        float(uniform(5, 12))) for side in (-1, 1)]
        self._bend = Field(rng, around, 30.0, 30.0)
        self._gaps = Field(rng, around, 9.0, 9.0)
        self._wall = Field(rng, around, 9.0, 22.0)
        self._texture = Field(rng, around, 2.2, 5.0)
        self._clouds = Field(rng, around, 18.0, 24.0)
        self._folds = Field(rng, around, float(uniform(4, 7)), float(uniform(6, 12)))
        self._fading = Field(rng, around, 6.0, 8.0)

    def _frame(self, y: Array, x: Array) -> tuple[Array, Array]:
        """Coordinates over the half axes: (across the midline, along it)."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        down, right = y - self.y, x - self.x
        return (down * c - right * s) / self.half_y, (right * c + down * s) / self.half_x

    def _outside(self, v: Array, u: Array) -> Array:
        """Signed distance to the outer skull in mm, about; negative inside."""
        rho = np.hypot(u, v)
        slope = np.hypot(u / self.half_x, v / self.half_y) / np.maximum(rho, 1e-3)
        return np.asarray((rho - 1) / np.maximum(slope, 1e-4), np.float32)

    def tissue(self, points: Points) -> Tissue:
        y, x = points.y, points.x
        v, u = self._frame(y, x)
        outside = self._outside(v, u)
        bend = self._bend(y, x)
        texture, clouds = self._texture(y, x), self._clouds(y, x)
        level = points.depth + 2.5 * bend
        in_fluid, behind = step(level - self.wall, 1.5), step(points.depth + 9 * bend - self.back, 2.0)
        mother_db = 3.5 * texture + 3 * clouds - 2
        echo_db = layered(mother_db, (in_fluid, self.fluid_db), (behind, mother_db - 3))
        attenuation = layered(np.full_like(level, 0.6), (in_fluid, 0.05), (behind, 0.6))
        specular = 3.0 * sheets(self._wall(level, x), y, x, 0.9, selective=3) * (1 - in_fluid * (1 - behind))
        specular = specular + 4 * bump(level - self.wall, 1.0) + probe_face(points.depth, 0.9)
        inside = step(-outside - self.skull_mm, 0.5)
        bone = step(-outside, 0.5) * (1 - inside)
        brain_db, inner = self._brain(y, x, v, u, texture, clouds)
        head = inside + bone
        echo_db = layered(echo_db, (head, brain_db), (bone, self.skull_db))
        attenuation = layered(attenuation, (head, 0.35), (bone, self.skull_loss))
        # A skull is seen where it faces the beam, and faintly at its sides, with sutures.
        c, s = math.cos(self.angle), math.sin(self.angle)
        facing = np.abs(v / self.half_y * c + u / self.half_x * s)
        facing = facing / np.maximum(np.hypot(v / self.half_y, u / self.half_x), 1e-6)
        shine = (0.12 + 0.88 * facing ** 3) * np.clip(0.75 + 0.35 * self._gaps(y, x), 0.05, 1.3)
        echo_db = echo_db + bone * (20 * np.log10(shine)).astype(np.float32)
        specular = specular * (1 - head) + self.skull * bone * shine + inner * inside
        return Tissue(echo_db.astype(np.float32), attenuation.astype(np.float32), specular.astype(np.float32))

    def _brain(self, y: Array, x: Array, v: Array, u: Array, texture: Array, clouds: Array) -> tuple[Array, Array]:
        """(echo in dB, specular) inside the skull."""
        fading = np.clip(0.4 + 0.7 * self._fading(y, x), 0, 1.5)
        echo_db = self.brain_db + 2 * texture + 2.5 * clouds
        for across, along, size, bright in self.plexus:
            blob = step(1 - np.hypot((v - across) / (0.6 * size), (u - along) / size), 0.5)
            echo_db = echo_db + bright * blob
        folds = 0.22 * self.midline * sheets(self._folds(y, x), y, x, 0.8, selective=1) * fading
        line = self.midline * bump(v * self.half_y, 1.1) * step(0.8 - np.abs(u), 0.2) * fading
        cavum = step(0.13 - np.abs(u - 0.45), 0.05)
        walls = 0.8 * self.midline * cavum * (bump(v * self.half_y - 2.5, 0.9) + bump(v * self.half_y + 2.5, 0.9))
        return echo_db, np.asarray(folds + line * (1 - cavum) + walls, np.float32)

    def labels(self, points: Points) -> Labels:
        """1 inside the outer skull."""
        return (self._outside(*self._frame(points.y, points.x)) < 0).astype(np.uint8)

    def facts(self) -> dict[str, float | str]:
        h = ((self.half_x - self.half_y) / (self.half_x + self.half_y)) ** 2
        around = math.pi * (self.half_x + self.half_y) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))
        return {"focus_y": self.y, "focus_x": self.x, "focus_radius": self.half_x, "half_axis_long_mm": self.half_x,
                "half_axis_short_mm": self.half_y, "angle_rad": self.angle, "head_circumference_mm": around}
