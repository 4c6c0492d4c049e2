"""A scripted hand for training and measuring: clicks, scribbles, boxes and spoilt masks for a given structure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Generator = np.random.Generator


def largest_error(predicted: Mask, truth: Mask) -> tuple[Mask, bool] | None:
    """The largest connected error (y, x) and whether it is missing (True) or too much; None where all agrees."""
    import cv2

    best: tuple[int, Mask, bool] | None = None
    for wrong, missing in ((truth & ~predicted, True), (predicted & ~truth, False)):
        count, parts, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=4)
        if count < 2:
            continue
        number = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        area = int(stats[number, cv2.CC_STAT_AREA])
        if best is None or area > best[0]:
            best = area, parts == number, missing
    return (best[1], best[2]) if best else None


def middle(mask: Mask) -> tuple[int, int]:
    """The pixel (y, x) farthest from the mask's edge; the image's border counts as edge."""
    import cv2

    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(distance.argmax()), mask.shape)
    return int(y), int(x)


def somewhere(mask: Mask, rng: Generator, *, inner: float = 0.5) -> tuple[int, int]:
    """A random pixel (y, x) at least `inner` of the greatest depth away from the edge."""
    import cv2

    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    pixels = np.flatnonzero(distance >= max(inner * float(distance.max()), 1e-6))
    y, x = np.unravel_index(int(rng.choice(pixels)), mask.shape)
    return int(y), int(x)


def scribble(mask: Mask, rng: Generator, *, corners: int = 3) -> Mask:
    """A one-pixel line through random inner points, kept off the edge; all False for an empty mask."""
    import cv2

    drawn = np.zeros(mask.shape, np.uint8)
    if not mask.any():
        return drawn.astype(np.bool_)
    points = np.array([somewhere(mask, rng, inner=0.3)[::-1] for _ in range(corners)], np.int32)
    cv2.polylines(drawn, [points], False, 1, 1)
    inner = cv2.erode(np.pad(mask, 1).astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1].astype(np.bool_)
    kept = drawn.astype(np.bool_) & (inner if (inner & (drawn > 0)).any() else mask)
    return kept if kept.any() else _dot(middle(mask), mask.shape)


def ring(mask: Mask, *, near: float, far: float) -> Mask:
    """Pixels outside a mask, between two distances that are shares of its diameter."""
    import cv2

    diameter = max(4.0, float(np.sqrt(mask.sum())))
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray((distance >= near * diameter) & (distance <= far * diameter), np.bool_)


def around(mask: Mask, rng: Generator) -> Mask:
    """A negative scribble: a part of the outline of the grown mask, (y, x)."""
    band = ring(mask, near=0.12, far=0.35)
    if not band.any():
        return np.zeros(mask.shape, np.bool_)
    line = ring(mask, near=0.2, far=0.2 + 2.2 / max(4.0, float(np.sqrt(mask.sum()))))
    y, x = np.nonzero(line if line.any() else band)
    angle = np.arctan2(y - y.mean(), x - x.mean())
    start, span = rng.uniform(-np.pi, np.pi), rng.uniform(0.3, 1.2) * np.pi
    kept = (angle - start) % (2 * np.pi) < span
    drawn = np.zeros(mask.shape, np.bool_)
    drawn[y[kept], x[kept]] = True
    return drawn


def jittered_box(mask: Mask, rng: Generator, *, most: float = 0.1) -> tuple[float, float, float, float]:
    """The mask's box (y0, x0, y1, x1), each side moved by up to `most` of the box."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    y0, x0, y1, x1 = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
    moves = rng.uniform(-most, most, 4) * np.array([y1 - y0, x1 - x0, y1 - y0, x1 - x0])
    box = np.array([y0, x0, y1, x1]) + moves
    return float(max(0, box[0])), float(max(0, box[1])), float(min(mask.shape[0], box[2])), \
        float(min(mask.shape[1], box[3]))


def spoilt(mask: Mask, rng: Generator) -> Mask:
    """A mask as a model or a hurried hand leaves it: grown or shrunk, moved, bitten and bulged."""
    import cv2

    diameter = max(4.0, float(np.sqrt(mask.sum())))
    result = mask.astype(np.uint8)
    reach = int(rng.integers(0, max(2, round(0.2 * diameter))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    result = np.asarray((cv2.dilate if rng.random() < 0.5 else cv2.erode)(result, kernel), np.uint8)
    shift = rng.uniform(-0.15, 0.15, 2) * diameter
    result = np.asarray(cv2.warpAffine(result, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), mask.shape[::-1],
                                       flags=cv2.INTER_NEAREST), np.uint8)
    edge = np.argwhere(cv2.morphologyEx(result, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0)
    for _ in range(int(rng.integers(0, 3)) if len(edge) else 0):
        y, x = edge[rng.integers(len(edge))]
        axes = tuple(int(v) for v in np.maximum(1, rng.uniform(0.1, 0.4, 2) * diameter))
        cv2.ellipse(result, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, int(rng.random() < 0.5), -1)
    return result.astype(np.bool_)


def _dot(point: tuple[int, int], shape: tuple[int, ...]) -> Mask:
    drawn = np.zeros(shape, np.bool_)
    drawn[point] = True
    return drawn
