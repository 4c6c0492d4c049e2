"""Nerve and vessel: a bundle in cross-section under muscle and fascia, fascicles in the nerve, blood in the vessel."""

from __future__ import annotations

import math

import numpy as np

from medsynth_gui.engine.simulator.fields import Array, Extent, Field, bump, sheets, step
from medsynth_gui.engine.simulator.phantoms.oval import Oval
from medsynth_gui.engine.simulator.phantoms.surface import layered, probe_face
from medsynth_gui.engine.simulator.tissue import Labels, Points, Tissue

_NERVE, _VESSEL = 1, 2
_GAP_MM = 0.5
_DARK_NERVES = 0.3


class NerveVessel:
    """Skin, fat, two muscles with fascia; one or two vessels with one or two nerves beside them."""

    class_name = "bundle"

    def __init__(self, rng: np.random.Generator, extent: Extent) -> None:
        uniform, around, depth = rng.uniform, extent.grown(15.0), extent.y1
        self.skin = float(uniform(0.8, 1.8))
        self.fat = self.skin + float(uniform(0.05, 0.22)) * depth
        self.fascia = self.fat + float(uniform(0.15, 0.35)) * depth
        self.deep = self.fascia + float(uniform(0.25, 0.45)) * depth
        self.tilts = tuple(float(rng.normal(0, 0.08)) for _ in range(3))
        self.fat_db, self.muscle_db = float(uniform(-10, -2)), float(uniform(-18, -8))
        self.connective_db = float(uniform(-11, 1))
        self.sheath, self.fibres = float(uniform(3, 9)), float(uniform(1, 4))
        self.vessels, self.nerves = self._place(rng, extent)
        self.wall = float(uniform(4, 11))
        self.blood_db = float(uniform(-42, -26))
        self.dark = bool(rng.random() < _DARK_NERVES)
        self.matrix_db, self.fascicle_db = float(uniform(0, 7)), float(uniform(-20, -10))
        self.fascicle_mm = float(uniform(0.55, 1.0))
        self.rim = float(uniform(2, 6))
        self._warp = Field(rng, around, 9.0, 14.0)
        self._septa = Field(rng, around, float(uniform(1.5, 3.0)), float(uniform(6, 12)))
        self._streaks = Field(rng, around, 0.7, float(uniform(4, 9)))
        self._grain = Field(rng, around, 0.7, 1.6)
        self._clouds = Field(rng, around, 7.0, 10.0)
        self._fading = Field(rng, around, 2.5, 5.0)
        self._honeycomb = tuple(_fascicles(rng, nerve, self.fascicle_mm) for nerve in self.nerves)

    def _place(self, rng: np.random.Generator, extent: Extent) -> tuple[tuple[Oval, ...], tuple[Oval, ...]]:
        """Vessels in the deeper muscle, nerves on top of or beside them, none upon another."""
        uniform = rng.uniform
        width = min(extent.width, 1.4 * extent.y1)
        x, y = float(rng.normal(0, 0.15)) * width, float(uniform(0.38, 0.58)) * extent.y1
        half = float(np.clip(np.exp(rng.normal(math.log(0.095), 0.35)), 0.04, 0.2)) * width
        artery = Oval(rng, y=y, x=x, half_y=half * float(uniform(0.8, 1.0)), half_x=half, lobes=0.06,
                      angle=float(rng.normal(0, 0.2)))
        vessels, nerves = [artery], list[Oval]()
        if rng.random() < 0.4:
            flat = half * float(uniform(0.4, 0.9))
            vein = self._beside(rng, artery, flat, half * float(uniform(0.8, 1.3)), side=float(rng.choice((-1, 1))))
            vessels.append(vein)
        for _ in range(1 + int(rng.random() < 0.3)):
            for _ in range(12):
                tall = float(uniform(0.03, 0.075)) * width
                nerve = self._beside(rng, artery, tall, tall * float(uniform(1.2, 2.6)), side=float(uniform(-1, 1)))
                inside = abs(nerve.x) + nerve.reach < 0.5 * extent.width and nerve.y + nerve.reach < 0.95 * extent.y1
                if inside and all(_apart(nerve, other) for other in (*vessels, *nerves)):
                    nerves.append(nerve)
                    break
        return tuple(vessels), tuple(nerves)

    def _beside(self, rng: np.random.Generator, other: Oval, half_y: float, half_x: float, *, side: float) -> Oval:
        """An oval whose outline lies a little off that of another one; `side` -1 left, 0 above, 1 right."""
        turn = side * math.pi / 2 + float(rng.normal(0, 0.25))
        away = _GAP_MM + float(rng.exponential(0.8))
        own = math.hypot(half_x * math.sin(turn), half_y * math.cos(turn))
        reach = math.hypot(other.half_x * math.sin(turn), other.half_y * math.cos(turn)) + own + away
        y = max(other.y - reach * math.cos(turn), self.fat + half_y + _GAP_MM)
        return Oval(rng, y=y, x=other.x + reach * math.sin(turn), half_y=half_y, half_x=half_x, lobes=0.12,
                    angle=float(rng.normal(0, 0.3)))

    def _levels(self, points: Points) -> tuple[Array, Array, Array]:
        """Signed depth in mm under the fat, the fascia between the muscles and the deep one."""
        warp = 1.5 * np.clip(points.depth / 8, 0, 1) * self._warp(points.y, points.x)
        return (points.depth + 0.5 * warp + self.tilts[0] * points.x - self.fat,
                points.depth + warp + self.tilts[1] * points.x - self.fascia,
                points.depth + warp + self.tilts[2] * points.x - self.deep)

    def tissue(self, points: Points) -> Tissue:
        y, x, depth = points.y, points.x, points.depth
        fat, fascia, deep = self._levels(points)
        grain, clouds, streaks = self._grain(y, x), self._clouds(y, x), self._streaks(y, x)
        fading = np.clip(0.5 + 0.6 * self._fading(y, x), 0, 1.5)
        in_fat, in_muscle = step(depth - self.skin, 0.4), step(fat, 0.4)
        muscle_db = self.muscle_db + 3 * streaks + 1.5 * clouds
        echo_db = layered(np.full_like(y, 2.0), (in_fat, self.fat_db + 1.5 * grain + clouds), (in_muscle, muscle_db))
        # Loose tissue around the bundle is brighter than muscle.
        echo_db = layered(echo_db, (self._around(y, x) * in_muscle, self.connective_db + 2 * grain + clouds))
        attenuation = layered(np.full_like(y, 1.1), (in_fat, 0.5), (in_muscle, 0.75 + 0.05 * clouds))
        lines = self.fibres * sheets(streaks, y, x, 0.2, selective=2) * in_muscle
        lines = lines + 2.5 * sheets(self._septa(depth, x), y, x, 0.22, selective=3) * in_fat * (1 - in_muscle)
        lines = lines + self.sheath * (bump(fat, 0.45) + bump(fascia, 0.4) + 0.8 * bump(deep, 0.4))
        specular = lines * fading + 4 * bump(depth - self.skin, 0.3) + probe_face(depth, 0.3)
        for nerve, cells in zip(self.nerves, self._honeycomb, strict=True):
            echo_db, specular = self._add_nerve(nerve, cells, y, x, grain, echo_db, specular)
        for vessel in self.vessels:
            distance, facing = vessel.distance(y, x), vessel.facing(y, x)
            inside = step(-distance, 0.25)
            echo_db = echo_db * (1 - inside) + (self.blood_db + grain) * inside
            attenuation = attenuation * (1 - inside) + 0.03 * inside
            specular = specular * (1 - inside) + self.wall * bump(distance, 0.28) * (0.08 + 0.92 * facing**3)
        return Tissue(echo_db.astype(np.float32), attenuation.astype(np.float32), specular.astype(np.float32))

    def _around(self, y: Array, x: Array) -> Array:
        near = np.minimum.reduce([oval.distance(y, x) for oval in (*self.vessels, *self.nerves)])
        return step(1.6 - near, 1.8)

    def _add_nerve(self, nerve: Oval, cells: Array, y: Array, x: Array, grain: Array, echo_db: Array,
                   specular: Array) -> tuple[Array, Array]:
        distance = nerve.distance(y, x)
        inside, core = step(-distance, 0.3), step(-distance - 0.25, 0.2)
        v, u = nerve.frame(y, x)
        own_db = self.matrix_db + grain
        if self.dark:  # a root or trunk: one fascicle, dark inside its sheath
            own_db = own_db + (self.fascicle_db - own_db) * core
        else:
            away = np.full_like(y, np.inf)
            for at_v, at_u, size in cells:
                away = np.minimum(away, np.hypot(v - at_v, u - at_u) - size)
            own_db = own_db + (self.fascicle_db - self.matrix_db) * step(-away, 0.25) * core
        rim = self.rim * bump(distance, 0.35) * (0.3 + 0.7 * nerve.facing(y, x))
        return echo_db * (1 - inside) + own_db * inside, specular * (1 - inside) + rim

    def labels(self, points: Points) -> Labels:
        """1 inside a nerve's sheath, 2 inside a vessel's wall."""
        labels = np.zeros(points.y.shape, np.uint8)
        for value, ovals in ((_NERVE, self.nerves), (_VESSEL, self.vessels)):
            for oval in ovals:
                labels[oval.distance(points.y, points.x) < 0] = value
        return labels

    def facts(self) -> dict[str, float | str]:
        artery = self.vessels[0]
        return {"vessels": float(len(self.vessels)), "nerves": float(len(self.nerves)),
                "vessel_width_mm": 2 * artery.half_x, "vessel_height_mm": 2 * artery.half_y,
                "nerve_kind": "dark" if self.dark else "honeycomb", "focus_y": artery.y, "focus_x": artery.x,
                "focus_radius": 2 * artery.reach}


def _apart(one: Oval, other: Oval) -> bool:
    """Whether two ovals do not touch: no point of the one's outline lies inside the other."""
    turn = np.linspace(0, 2 * np.pi, 24)
    c, s = math.cos(one.angle), math.sin(one.angle)
    along, across = 1.1 * one.half_x * np.cos(turn), 1.1 * one.half_y * np.sin(turn)
    y, x = one.y + across * c + along * s, one.x + along * c - across * s
    return bool((other.distance(y[None], x[None]) > 0.2).all())


def _fascicles(rng: np.random.Generator, nerve: Oval, size_mm: float) -> Array:
    """Fascicles (n, 3): place along the short and the long axis and radius, mm; packed like a honeycomb."""
    pitch = 2.3 * size_mm
    rows = np.arange(-nerve.half_y, nerve.half_y + pitch, 0.87 * pitch)
    cells = [(v, u + (number % 2) * pitch / 2) for number, v in enumerate(rows)
             for u in np.arange(-nerve.half_x, nerve.half_x + pitch, pitch)]
    places = np.array(cells) + rng.normal(0, 0.14 * pitch, (len(cells), 2))
    sizes = size_mm * rng.uniform(0.65, 1.1, len(cells))
    inside = np.hypot(places[:, 0] / nerve.half_y, places[:, 1] / nerve.half_x) < 0.95
    return np.column_stack([places, sizes])[inside]
