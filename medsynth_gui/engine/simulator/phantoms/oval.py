"""Oval: a rounded cross-section with a slightly wavy outline, as vessels and nerves have."""

from __future__ import annotations

import math

import numpy as np

from medsynth_gui.engine.simulator.fields import Array

_ORDERS = np.arange(2, 6)


class Oval:
    """An ellipse at (y, x) mm with waves of relative height `lobes` on its outline."""

    def __init__(self, rng: np.random.Generator, *, y: float, x: float, half_y: float, half_x: float,
                 angle: float = 0.0, lobes: float = 0.0) -> None:
        self.y, self.x, self.half_y, self.half_x, self.angle = y, x, half_y, half_x, angle
        self._waves = lobes * rng.standard_normal(len(_ORDERS)) / _ORDERS
        self._phases = rng.uniform(0, 2 * np.pi, len(_ORDERS))

    @property
    def reach(self) -> float:
        """Half of its width or height, whichever is larger."""
        return max(self.half_y, self.half_x)

    def frame(self, y: Array, x: Array) -> tuple[Array, Array]:
        """Coordinates along the short and the long axis, mm."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        down, right = y - self.y, x - self.x
        return np.asarray(down * c - right * s), np.asarray(right * c + down * s)

    def distance(self, y: Array, x: Array) -> Array:
        """Signed distance to the outline in mm, about; negative inside."""
        v, u = self.frame(y, x)
        rho = np.hypot(v / self.half_y, u / self.half_x)
        theta = np.arctan2(v / self.half_y, u / self.half_x)
        radius = np.ones_like(rho)
        for wave, order, phase in zip(self._waves, _ORDERS, self._phases, strict=True):
            radius = radius + wave * np.cos(order * theta + phase)
        way = np.where(rho > 1e-3, np.hypot(v, u) / np.maximum(rho, 1e-3), self.half_y)
        return np.asarray((rho - np.clip(radius, 0.5, 1.6)) * way, np.float32)

    def facing(self, y: Array, x: Array) -> Array:
        """How squarely the outline is met by a beam that comes from above, 0..1."""
        v, u = self.frame(y, x)
        across, along = v / self.half_y**2, u / self.half_x**2
        c, s = math.cos(self.angle), math.sin(self.angle)
        return np.asarray(np.abs(across * c + along * s) / np.maximum(np.hypot(across, along), 1e-6), np.float32)
