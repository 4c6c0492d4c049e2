"""Scene: all labelled objects of one mask as numbers, and numbers as a mask: outlines, or layers over the width."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.raster import connected_components
from medsynth_gui.core.shapes.outline import Outline, contour_of, crosses_itself, describe, filled

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float64]

COLUMNS = 24
_LEAST_SHARE = 3e-4
_WIDE = 0.85
_MOST_COVERED = 0.1
# Layers that lie so close to one another, as a share of the rows, touch.
_TOUCHING = 0.04


@dataclass(frozen=True, eq=False)
class Scene:
    """One mask as numbers.

    Attributes:
        kind: "outlines" or "layers".
        slots: the label of each object; of layers, the labels from the top.
        aspect: logarithm of rows over columns.
        share: logarithm of the share of the image that is labelled.
        placed: what is not shape: x, y, log size and angle of each outline; first and last column of layers.
        shapes: one vector per object; of layers one for all of them.
    """

    kind: str
    slots: tuple[int, ...]
    aspect: float
    share: float
    placed: Real
    shapes: tuple[Real, ...]


def is_layered(masks: Sequence[Gray]) -> bool:
    """Whether labels run from side to side in most masks, as tissue layers do."""
    def wide(mask: Gray) -> bool:
        labels = [value for value in np.unique(mask) if value]
        return bool(labels) and all((mask == value).any(axis=0).mean() >= _WIDE for value in labels)
    labelled = [mask for mask in masks if mask.any()]
    return sum(map(wide, labelled)) > 0.5 * len(labelled)


def outlines_scene(mask: Gray) -> Scene | None:
    """Objects of a mask by label, then from left to right; specks are left out. None for an empty mask."""
    found: list[tuple[int, Outline]] = []
    for value in np.unique(mask[mask > 0]).tolist():
        numbers, parts = connected_components(0, mask == value)
        kept = [describe(numbers == number) for number, part in enumerate(parts, 1)
                if part.area_px >= max(4.0, _LEAST_SHARE * mask.size)]
        found += [(value, one) for one in sorted(kept, key=lambda one: one.x)]
    if not found:
        return None
    placed = np.array([[one.x, one.y, math.log(one.size), one.angle] for _, one in found])
    return Scene("outlines", tuple(value for value, _ in found), _aspect(mask), _log_share(mask), placed.ravel(),
                 tuple(one.shape for _, one in found))


def layers_scene(mask: Gray) -> Scene | None:
    """Upper and lower boundary of each label, as shares of the rows; None where a label is missing."""
    columns = np.flatnonzero(mask.any(axis=0))
    if not columns.size:
        return None
    first, last = int(columns[0]), int(columns[-1])
    at = np.linspace(first, last, COLUMNS)
    curves: list[tuple[float, int, Real]] = []
    for value in np.unique(mask[mask > 0]).tolist():
        inside = mask == value
        held = np.flatnonzero(inside.any(axis=0))
        top = inside[:, held].argmax(axis=0)
        bottom = mask.shape[0] - inside[::-1, held].argmax(axis=0)
        pair = np.stack([_smooth(np.interp(at, held, line)) for line in (top, bottom)]) / mask.shape[0]
        curves.append((float(pair.mean()), value, pair))
    curves.sort(key=lambda curve: curve[0])
    placed = np.array([first / mask.shape[1], (last + 1) / mask.shape[1]])
    return Scene("layers", tuple(value for _, value, _ in curves), _aspect(mask), _log_share(mask), placed,
                 (np.concatenate([pair.ravel() for _, _, pair in curves]),))


def unwrapped(scenes: Sequence[Scene]) -> Real:
    """`placed` of scenes of one layout, (n, quantities), with the angles of each object on one branch."""
    placed = np.stack([scene.placed for scene in scenes])
    if scenes[0].kind == "outlines":
        angles = placed[:, 3::4]
        middle = 0.5 * np.angle(np.exp(2j * angles).mean(axis=0))
        placed[:, 3::4] = middle + (angles - middle + np.pi / 2) % np.pi - np.pi / 2
    return placed


def draw_outlines(scene: Scene, rows: int, columns: int) -> Gray | None:
    """The mask of a scene; None where objects cross themselves, leave the image, break or lie on one another."""
    mask = np.zeros((rows, columns), np.uint8)
    for value, (x, y, log_size, angle), shape in zip(scene.slots, scene.placed.reshape(-1, 4), scene.shapes,
                                                     strict=True):
        contour = contour_of(Outline(x, y, math.exp(log_size), angle, shape), rows, columns)
        inside = filled(contour, rows, columns)
        free = inside & (mask == 0)
        if crosses_itself(contour) or free.sum() < (1 - _MOST_COVERED) * inside.sum():
            return None
        mask[free] = value
    wanted = {value: scene.slots.count(value) for value in scene.slots}
    return mask if _parts(mask) == wanted else None


def draw_layers(scene: Scene, rows: int, columns: int) -> Gray | None:
    """The mask of layered labels; None where a layer breaks."""
    mask = np.zeros((rows, columns), np.uint8)
    first, last = (round(share * columns) for share in np.clip(scene.placed, 0, 1).tolist())
    across = np.arange(first, max(last, first + 1))
    at = np.linspace(0, len(across) - 1, COLUMNS)
    depth = np.arange(rows)[:, None]
    above = np.full(len(across), -np.inf)
    for value, pair in zip(scene.slots, scene.shapes[0].reshape(-1, 2, COLUMNS), strict=True):
        top, bottom = (np.interp(np.arange(len(across)), at, line) * rows for line in pair)
        top = np.where(top < above + _TOUCHING * rows, above, top)
        above = np.maximum(bottom, top)
        inside = (depth >= top) & (depth < above)
        mask[:, across] = np.where(inside, np.uint8(value), mask[:, across])
    return mask if _parts(mask) == dict.fromkeys(scene.slots, 1) else None


def _smooth(line: Real) -> Real:
    """The line without the teeth that a segmenter leaves."""
    for _ in range(2):
        line = np.convolve(np.pad(line, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    return line


def _parts(mask: Gray) -> dict[int, int]:
    """Connected parts of each label, where none has a hole."""
    import cv2

    found = {}
    for value in np.unique(mask[mask > 0]).tolist():
        _, parts = connected_components(0, mask == value)
        _, tree = cv2.findContours((mask == value).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        holes = sum(1 for link in (tree[0] if tree is not None else ()) if link[3] >= 0)
        found[value] = len(parts) if not holes else -1
    return found


def _aspect(mask: Gray) -> float:
    return math.log(mask.shape[0] / mask.shape[1])


def _log_share(mask: Gray) -> float:
    return math.log(max(int(np.count_nonzero(mask)), 1) / mask.size)


DESCRIBE: Mapping[str, Callable[[Gray], Scene | None]] = {"outlines": outlines_scene, "layers": layers_scene}
DRAW: Mapping[str, Callable[[Scene, int, int], Gray | None]] = {"outlines": draw_outlines, "layers": draw_layers}
