"""Beam space: where the samples of a probe lie, and the way back to an image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import scipy.fft

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.engine.simulator.fields import Array, Extent
from medsynth_gui.engine.simulator.tissue import Points

# Depth of the arc along which a curved probe's beams are placed in mm.
_ARC_MM = 15.0


@dataclass(frozen=True)
class Probe:
    """A linear (radius 0) or curved probe that fills an image of `rows` x `columns` pixels.

    Beam space has `samples` along the beam, `pitch_mm` apart, and `lines` across; sample i, line j lie in the
    middle of their cells. `padding` lines on each side lie outside the image, so that the beam has something to blur.

    Attributes:
        radius_mm: of the probe's surface; 0 for linear.
        half_angle: of the fan in radians; 0 for linear.
        top_mm: y of the image's upper border.
    """

    rows: int
    columns: int
    spacing: PixelSpacing
    radius_mm: float
    half_angle: float
    depth_mm: float
    samples: int
    lines: int
    padding: int
    top_mm: float

    @property
    def pitch_mm(self) -> float:
        """Distance of two samples along the beam."""
        return self.depth_mm / self.samples

    @property
    def width_mm(self) -> float:
        return self.columns * self.spacing.x_mm

    def line_pitch_mm(self) -> Array:
        """Distance of two lines at each depth, (samples,)."""
        seen = self.lines - 2 * self.padding
        depth = (np.arange(self.samples, dtype=np.float32) + 0.5) * self.pitch_mm
        if not self.radius_mm:
            return np.full(self.samples, self.width_mm / seen, np.float32)
        return ((self.radius_mm + depth) * (2 * self.half_angle / seen)).astype(np.float32)

    def beam_points(self) -> Points:
        """The points of all samples, (samples, lines)."""
        seen = self.lines - 2 * self.padding
        depth = ((np.arange(self.samples, dtype=np.float32) + 0.5) * self.pitch_mm)[:, None]
        across = ((np.arange(self.lines, dtype=np.float32) - self.padding + 0.5) / seen - 0.5)[None, :]
        depth = np.broadcast_to(depth, (self.samples, self.lines)).astype(np.float32)
        if not self.radius_mm:
            x = np.broadcast_to(across * np.float32(self.width_mm), depth.shape).astype(np.float32)
            return Points(depth, x, depth, x)
        angle = across * np.float32(2 * self.half_angle)
        y = (self.radius_mm + depth) * np.cos(angle) - self.radius_mm
        x = ((self.radius_mm + depth) * np.sin(angle)).astype(np.float32)
        arc = np.broadcast_to(angle * np.float32(self.radius_mm + _ARC_MM), depth.shape)
        return Points(y.astype(np.float32), x, depth, arc.astype(np.float32))

    def pixel_points(self) -> Points:
        """The points of all pixel centres, (rows, columns)."""
        y, x = np.meshgrid(self.top_mm + (np.arange(self.rows) + 0.5) * self.spacing.y_mm,
                           (np.arange(self.columns) + 0.5) * self.spacing.x_mm - self.width_mm / 2, indexing="ij")
        y, x = y.astype(np.float32), x.astype(np.float32)
        if not self.radius_mm:
            return Points(y, x, y, x)
        depth = np.hypot(y + self.radius_mm, x) - self.radius_mm
        arc = np.arctan2(x, y + self.radius_mm) * (self.radius_mm + _ARC_MM)
        return Points(y, x, depth.astype(np.float32), arc.astype(np.float32))

    def beam_indices(self, points: Points) -> tuple[Array, Array]:
        """Fractional (sample, line) of points anywhere."""
        seen = self.lines - 2 * self.padding
        if self.radius_mm:
            depth = np.hypot(points.y + self.radius_mm, points.x) - self.radius_mm
            across = np.arctan2(points.x, points.y + self.radius_mm) / (2 * self.half_angle)
        else:
            depth, across = points.y, points.x / self.width_mm
        return ((depth / self.pitch_mm - 0.5).astype(np.float32),
                ((across + 0.5) * seen - 0.5 + self.padding).astype(np.float32))

    def sector(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which pixels the probe sees, (rows, columns)."""
        if not self.radius_mm:
            return np.ones((self.rows, self.columns), bool)
        points = self.pixel_points()
        angle = np.abs(np.arctan2(points.x, points.y + self.radius_mm))
        return (angle <= self.half_angle) & (points.depth >= 0) & (points.depth <= self.depth_mm)

    def scan_convert(self, beams: Array) -> Array:
        """(samples, lines) to an image (rows, columns); zero outside the sector."""
        if not self.radius_mm:
            seen = np.ascontiguousarray(beams[:, self.padding:self.lines - self.padding])
            image = cv2.resize(seen, (self.columns, self.rows), interpolation=cv2.INTER_AREA)
            return np.asarray(image, np.float32)
        sample, line = self.beam_indices(self.pixel_points())
        image = cv2.remap(beams, line, sample, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.where(self.sector(), image, 0).astype(np.float32)

    def extent(self) -> Extent:
        """The box of what is seen; it does not depend on the number of pixels, so that a phantom does not either."""
        if not self.radius_mm:
            return Extent(0.0, -self.width_mm / 2, self.depth_mm, self.width_mm / 2)
        side = (self.radius_mm + self.depth_mm) * float(np.sin(self.half_angle))
        return Extent(self.top_mm, -side, self.depth_mm, side)


def _finer(pixels: int, limit: int) -> int:
    """Samples per pixel: small images are averaged down, as a scanner's image is when it is stored small."""
    return 2 if pixels <= limit else 1


def _lines(seen: int) -> tuple[int, int]:
    """(lines, padding) for `seen` lines: padded to a length that is fast to transform."""
    total = scipy.fft.next_fast_len(seen + 2 * max(6, seen // 24))
    total += (total - seen) % 2
    return total, (total - seen) // 2


def linear_probe(rows: int, columns: int, *, width_mm: float, depth_mm: float) -> Probe:
    """A linear array whose columns are the image's."""
    spacing = PixelSpacing(depth_mm / rows, width_mm / columns, "simulator")
    lines, padding = _lines(columns * _finer(columns, 100))
    return Probe(rows, columns, spacing, 0.0, 0.0, depth_mm, rows * _finer(rows, 320), lines, padding, 0.0)


def curved_probe(rows: int, columns: int, *, width_mm: float, depth_mm: float, half_angle: float,
                 radius_mm: float) -> Probe:
    """A convex array: the largest fan of this angle and radius that fits the image."""
    spacing = PixelSpacing(depth_mm / rows, width_mm / columns, "simulator")
    rise = radius_mm * (1 - float(np.cos(half_angle)))
    reach = min(depth_mm - rise, width_mm / (2 * float(np.sin(half_angle))) - radius_mm)
    lines, padding = _lines(columns * _finer(columns, 100))
    samples = max(16, round(reach / spacing.y_mm)) * _finer(rows, 320)
    return Probe(rows, columns, spacing, radius_mm, half_angle, reach, samples, lines, padding, -rise)
