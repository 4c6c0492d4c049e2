"""Marks to learn from: what a scanner or a reader burns into an image, drawn onto one that has none."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Generator = np.random.Generator
Point = tuple[int, int]

_USUAL_SIDE = 500.0  # marks keep their size in pixels of a scanner's screenshot
_SIGNS = string.ascii_letters + string.digits + string.digits + "+-.:/%"


def _place(ink: Gray, rng: Generator) -> Point:
    rows, columns = ink.shape
    return int(rng.uniform(0.04, 0.96) * columns), int(rng.uniform(0.06, 0.96) * rows)


def _unit(ink: Gray) -> float:
    return max(ink.shape) / _USUAL_SIDE


def _letters(ink: Gray, rng: Generator) -> None:
    """One to three lines of signs."""
    import cv2

    x, y = _place(ink, rng)
    height = rng.uniform(9, 24) * _unit(ink)
    font = int(rng.choice((cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX)))
    scale = height / (10 if font == cv2.FONT_HERSHEY_PLAIN else 21)
    thick = max(1, round(height / rng.uniform(7, 12)))
    for line in range(int(rng.integers(1, 4))):
        words = "".join(rng.choice(list(_SIGNS), size=int(rng.integers(1, 9))))
        cv2.putText(ink, words, (min(x, round(0.8 * ink.shape[1])), round(y + line * 1.5 * height)), font, scale, 255,
                    thick, cv2.LINE_AA)


def _sign(ink: Gray, at: Point, arm: int, thick: int, *, turned: bool) -> None:
    import cv2

    x, y = at
    ends = (((-arm, -arm), (arm, arm)), ((-arm, arm), (arm, -arm))) if turned else (((-arm, 0), (arm, 0)),
                                                                                    ((0, -arm), (0, arm)))
    for (x0, y0), (x1, y1) in ends:
        cv2.line(ink, (x + x0, y + y0), (x + x1, y + y1), 255, thick, cv2.LINE_AA)


def _calipers(ink: Gray, rng: Generator) -> None:
    """One to four pairs of + or x signs."""
    turned, thick = bool(rng.random() < 0.4), max(1, round(rng.uniform(1, 2) * _unit(ink)))
    arm = max(2, round(rng.uniform(4, 9) * _unit(ink)))
    for _ in range(2 * int(rng.integers(1, 5))):
        _sign(ink, _place(ink, rng), arm, thick, turned=turned)


def _dotted_line(ink: Gray, rng: Generator) -> None:
    """Dots from one place to another, with a sign at either end as often as not."""
    import cv2

    start, end = (np.array(_place(ink, rng), float) for _ in range(2))
    length = float(np.hypot(*(end - start)))
    gap, radius = rng.uniform(4, 9) * _unit(ink), max(0.6, rng.uniform(0.6, 1.6) * _unit(ink))
    for share in np.arange(0, 1, gap / max(length, gap)):
        at = start + share * (end - start)
        cv2.circle(ink, (round(16 * at[0]), round(16 * at[1])), round(16 * radius), 255, -1, cv2.LINE_AA, 4)
    if rng.random() < 0.5:
        for place in (start, end):
            _sign(ink, (round(place[0]), round(place[1])), max(2, round(6 * _unit(ink))), 1, turned=rng.random() < 0.5)


def _arrow(ink: Gray, rng: Generator) -> None:
    import cv2

    tip = np.array(_place(ink, rng))
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(18, 60) * _unit(ink)
    tail = tip + np.round(length * np.array([np.cos(angle), np.sin(angle)])).astype(int)
    cv2.arrowedLine(ink, (int(tail[0]), int(tail[1])), (int(tip[0]), int(tip[1])), 255,
                    max(1, round(rng.uniform(1, 4) * _unit(ink))), cv2.LINE_AA, tipLength=rng.uniform(0.25, 0.5))


def _ruler(ink: Gray, rng: Generator) -> None:
    """Ticks in a column or a row, every fifth one longer."""
    import cv2

    x, y = _place(ink, rng)
    gap, tick = max(3, round(rng.uniform(8, 30) * _unit(ink))), max(1, round(rng.uniform(3, 8) * _unit(ink)))
    upright = rng.random() < 0.7
    for number in range(int(rng.integers(4, 20))):
        reach = tick * (2 if number % 5 == 0 else 1)
        start = (x, y + number * gap) if upright else (x + number * gap, y)
        end = (start[0] + reach, start[1]) if upright else (start[0], start[1] + reach)
        cv2.line(ink, start, end, 255, 1, cv2.LINE_AA)


MARKS: Mapping[str, Callable[[Gray, Generator], None]] = {
    "letters": _letters, "calipers": _calipers, "dotted line": _dotted_line, "arrow": _arrow, "ruler": _ruler}


def plant(image: Gray, rng: Generator, kinds: tuple[str, ...] = ()) -> Gray:
    """The image (y, x) with marks on it.

    Args:
        kinds: rows of `MARKS`; one to three at random if empty.
    """
    import cv2

    kinds = kinds or tuple(rng.choice(list(MARKS), size=int(rng.integers(1, 4))))
    ink = np.zeros_like(image)
    for kind in kinds:
        MARKS[kind](ink, rng)
    cover = ink.astype(np.float32) / 255
    values = image.astype(np.float32)
    if rng.random() < 0.3:  # some scanners outline their letters
        values *= 1 - cv2.dilate(cover, np.ones((3, 3), np.uint8))
    level = rng.uniform(max(150.0, min(230.0, float(np.percentile(image, 95)) + 20)), 256)
    values += cover * (level - values)
    return np.clip(values, 0, 255).astype(np.uint8)
