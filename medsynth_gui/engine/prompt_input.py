"""Prompts as the interactive network sees them: a window around what was told, five channels on a small grid."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.prompts import Prompts

Float = npt.NDArray[np.float32]
Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

CHANNELS = ("image", "positive", "negative", "box", "previous")
GROWTH = 1.5  # the window's side over that of what it is to show
LEAST_SHARE = 0.25  # of the longer side of the image
_DOT_RADIUS = 2
_FINE = 0.25  # grid pixels per image pixel: images are first brought near to this


@dataclass(frozen=True)
class Window:
    """A square of the image in physical aspect: centre (y, x) in pixels, `side` in columns, grid of `size`."""

    y: float
    x: float
    side: float
    size: int
    aspect: float = 1.0

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """2x3 affine map from image (x, y) to grid (x, y), pixel centres at whole numbers."""
        scale = self.size / self.side
        tall = scale * self.aspect
        middle = (self.size - 1) / 2
        return np.array([[scale, 0.0, middle - scale * (self.x - 0.5)], [0.0, tall, middle - tall * (self.y - 0.5)]])

    def part(self, rows: int, columns: int, margin: float = 1.0) -> tuple[slice, slice]:
        """What it shows of an image, and so many pixels more on each side: large images are not worked on whole."""
        high, wide = self.side / self.aspect / 2 + margin, self.side / 2 + margin
        return (slice(max(0, floor(self.y - high)), min(rows, ceil(self.y + high))),
                slice(max(0, floor(self.x - wide)), min(columns, ceil(self.x + wide))))

    def matrix_of(self, part: tuple[slice, slice], factor: int = 1) -> npt.NDArray[np.float64]:
        """`matrix` from the pixels of a part, of which `factor` x `factor` were made one."""
        matrix = self.matrix
        for axis, cut in ((0, part[1]), (1, part[0])):
            matrix[axis, 2] += matrix[axis, axis] * (cut.start + (factor - 1) / 2)
            matrix[axis, axis] *= factor
        return matrix


def whole_window(rows: int, columns: int, size: int, *, aspect: float = 1.0) -> Window:
    """The window that shows all of an image."""
    return Window(rows / 2, columns / 2, max(columns, rows * aspect), size, aspect)


def window_around(prompts: Prompts, size: int, *, aspect: float = 1.0, growth: float = GROWTH) -> Window:
    """The window around a mask or box and the strokes; the whole image while neither says how large it is."""
    rows, columns = prompts.positive.shape
    whole = whole_window(rows, columns, size, aspect=aspect)
    extents = [e for e in (_extent(prompts.previous), prompts.box) if e is not None]
    if not extents:
        return whole
    extents += [e for e in (_extent(prompts.positive), _extent(prompts.negative)) if e is not None]
    y0, x0 = min(e[0] for e in extents), min(e[1] for e in extents)
    y1, x1 = max(e[2] for e in extents), max(e[3] for e in extents)
    side = max((x1 - x0), (y1 - y0) * aspect) * growth
    return Window((y0 + y1) / 2, (x0 + x1) / 2, min(max(side, LEAST_SHARE * whole.side), whole.side), size, aspect)


def _extent(mask: Mask | None) -> tuple[float, float, float, float] | None:
    if mask is None or not mask.any():
        return None
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return float(rows[0]), float(columns[0]), float(rows[-1] + 1), float(columns[-1] + 1)


def network_input(gray: Gray, prompts: Prompts, window: Window) -> Float:
    """(5, size, size): the image as segmenters see it, then the prompts as 0..1."""
    import cv2

    size = (window.size, window.size)
    image = _shrunk(gray, window)
    part = window.part(*gray.shape)
    previous = np.zeros(size, np.float32) if prompts.previous is None else \
        cv2.warpAffine(prompts.previous[part].astype(np.float32), window.matrix_of(part), size, flags=cv2.INTER_LINEAR)
    planes: list[Float] = [np.asarray((image.astype(np.float32) / 255 - 0.25) * 4, np.float32),
                           dots(_points(prompts.positive, window), window.size),
                           dots(_points(prompts.negative, window), window.size),
                           _box_plane(prompts, window), np.asarray(previous, np.float32)]
    return np.stack(planes)


def _shrunk(gray: Gray, window: Window) -> Gray:
    """The image on the window's grid, blurred before as much as it is made smaller."""
    import cv2

    scale = min(window.matrix[0, 0], window.matrix[1, 1])
    sigma = 0.4 / scale if scale < 1 else 0.0
    part = window.part(gray.shape[0], gray.shape[1], 1 + 4 * sigma)
    source = gray[part]
    # A wide blur costs most of the answer: first by whole pixels, which blurs as well, then the rest of the way.
    factor = max(1, int(_FINE / scale))
    if factor > 1:
        rows, columns = (side // factor for side in source.shape)
        source = np.asarray(cv2.resize(source[:rows * factor, :columns * factor], (columns, rows),
                                       interpolation=cv2.INTER_AREA), np.uint8)
        sigma = sqrt(max(0.01, sigma**2 - (factor**2 - 1) / 12)) / factor
    if sigma:
        source = np.asarray(cv2.GaussianBlur(source, (0, 0), sigma), np.uint8)
    return np.asarray(cv2.warpAffine(source, window.matrix_of(part, factor), (window.size, window.size),
                                     flags=cv2.INTER_LINEAR), np.uint8)


def _points(mask: Mask, window: Window) -> npt.NDArray[np.int64]:
    """Grid (y, x) of the pixels of a mask that the window shows."""
    part = window.part(*mask.shape)
    y, x = np.nonzero(mask[part])
    m = window.matrix_of(part)
    found = np.rint(np.stack([m[1, 1] * y + m[1, 2], m[0, 0] * x + m[0, 2]], 1)).astype(np.int64)
    inside = ((found >= 0) & (found < window.size)).all(1)
    return np.unique(found[inside], axis=0)


def dots(points: npt.NDArray[np.int64], size: int) -> Float:
    """A plane with a small disc around each grid point (y, x)."""
    import cv2

    plane = np.zeros((size, size), np.uint8)
    plane[points[:, 0], points[:, 1]] = 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _DOT_RADIUS + 1,) * 2)
    return np.asarray(cv2.dilate(plane, disc), np.float32)


def _box_plane(prompts: Prompts, window: Window) -> Float:
    plane = np.zeros((window.size, window.size), np.float32)
    if prompts.box is not None:
        m = window.matrix
        y0, x0, y1, x1 = prompts.box
        rows = np.clip(np.rint(m[1, 1] * np.array([y0, y1 - 1]) + m[1, 2]), 0, window.size - 1).astype(int)
        columns = np.clip(np.rint(m[0, 0] * np.array([x0, x1 - 1]) + m[0, 2]), 0, window.size - 1).astype(int)
        plane[rows[0]:rows[1] + 1, columns[0]:columns[1] + 1] = 1
    return plane
