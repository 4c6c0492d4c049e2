"""Propagation: labels of key frames carried through a cine by optical flow, with a confidence for each frame.

Each frame is matched with its neighbour and, starting from there, with the key frame itself: the chain follows fast
motion, the direct match keeps small errors from adding up. Between two keys both directions are blended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Flow = npt.NDArray[np.float32]
Soft = npt.NDArray[np.float32]

DRIFT_BELOW = 0.6
_LONG_SIDE = 384  # flow is computed on frames of this size: finer gains nothing on speckle
_TOLERANCE_PX = 1.5


@dataclass(frozen=True)
class PropagatedFrame:
    """Labels of one frame (y, x) uint8, and how far to trust them: 0..1; below `DRIFT_BELOW` they have drifted."""

    labels: Gray
    confidence: float

    @property
    def drifted(self) -> bool:
        return self.confidence < DRIFT_BELOW


def propagate(gray: Callable[[int], Gray], keys: Mapping[int, Gray], frames: Sequence[int], *,
              on_frame: Callable[[int, int], None] | None = None) -> dict[int, PropagatedFrame]:
    """Labels of `frames` from those of the keys.

    Args:
        gray: gives a frame (y, x), 8-bit.
        keys: labels (y, x) of at least one frame.
        frames: which to fill, in any order; keys among them are left out.
        on_frame: called with (done, total) before each frame.
    """
    wanted = sorted(set(frames) - set(keys))
    if not keys or not wanted:
        return {}
    values = np.unique(np.concatenate([np.unique(labels) for labels in keys.values()]))
    sides: dict[int, list[tuple[int, Soft, float]]] = {}
    total = sum(len(list(run)) for _, run in _runs(sorted(keys), wanted))
    done = 0
    for key, run in _runs(sorted(keys), wanted):
        for frame, soft, confidence in _follow(gray, key, np.asarray(keys[key]), values, list(run)):
            if on_frame is not None:
                on_frame(done, total)
            done += 1
            if frame in wanted:
                sides.setdefault(frame, []).append((abs(frame - key), soft, confidence))
    return {frame: _blended(found, values) for frame, found in sorted(sides.items())}


def _runs(keys: Sequence[int], wanted: Sequence[int]) -> Iterator[tuple[int, range]]:
    """Each key with the frames it is carried to, away from it, up to the next key."""
    for place, key in enumerate(keys):
        last = keys[place + 1] - 1 if place + 1 < len(keys) else wanted[-1]
        first = keys[place - 1] + 1 if place else wanted[0]
        inside = [frame for frame in wanted if first <= frame <= last]
        if inside and inside[-1] > key:
            yield key, range(key + 1, inside[-1] + 1)
        if inside and inside[0] < key:
            yield key, range(key - 1, inside[0] - 1, -1)


def _follow(gray: Callable[[int], Gray], key: int, labels: Gray, values: npt.NDArray[np.uint8],
            run: Sequence[int]) -> Iterator[tuple[int, Soft, float]]:
    """Yield (frame, soft labels (value, y, x), confidence) along a run."""
    import cv2

    matcher = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    scale = min(1.0, _LONG_SIDE / max(labels.shape))
    size = (max(16, round(labels.shape[1] * scale)), max(16, round(labels.shape[0] * scale)))

    def small(frame: int) -> Gray:
        return np.ascontiguousarray(cv2.resize(gray(frame), size, interpolation=cv2.INTER_AREA), np.uint8)

    first = small(key)
    before, back = first, np.zeros((size[1], size[0], 2), np.float32)
    confidence = 1.0
    soft_key = np.stack([(labels == value).astype(np.float32) for value in values])
    band = _band(labels, size)
    for frame in run:
        now = small(frame)
        step = _matched(matcher, now, before, np.zeros_like(back))
        # Where a pixel of this frame was in the key: one step back, then on as the frame before went.
        chained = step + _sampled(back, step)
        direct = _matched(matcher, now, first, chained)
        back = _better(now, first, chained, direct)
        forth = _matched(matcher, first, now, -back)
        wrong = np.linalg.norm(forth + _sampled(back, forth), axis=2)
        agreed = float((wrong[band] < _TOLERANCE_PX).mean()) if band.any() else 1.0
        confidence = 0.5 * agreed + 0.5 * min(confidence, agreed)
        yield frame, _carried(soft_key, back, labels.shape), confidence
        before = now


def _matched(matcher: Any, here: Gray, there: Gray, guess: Flow) -> Flow:
    """Where each pixel of `here` lies in `there`, relative to it: (y, x, 2) as (dx, dy)."""
    return np.asarray(matcher.calc(here, there, np.array(guess, np.float32, order="C")), np.float32)


def _band(labels: Gray, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Pixels near the outlines on the small grid: what decides whether a mask still fits."""
    import cv2

    small = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    edge = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((7, 7), np.uint8))
    return np.asarray(edge > 0, np.bool_)


def _sampled(field: Flow, at: Flow) -> Flow:
    """`field` (y, x, 2) read at every pixel moved by `at`."""
    import cv2

    y, x = np.mgrid[0:field.shape[0], 0:field.shape[1]].astype(np.float32)
    return np.asarray(cv2.remap(field, x + at[..., 0], y + at[..., 1], cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_REPLICATE), np.float32)


def _better(now: Gray, first: Gray, chained: Flow, direct: Flow) -> Flow:
    """At each place the flow under which the key looks more like this frame."""
    import cv2

    errors = []
    for flow in (chained, direct):
        moved = _sampled(np.ascontiguousarray(first.astype(np.float32)), flow)
        errors.append(cv2.GaussianBlur(np.abs(moved - now), (0, 0), 4))
    share = 1 / (1 + np.exp(np.clip((errors[1] - errors[0]) * 1.5, -20, 20)))
    return np.asarray(chained + (direct - chained) * share[..., None], np.float32)


def _carried(soft_key: Soft, back: Flow, shape: tuple[int, ...]) -> Soft:
    """Soft labels of the key moved onto this frame, in source size."""
    import cv2

    rows, columns = shape
    factor = np.array([columns / back.shape[1], rows / back.shape[0]], np.float32)
    large = cv2.resize(back, (columns, rows), interpolation=cv2.INTER_LINEAR) * factor
    return np.stack([_sampled(plane, large) for plane in soft_key])


def _blended(found: Sequence[tuple[int, Soft, float]], values: npt.NDArray[np.uint8]) -> PropagatedFrame:
    """One or two directions: the nearer and the surer key counts more."""
    weights = np.array([max(confidence, 1e-3) ** 2 / distance for distance, _, confidence in found])
    weights /= weights.sum()
    soft = np.tensordot(weights, np.stack([soft for _, soft, _ in found]), 1)
    confidence = float(np.dot(weights, [confidence for _, _, confidence in found]))
    return PropagatedFrame(np.asarray(values[soft.argmax(0)], np.uint8), round(confidence, 4))
