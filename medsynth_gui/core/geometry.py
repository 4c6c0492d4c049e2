"""Boxes, pixel spacing and letterboxing, in image coordinates (y down, x right)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PixelSpacing:
    """Millimetres per pixel as (y, x), and which field of the file said so.

    `source` is one of: PixelSpacing, ImagerPixelSpacing, UltrasoundRegion, manual, simulator, index.
    """

    y_mm: float
    x_mm: float
    source: str

    @property
    def aspect(self) -> float:
        """Height of a pixel over its width."""
        return self.y_mm / self.x_mm


@dataclass(frozen=True)
class Region:
    """A half-open box on one frame: rows y0..y1-1, columns x0..x1-1."""

    frame: int
    y0: int
    x0: int
    y1: int
    x1: int

    @property
    def height(self) -> int:
        return max(0, self.y1 - self.y0)

    @property
    def width(self) -> int:
        return max(0, self.x1 - self.x0)

    @property
    def empty(self) -> bool:
        return self.height == 0 or self.width == 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of a (y, x) array."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def clipped(self, rows: int, columns: int) -> Region:
        """The part inside an image of `rows` x `columns`."""
        return Region(self.frame, min(max(self.y0, 0), rows), min(max(self.x0, 0), columns),
                      max(min(self.y1, rows), 0), max(min(self.x1, columns), 0))

    def union(self, other: Region) -> Region:
        """The smallest box around both; both must be on one frame."""
        if self.frame != other.frame:
            raise ValueError("regions of two frames have no union")
        if self.empty or other.empty:
            return other if self.empty else self
        return Region(self.frame, min(self.y0, other.y0), min(self.x0, other.x0),
                      max(self.y1, other.y1), max(self.x1, other.x1))


@dataclass(frozen=True)
class Letterbox:
    """How an image of `rows` x `columns` is scaled without squeezing into a square of `size`.

    The scaled image of `height` x `width` stands at (`top`, `left`); the rest is padding.
    """

    rows: int
    columns: int
    size: int
    height: int
    width: int
    top: int
    left: int

    @classmethod
    def fit(cls, rows: int, columns: int, size: int, *, aspect: float = 1.0) -> Letterbox:
        """Fit an image whose pixels are `aspect` times as high as they are wide."""
        tall = rows * aspect
        scale = size / max(tall, columns)
        height, width = max(1, round(tall * scale)), max(1, round(columns * scale))
        return cls(rows, columns, size, height, width, (size - height) // 2, (size - width) // 2)
