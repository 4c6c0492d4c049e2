"""Breast: skin, fat lobules, glandular tissue, pectoral muscle, ribs, and usually a lesion."""

from __future__ import annotations

import numpy as np

from medsynth_gui.engine.simulator.fields import Array, Extent, Field, bump, sheets, step
from medsynth_gui.engine.simulator.phantoms.lesion import Lesion, draw_kind
from medsynth_gui.engine.simulator.phantoms.surface import layered, probe_face
from medsynth_gui.engine.simulator.tissue import Labels, Points, Tissue

_NORMAL = 0.12


class Breast:
    """Layers under the probe, warped, with septa and streaks; at most one lesion."""

    def __init__(self, rng: np.random.Generator, extent: Extent) -> None:
        depth = extent.y1
        around = extent.grown(6.0)
        uniform = rng.uniform
        self.skin = float(uniform(0.9, 2.4))
        self.fat = self.skin + float(uniform(0.03, 0.24)) * depth
        self.gland = self.fat + float(uniform(0.22, 0.5)) * depth
        self.muscle = self.gland + float(uniform(0.5, 4.0))
        self.chest = self.muscle + float(uniform(5, 13))
        self.tilt = float(rng.normal(0, 0.09))
        self.warp_mm = float(uniform(0.4, 1.7))
        self.fat_db, self.muscle_db = float(uniform(-13, -5)), float(uniform(-12, -4))
        self.septa, self.streaks = float(uniform(1, 5)), float(uniform(0.8, 3.2))
        self.fattiness = float(uniform(-2.2, 0.6))
        self.texture_db = float(uniform(3, 7))
        self.dermis_db = float(uniform(0, 8))
        self.beyond_db = float(uniform(2, 16))
        self.rib = bool(rng.random() < 0.2)
        self.rib_x, self.rib_half = float(uniform(extent.x0, extent.x1)), float(uniform(4, 9))
        self._warp = Field(rng, around, 7.0, 16.0)
        self._undulation = Field(rng, around, 5.0, 8.0)
        self._septa = Field(rng, around, float(uniform(2.5, 5)), float(uniform(9, 18)))
        self._lobules = Field(rng, around, float(uniform(2.5, 5)), float(uniform(5, 10)))
        self._streaks = Field(rng, around, float(uniform(0.8, 1.4)), float(uniform(4, 9)))
        self._fading = Field(rng, around, 3.0, 6.0)
        self._fine = Field(rng, around, float(uniform(0.45, 0.8)), float(uniform(2.5, 5)))
        self._sparkle = Field(rng, around, 0.35, 0.9)
        self._patches = Field(rng, around, 1.4, 3.6)
        self._grain = Field(rng, around, 0.6, 2.0)
        self._clouds = Field(rng, around, 7.0, 10.0)
        self._fibres = Field(rng, around, 0.55, 9.0)
        self._absorption = Field(rng, around, 6.0, 3.0)
        self.lesion: Lesion | None = None
        if rng.random() >= _NORMAL:
            self.lesion = self._draw_lesion(rng, extent, around)
        self.class_name = self.lesion.kind.class_name if self.lesion else "normal"

    def _draw_lesion(self, rng: np.random.Generator, extent: Extent, around: Extent) -> Lesion:
        kind = draw_kind(rng)
        aspect = float(rng.uniform(*kind.aspect))
        seen = min(extent.width, 1.35 * extent.y1)
        share = float(np.exp(rng.normal(np.log(0.27), 0.55)))
        width = float(np.clip(share, 0.05, 0.6)) * seen
        width = min(width, 0.62 * extent.y1 / aspect)
        half = width * aspect / 2
        y = float(np.clip(rng.normal(0.33, 0.1) * extent.y1, self.skin + half * 1.25 + 0.5, 0.8 * extent.y1))
        room = max(0.0, seen / 2 - 0.45 * width)
        x = float(np.clip(rng.normal(0, 0.18) * seen, -room, room))
        lesion = Lesion(rng, kind, around, y=y, x=x, width=width, aspect=aspect, top=self.skin)
        lesion.echo_db += self._echo_around(lesion)
        return lesion

    def _echo_around(self, lesion: Lesion) -> float:
        """Mean level in a box around the lesion before it grew there."""
        y, x = np.meshgrid(np.linspace(-1.1, 1.1, 9) * lesion.half_y + lesion.y,
                           np.linspace(-1.1, 1.1, 9) * lesion.half_x + lesion.x, indexing="ij")
        y, x = np.maximum(y, self.skin + 0.5).astype(np.float32), x.astype(np.float32)
        return float(self.tissue(Points(y, x, y, x)).echo_db.mean())

    def tissue(self, points: Points) -> Tissue:
        y, x = points.y, points.x
        deep = np.clip(points.depth / (2.5 * self.skin + 3), 0, 1)
        level = points.depth + deep * (self.warp_mm * self._warp(y, x) + self.tilt * x)
        rough = level + deep * 0.8 * self._undulation(y, x)
        in_fat, in_gland = step(level - self.skin, 0.4), step(rough - self.fat, 1.0)
        in_retro, in_muscle = step(rough - self.gland, 1.2), step(level - self.muscle, 0.6)
        fatty = step(self._lobules(y, x) + self.fattiness, 0.5)
        clouds, grain = self._clouds(y, x), self._grain(y, x)
        gland_db = self.texture_db * (0.6 * self._patches(y, x) + 0.4 * grain) + 2 * clouds
        gland_db = gland_db * (1 - fatty) + (self.fat_db + grain) * fatty
        fat_db = self.fat_db + 1.0 * grain + 1.0 * clouds
        fibres = self._fibres(level, x)
        muscle_db = self.muscle_db + 4.5 * fibres + 1.5 * clouds
        echo_db = layered(np.full_like(level, self.dermis_db), (in_fat, fat_db), (in_gland, gland_db),
                           (in_retro, fat_db), (in_muscle, muscle_db))
        attenuation = layered(np.full_like(level, 1.2), (in_fat, 0.5), (in_gland, 0.85 + 0.1 * clouds),
                               (in_retro, 0.55), (in_muscle, 0.9))
        attenuation = attenuation * (1 + 0.16 * self._absorption(y, x))
        specular = self._specular(points, level, rough, in_fat, in_gland * (1 - in_retro), in_muscle)
        if self.lesion is not None:
            echo_db, attenuation, specular = self.lesion.apply(y, x, echo_db, attenuation, specular)
        return self._chest_wall(points, level, echo_db, attenuation, specular)

    def _specular(self, points: Points, level: Array, rough: Array, in_fat: Array, in_gland: Array,
                  in_muscle: Array) -> Array:
        y, x = points.y, points.x
        fading = np.clip(0.45 + 0.6 * self._fading(y, x), 0, 1.6)
        septa = sheets(self._septa(level, x), y, x, 0.2, selective=3)
        streaks = sheets(self._streaks(level, x), y, x, 0.18, selective=2)
        lines = self.septa * septa * in_fat * (1 - 0.4 * in_muscle) + self.streaks * streaks * in_gland
        lines += 0.9 * self.streaks * streaks * in_muscle
        lines += 1.1 * self.streaks * sheets(self._fine(level, x), y, x, 0.14, selective=2) * (in_gland + in_muscle)
        sparkle = np.exp(0.5 * self._sparkle(y, x))
        lines *= fading * sparkle
        edges = 5 * sparkle * bump(level - self.skin, 0.3) + 3 * fading * bump(rough - self.fat, 0.25)
        edges += sparkle * fading * (4 * bump(level - self.muscle, 0.3) + 5 * bump(level - self.chest, 0.4))
        surface = sparkle * probe_face(points.depth, 0.35)
        return np.asarray(lines + edges + surface, np.float32)

    def _chest_wall(self, points: Points, level: Array, echo_db: Array, attenuation: Array,
                    specular: Array) -> Tissue:
        below = step(level - self.chest - 0.5, 0.6)
        echo_db = echo_db - self.beyond_db * below
        if self.rib:
            dip = self.chest + 1.0 + 0.12 * np.square((points.x - self.rib_x) / self.rib_half * 3)
            cover = step(1 - np.abs(points.x - self.rib_x) / self.rib_half, 0.25)
            bright = np.clip(0.5 + 0.5 * self._fading(points.y, points.x), 0, 1.3) * np.exp(
                0.5 * self._sparkle(points.y, points.x))
            specular = specular + 9 * bright * cover * bump(level - dip, 0.5)
            attenuation = attenuation + 6 * cover * step(level - dip - 0.4, 0.5)
        return Tissue(echo_db.astype(np.float32), attenuation.astype(np.float32), specular.astype(np.float32))

    def labels(self, points: Points) -> Labels:
        """1 where the lesion is."""
        if self.lesion is None:
            return np.zeros(points.y.shape, np.uint8)
        return self.lesion.inside(points.y, points.x).astype(np.uint8)

    def facts(self) -> dict[str, float | str]:
        if self.lesion is None:
            return {"lesion": "none"}
        lesion = self.lesion
        return {"lesion": lesion.kind.name, "focus_y": lesion.y, "focus_x": lesion.x, "focus_radius": lesion.radius,
                "width_mm": 2 * lesion.half_x, "height_mm": 2 * lesion.half_y, "echo_db": lesion.echo_db,
                "attenuation_db_cm_mhz": lesion.attenuation}
