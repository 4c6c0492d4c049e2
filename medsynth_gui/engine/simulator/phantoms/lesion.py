"""Lesions of the breast: an outline, what is inside and what it does to the sound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.simulator.fields import Array, Extent, Field, bump, step

_REFERENCE_MHZ = 9.0
_ANGLES = np.linspace(-np.pi, np.pi, 721)
Curve = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LesionKind:
    """How one kind of lesion is drawn; ranges are (low, high).

    Attributes:
        aspect: height over width.
        lobes: amplitude of the outline's waves; `harmonics` is how many there are, `roughness` how fast they fade.
        spikes: height of spicules.
        echo_db: inside, over the tissue around; `mottle_db` is how uneven.
        shadow_db: what is lost behind it beyond the tissue around, at `_REFERENCE_MHZ`; negative: enhancement.
        margin_mm: width of the border.
        capsule: specular amplitude of the border. `halo_db`: brightness of the tissue around.
    """

    name: str
    class_name: str
    weight: float
    aspect: tuple[float, float]
    lobes: tuple[float, float]
    harmonics: int
    roughness: float
    spikes: tuple[float, float]
    echo_db: tuple[float, float]
    shadow_db: tuple[float, float]
    mottle_db: tuple[float, float]
    margin_mm: tuple[float, float]
    capsule: tuple[float, float]
    halo_db: tuple[float, float]
    calcifications: float


KINDS = (
    LesionKind("cyst", "benign", 0.22, (0.40, 0.95), (0.02, 0.13), 7, 1.3, (0, 0), (-45, -20), (-12, -4),
               (0.5, 2), (0.15, 0.5), (0.5, 3.5), (-0.5, 1), 0.0),
    LesionKind("fibroadenoma", "benign", 0.34, (0.35, 0.80), (0.04, 0.17), 8, 1.25, (0, 0), (-16, -6), (-7, 3),
               (1, 4), (0.2, 0.8), (0, 3), (-0.5, 1.5), 0.05),
    LesionKind("isoechoic", "benign", 0.08, (0.35, 0.80), (0.04, 0.15), 8, 1.3, (0, 0), (-6, -2), (-4, 2),
               (1, 3), (0.2, 0.5), (2, 5), (0, 1), 0.0),
    LesionKind("carcinoma", "malignant", 0.26, (0.50, 1.35), (0.10, 0.30), 14, 0.9, (0, 0.18), (-20, -8),
               (-3, 20), (3, 7), (0.4, 1.6), (0, 2), (0, 4), 0.35),
    LesionKind("spiculated", "malignant", 0.10, (0.65, 1.6), (0.08, 0.22), 18, 0.7, (0.15, 0.45), (-22, -10),
               (6, 26), (2, 6), (0.5, 2.0), (0, 1), (1, 5), 0.3),
)


class Lesion:
    """One lesion at (y, x) mm, `width` mm wide, that ends under the skin at `top` mm."""

    def __init__(self, rng: np.random.Generator, kind: LesionKind, extent: Extent, *, y: float, x: float,
                 width: float, aspect: float, top: float) -> None:
        def draw(limits: tuple[float, float]) -> float:
            return float(rng.uniform(*limits))
        self.kind, self.y, self.x, self.top = kind, y, x, top
        self.half_x, self.half_y = width / 2, width * aspect / 2
        self.angle = float(rng.normal(0, 0.16))
        self._outline = _outline(rng, kind, draw(kind.lobes))
        self._spikes = _spikes(rng, draw(kind.spikes))
        self.echo_db, self.shadow_db = draw(kind.echo_db), draw(kind.shadow_db)
        self.attenuation = max(0.02, 0.8 + self.shadow_db / (2 * _REFERENCE_MHZ * width * aspect / 10))
        self._mottle_db, self._halo_db = draw(kind.mottle_db), draw(kind.halo_db)
        self.margin = draw(kind.margin_mm)
        self._capsule = draw(kind.capsule)
        grain = max(0.8, 0.2 * width)
        self._mottle = Field(rng, extent, grain * 0.8, grain)
        self._spread = Field(rng, extent, 0.5 * width, 0.5 * width)
        self._calcified = bool(rng.random() < kind.calcifications)
        self._grains = Field(rng, extent, 0.35, 0.45)
        self.radius = float(np.hypot(self.half_x, self.half_y))

    def distance(self, y: Array, x: Array, *, spicules: bool = False) -> Array:
        """Signed distance to the outline in mm, about; negative inside. A reader's outline leaves out the spicules."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        u = ((x - self.x) * c + (y - self.y) * s) / self.half_x
        v = ((y - self.y) * c - (x - self.x) * s) / self.half_y
        rho, theta = np.hypot(u, v), np.arctan2(v, u)
        table = self._outline + self._spikes if spicules else self._outline
        radius = np.interp(theta, _ANGLES, table).astype(np.float32)
        # The way to the outline along the ray, shortened to the normal of the ellipse.
        way = np.hypot(u * self.half_x, v * self.half_y) / np.maximum(rho, 1e-6)
        return np.asarray(np.maximum((rho - radius) * way * 0.9, self.top - y), np.float32)

    def inside(self, y: Array, x: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """The mask: where the distance is negative."""
        return self.distance(y, x) < 0

    def apply(self, y: Array, x: Array, echo_db: Array, attenuation: Array, specular: Array,
              ) -> tuple[Array, Array, Array]:
        """The tissue with this lesion in it."""
        distance = self.distance(y, x, spicules=True)
        inside = step(-distance, self.margin)
        own_db = self.echo_db + self._mottle_db * self._mottle(y, x) + 0.5 * self._mottle_db * self._spread(y, x)
        if self._calcified:
            own_db = own_db + 22 * step(self._grains(y, x) - 2.1, 0.3)
        ring = bump(distance - 0.5 * self.margin - 0.6, 1.6) * (1 - inside)
        echo_db = echo_db * (1 - inside) + own_db * inside + self._halo_db * ring
        attenuation = attenuation * (1 - inside) + self.attenuation * inside
        slope = (y - self.y) / self.half_y / np.maximum(np.hypot((y - self.y) / self.half_y,
                                                                 (x - self.x) / self.half_x), 1e-3)
        capsule = self._capsule * bump(distance, 0.35) * np.abs(slope) ** 3
        return echo_db, attenuation, specular * (1 - inside) + capsule


def _outline(rng: np.random.Generator, kind: LesionKind, lobes: float) -> Curve:
    """Radius over the ellipse's at each of `_ANGLES`: waves that fade with their order."""
    order = np.arange(2, kind.harmonics + 2)
    waves = lobes * rng.standard_normal(len(order)) / (order - 1.0) ** kind.roughness
    phases = rng.uniform(0, 2 * np.pi, len(order))
    return np.clip(1 + waves @ np.cos(order[:, None] * _ANGLES + phases[:, None]), 0.4, 1.8)


def _spikes(rng: np.random.Generator, height: float) -> Curve:
    """Spicules over the outline: thin, of uneven height, at uneven angles."""
    count = int(rng.integers(8, 20))
    places, widths = rng.uniform(-np.pi, np.pi, count), rng.uniform(0.05, 0.16, count)
    heights = height * rng.exponential(1.0, count)
    apart = np.angle(np.exp(1j * (_ANGLES - places[:, None])))
    return np.asarray(np.max(heights[:, None] * np.exp(-np.abs(apart) / widths[:, None]), axis=0))


def draw_kind(rng: np.random.Generator) -> LesionKind:
    """A kind, as often as its weight says."""
    weights = np.array([kind.weight for kind in KINDS])
    return KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))]
