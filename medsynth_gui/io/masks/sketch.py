"""Sketch: collects the shapes of one frame; one that cannot be used becomes a note, the rest stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.raster import mask_box, polygon
from medsynth_gui.io.limits import quoted
from medsynth_gui.io.masks.imported import Drawing, Labels, Mask, Part, Wanted

# An outline that leaves the image by more is no slip of the hand.
_FARTHEST_PX = 1e6
_MOST_CORNERS = 100_000
_LEAST_RADIUS_PX = 1e-3
# The proportion of a smaller mask says nothing.
_LEAST_PX = 16


class Sketch:
    """The shapes of a file on one frame. Points are (x, y) in pixels of the image that the file speaks of.

    Args:
        size: (rows, columns) that the file gives for its image; None where it gives none.

    Raises:
        InputError: the file speaks of an image of another shape.
    """

    def __init__(self, path: Path, wanted: Wanted, size: tuple[int, int] | None = None) -> None:
        self._path, self._wanted = path, wanted
        self._parts: list[Part] = []
        self._notes: list[Message] = []
        self._skipped: dict[str, int] = {}
        self._scale = 1.0, 1.0
        if size is not None and size != (wanted.rows, wanted.columns):
            need_proportion(path, size, wanted)
            self._scale = wanted.columns / size[1], wanted.rows / size[0]
            self._notes.append(resampled(path, size, wanted))

    def polygon(self, label: str, points: Any) -> None:
        """The inside of a closed outline by the even-odd rule; `points` is (n, 2) or flat."""
        corners = self._points(label, points)
        if corners is None:
            return
        if len(corners) < 3:
            self.refuse(label, f"it has {len(corners)} points")
            return
        self._fill(label, corners)

    def rectangle(self, label: str, points: Any) -> None:
        """The box between two opposite corners."""
        corners = self._points(label, points)
        if corners is not None and len(corners) >= 2:
            (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
            self._fill(label, ((left, top), (right, top), (right, bottom), (left, bottom)))
        elif corners is not None:
            self.refuse(label, f"it has {len(corners)} points")

    def ellipse(self, label: str, center: Any, radii: Any, turn: float = 0.0) -> None:
        """An ellipse by centre (x, y), radii (x, y) and turn in radians."""
        points = self._points(label, (center, radii))
        if points is None or len(points) != 2:
            return
        (cx, cy), (rx, ry) = points
        if min(rx, ry) < _LEAST_RADIUS_PX or not np.isfinite(turn):
            self.refuse(label, "it has no size")
            return
        reach = max(rx, ry)
        region = Region(self._wanted.frame, int(cy - reach) - 1, int(cx - reach) - 1, int(cy + reach) + 2,
                        int(cx + reach) + 2).clipped(self._wanted.rows, self._wanted.columns)
        y = np.arange(region.y0, region.y1)[:, None] + 0.5 - cy
        x = np.arange(region.x0, region.x1)[None, :] + 0.5 - cx
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        self._keep(label, region, (along / rx) ** 2 + (across / ry) ** 2 <= 1)

    def bitmap(self, label: str, mask: Mask, left: int = 0, top: int = 0) -> None:
        """Pixels (y, x) whose first one is at (left, top); what is outside of the image is cut."""
        if self._scale != (1.0, 1.0):
            self.refuse(label, "its pixels are of another size than the image")
            return
        region = Region(self._wanted.frame, top, left, top + mask.shape[0], left + mask.shape[1])
        inside = region.clipped(self._wanted.rows, self._wanted.columns)
        self._keep(label, inside, mask[max(inside.y0 - top, 0):inside.y1 - top,
                                       max(inside.x0 - left, 0):inside.x1 - left])

    def skip(self, kind: str) -> None:
        """A shape that encloses no area."""
        self._skipped[kind] = self._skipped.get(kind, 0) + 1

    def refuse(self, label: str, why: str) -> None:
        """A shape that cannot be used."""
        self._notes.append(Message("mask-shape-unusable", {"path": self._path, "label": quoted(label, 40),
                                                           "detail": why}))

    def drawing(self) -> Drawing:
        """What was collected."""
        skipped = (Message("mask-shapes-skipped", {"path": self._path, "count": count, "kind": quoted(kind, 24)})
                   for kind, count in self._skipped.items())
        return Drawing(tuple(self._parts), (*self._notes, *skipped))

    def _points(self, label: str, points: Any) -> npt.NDArray[np.float64] | None:
        """(n, 2), scaled to the image; None (and a note) where they are no finite numbers."""
        try:
            found = np.asarray(points, np.float64).reshape(-1, 2)
        except (TypeError, ValueError, OverflowError):
            self.refuse(label, "its points are not pairs of numbers")
            return None
        if not np.isfinite(found).all() or (np.abs(found) > _FARTHEST_PX).any():
            self.refuse(label, "its points are not numbers, or are far outside of the image")
            return None
        if len(found) > _MOST_CORNERS:
            self.refuse(label, f"it has {len(found)} points")
            return None
        return found * self._scale

    def _fill(self, label: str, corners: Any) -> None:
        stamp = polygon(self._wanted.frame, [(float(y), float(x)) for x, y in corners],
                        rows=self._wanted.rows, columns=self._wanted.columns)
        self._keep(label, stamp.region, stamp.mask)

    def _keep(self, label: str, region: Region, mask: Mask) -> None:
        if mask.any():
            self._parts.append(Part(label, region, mask))
        else:
            self.refuse(label, "it holds no pixel of the image")


def need_proportion(path: Path, size: tuple[int, int], wanted: Wanted) -> None:
    """Refuse a mask that is no exact enlargement or reduction of the image.

    Raises:
        InputError: with both sizes, and a word where the mask seems to lie on its side.
    """
    rows, columns = size
    exact = min(size) >= _LEAST_PX and (round(rows * wanted.columns / columns) == wanted.rows
                                       or round(wanted.rows * columns / wanted.columns) == rows)
    if not exact:
        turned = (rows, columns) == (wanted.columns, wanted.rows)
        raise InputError("mask-turned" if turned else "mask-size", sample=path.name, mask=_size(rows, columns),
                         image=_size(wanted.rows, wanted.columns))


def fitted(path: Path, pixels: Labels, wanted: Wanted) -> tuple[Labels, tuple[Message, ...]]:
    """Numbers (y, x) in the size of the image, and the note of it where that was another one.

    Raises:
        InputError: they are no exact enlargement or reduction of the image.
    """
    import cv2

    size = (pixels.shape[0], pixels.shape[1])
    if size == (wanted.rows, wanted.columns):
        return pixels, ()
    need_proportion(path, size, wanted)
    nearest = cv2.resize(pixels, (wanted.columns, wanted.rows), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(nearest, np.uint8), (resampled(path, size, wanted),)


def resampled(path: Path, size: tuple[int, int], wanted: Wanted) -> Message:
    """The note of a mask that was brought to the size of its image."""
    return Message("mask-resampled", {"path": path, "mask": _size(*size), "image": _size(wanted.rows, wanted.columns)})


def parts_of(values: npt.NDArray[np.integer[Any]], labels: Sequence[str], frame: int,
             colors: Sequence[str] = ()) -> tuple[Part, ...]:
    """The objects of an image (y, x) of numbers: number k is `labels[k - 1]`, 0 is none."""
    found = []
    for number, label in enumerate(labels, 1):
        region = mask_box(frame, values == number)
        if not region.empty:
            color = colors[number - 1] if colors else ""
            found.append(Part(label, region, values[region.slices] == number, color=color))
    return tuple(found)


def _size(rows: int, columns: int) -> str:
    return f"{columns} x {rows}"
