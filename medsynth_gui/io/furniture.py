"""Marks that a scanner burns into an still: calipers, dotted lines, arrows, letters, the maker's mark.

Ink differs from tissue in two ways: it is a thin stroke, and it ends within a pixel or two sideways, where an echo is
smeared by the width of the beam. Both are measured on the gray levels; nothing is learned.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_STROKE_PX = 13  # strokes and the dark between them are narrower than this
_CONTRAST = 60
_LEAST_INK = 130
_SHARP = 52.0  # mean sideways fall of gray within two pixels at the ends of a stroke; tissue stays below 45
_SHARP_BESIDE = 34.0  # beside a mark found already
_BESIDE = (9, 31)
_LETTER_PX = 30
_LEVEL_BAND = 42  # ink of one image has one level, blurred by resizing
_LEAST_AREA_PX = 7
_LARGEST_PX = 90
_ARM_PX = 7
_SIGN_SCORE = 0.6
_SIGN_FALL = 40.0
_CORNER = (22, 60)
_CORNER_CONTRAST = 50
_CORNER_FALL = 60
_CORNER_STEEP_PX = 6
_DOT_CONTRAST = 40
_DOT_SHARE = 0.45
_DOT_AREA_PX = 12
_RAY_PX = 20
_RAY_SHARE = 0.55
_MOST_ENDS = 20
_PLATE_GRAY, _PLATE_AREA_PX = 240, 150
_PLATE_SHARE = (0.14, 0.2)  # of height and width
_LEAST_SIDE, _MARKED_PX = 256, 30


def find_furniture(gray: Gray) -> Mask:
    """The pixels (y, x) that are burned in, slightly wider than the strokes; all False where there are none.

    Args:
        gray: 8-bit gray (y, x), about 256 to 1024 pixels on the long side.
    """
    import cv2

    found = np.zeros(gray.shape, np.bool_)
    if min(gray.shape) < 2 * _STROKE_PX:
        return found
    hat = cv2.morphologyEx(gray, cv2.MORPH_TOPHAT, np.ones((_STROKE_PX, _STROKE_PX), np.uint8))
    fall = _sideways_fall(gray)
    ink = (hat >= _CONTRAST) & (gray >= _LEAST_INK)
    strokes = _sharp_components(ink, fall)
    free = strokes.copy()
    free[: _CORNER[0], : _CORNER[1]] = False  # the maker's mark is there on images without calipers, too
    level = _ink_level(gray, free)
    if level:
        bright = (hat >= _CONTRAST - 10) & (gray >= level - _LEVEL_BAND)
        strokes |= _sharp_components(bright, fall)
        beside = cv2.dilate(strokes.astype(np.uint8), np.ones(_BESIDE, np.uint8)).astype(np.bool_)
        strokes |= _sharp_components(bright, fall, least=_SHARP_BESIDE, near=beside)
        ends = _crossings(bright, gray)
        for y, x, reach in ends:
            part = np.s_[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
            if bright[part].any() and fall[part][bright[part]].mean() >= _SIGN_FALL:
                strokes[part] |= bright[part]
        found |= _dotted_lines(gray, ends) | _dotted_rays(gray, ends, level)
    found |= strokes
    found |= _corner_mark(gray)
    if not found.any():
        return found
    found |= _plates(gray, found)
    return np.asarray(cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_)


def remove_furniture(gray: Gray) -> Gray:
    """The image (y, x) with burned-in marks replaced by their surroundings and the speckle found there.

    The same image always gives the same result; an image without marks is returned unchanged (a copy).
    """
    import cv2

    marks = find_furniture(gray)
    if not marks.any():
        return gray.copy()
    holes = cv2.dilate(marks.astype(np.uint8), np.ones((3, 3), np.uint8))
    smooth = cv2.inpaint(gray, holes, 4, cv2.INPAINT_TELEA).astype(np.float32)
    known = 1.0 - holes.astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), 6) + 1e-3
    mean = cv2.GaussianBlur(smooth * known, (0, 0), 6) / weight
    detail = (smooth - cv2.GaussianBlur(smooth, (0, 0), 2)) * known
    spread = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 6) / weight)
    speckle = np.random.default_rng(0).standard_normal(gray.shape).astype(np.float32)
    speckle = np.asarray(cv2.GaussianBlur(speckle, (0, 0), sigmaX=1.4, sigmaY=0.9), np.float32)
    speckle /= speckle.std()
    filled = 0.7 * smooth + 0.3 * mean + speckle * np.minimum(spread, 12.0)
    return np.where(holes > 0, np.clip(np.rint(filled), 0, 255), gray).astype(np.uint8)


def _plates(gray: Gray, marks: Mask) -> Mask:
    """White labels of a film, (y, x), on which dark letters stand; `marks` has found the letters' edges."""
    import cv2

    white = gray >= _PLATE_GRAY
    joined = cv2.morphologyEx((white | marks).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    found = np.zeros(gray.shape, np.bool_)
    largest = np.multiply(gray.shape, _PLATE_SHARE)
    for x, y, width, height, area in cv2.connectedComponentsWithStats(joined, connectivity=4)[2][1:]:
        box = np.s_[y:y + height, x:x + width]
        if (height <= largest[0] and width <= largest[1] and area >= max(_PLATE_AREA_PX, 0.4 * width * height)
                and marks[box].mean() >= 0.1 and white[box].mean() >= 0.2):
            found[max(0, y - 4):y + height + 4, max(0, x - 4):x + width + 4] = True
    return found


def _sideways_fall(gray: Gray) -> npt.NDArray[np.int16]:
    """Gray of each pixel less that of the darker pixel two columns beside it, (y, x); 0 across the image's edge."""
    wide = np.pad(gray.astype(np.int16), ((0, 0), (2, 2)), mode="edge")
    center = wide[:, 2:-2]
    return np.asarray(np.maximum(center - wide[:, :-4], center - wide[:, 4:]), np.int16)


def _sharp_components(
    ink: Mask, fall: npt.NDArray[np.int16], *, least: float = _SHARP, near: Mask | None = None
) -> Mask:
    """The connected parts of `ink` that are of a mark's size and end sharply on both sides."""
    import cv2

    count, parts, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    inner = np.zeros_like(ink)
    inner[:, 1:-1] = ink[:, :-2] & ink[:, 2:]
    edge = ink & ~inner
    edge[:, :2] = edge[:, -2:] = False  # past the edge nothing can be seen to fall
    members = parts[edge]
    ends = np.bincount(members, minlength=count)
    mean_fall = np.bincount(members, weights=fall[edge], minlength=count) / np.maximum(ends, 1)
    size = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= 4
    keep = (mean_fall >= least) & (ends >= 5) & tall
    keep &= (stats[:, cv2.CC_STAT_AREA] >= _LEAST_AREA_PX) & (size <= _LARGEST_PX)
    keep[0] = False
    if near is not None:
        keep &= (np.bincount(parts[near], minlength=count) > 0) & (size <= _LETTER_PX)
    return np.asarray(keep[parts], np.bool_)


def _ink_level(gray: Gray, strokes: Mask) -> int:
    """The gray level that strokes share, 0 where there are too few of them."""
    values = gray[strokes]
    return int(np.percentile(values, 80)) if values.size >= 12 else 0


def _crossings(bright: Mask, gray: Gray) -> list[tuple[int, int, int]]:
    """Centers (y, x, reach) of + and x signs among the bright strokes."""
    import cv2

    raw = bright.astype(np.uint8)
    straight = np.ones((1, _ARM_PX), np.uint8)
    slanted = np.eye(_ARM_PX, dtype=np.uint8)
    found: list[tuple[float, int, int, int]] = []
    for kernel, other, turned in ((straight, straight.T, False), (slanted, slanted[::-1], True)):
        first = cv2.morphologyEx(raw, cv2.MORPH_OPEN, np.ascontiguousarray(kernel))
        second = cv2.morphologyEx(raw, cv2.MORPH_OPEN, np.ascontiguousarray(other))
        near = np.ones((3, 3), np.uint8)
        both = cv2.bitwise_and(cv2.dilate(first, near), cv2.dilate(second, near))
        _, _, _, centers = cv2.connectedComponentsWithStats(both, connectivity=8)
        for x, y in centers[1 : 8 * _MOST_ENDS]:
            score, cy, cx, reach = _match_sign(gray, round(y), round(x), turned=turned)
            if score >= _SIGN_SCORE:
                found.append((score, cy, cx, reach))
    found.sort(reverse=True)
    return [(y, x, reach) for _, y, x, reach in found[:_MOST_ENDS]]


def _match_sign(gray: Gray, y: int, x: int, *, turned: bool) -> tuple[float, int, int, int]:
    """Best normalised correlation of a sign near (y, x), with its center and half size."""
    import cv2

    best = (0.0, y, x, 0)
    for arm in (5, 7, 9):
        for thick in (1, 2, 3):
            sign = _sign(arm, thick, turned=turned)
            reach = arm + 4
            top, left = max(y - reach, 0), max(x - reach, 0)
            patch = gray[top : y + reach + 1, left : x + reach + 1]
            if min(patch.shape) < sign.shape[0]:
                continue
            scores = cv2.matchTemplate(patch, sign, cv2.TM_CCOEFF_NORMED)
            _, score, _, (px, py) = cv2.minMaxLoc(scores)
            if score > best[0]:
                half = sign.shape[0] // 2
                best = (float(score), top + py + half, left + px + half, half)
    return best


def _sign(arm: int, thick: int, *, turned: bool) -> Gray:
    side = 2 * arm + 3
    sign = np.zeros((side, side), np.uint8)
    if turned:
        steps = np.abs(np.subtract.outer(np.arange(side), np.arange(side)))
        sign[(steps <= thick // 2) | (steps[::-1] <= thick // 2)] = 255
        sign[[0, -1], :] = sign[:, [0, -1]] = 0
    else:
        start = (side - thick) // 2
        sign[start : start + thick, 1:-1] = 255
        sign[1:-1, start : start + thick] = 255
    return sign


def _dotted_lines(gray: Gray, ends: list[tuple[int, int, int]]) -> Mask:
    """Dots between two signs."""
    import cv2

    found = np.zeros(gray.shape, np.bool_)
    dots = cv2.morphologyEx(gray, cv2.MORPH_TOPHAT, np.ones((5, 5), np.uint8))
    near = cv2.dilate(dots, np.ones((3, 3), np.uint8))
    for index, (y0, x0, reach) in enumerate(ends):
        for y1, x1, _ in ends[index + 1 :]:
            length = float(np.hypot(y1 - y0, x1 - x0))
            if length < 2.5 * reach:
                continue
            t = np.linspace(0.0, 1.0, int(length) + 1)
            ys, xs = np.rint(y0 + t * (y1 - y0)).astype(int), np.rint(x0 + t * (x1 - x0)).astype(int)
            between = (t * length > reach) & (t * length < length - reach)
            if _is_dotted(near[ys[between], xs[between]].astype(np.float64)):
                lane = np.zeros(gray.shape, np.uint8)
                cv2.line(lane, (x0, y0), (x1, y1), 1, 5)
                found |= (lane > 0) & (dots >= 22)
    return found


def _dotted_rays(gray: Gray, ends: list[tuple[int, int, int]], level: int) -> Mask:
    """Dots that start at a sign whose partner was not found (cut off, or on bright tissue)."""
    import cv2

    hat = cv2.morphologyEx(gray, cv2.MORPH_TOPHAT, np.ones((5, 5), np.uint8))
    dots = (hat >= _DOT_CONTRAST) & (gray >= level - 2 * _LEVEL_BAND)
    dots &= ~_long_runs(dots)
    near = cv2.dilate(dots.astype(np.uint8), np.ones((3, 3), np.uint8))
    lanes = np.zeros(gray.shape, np.uint8)
    angles = np.deg2rad(np.arange(0.0, 360.0, 0.75))[:, None]
    for y, x, reach in ends:
        steps = np.arange(reach, reach + int(np.hypot(*gray.shape)))[None, :]
        ys, xs = np.rint(y + steps * np.sin(angles)).astype(int), np.rint(x + steps * np.cos(angles)).astype(int)
        inside = (ys >= 0) & (ys < gray.shape[0]) & (xs >= 0) & (xs < gray.shape[1])
        hits = np.where(inside, near[ys.clip(0, gray.shape[0] - 1), xs.clip(0, gray.shape[1] - 1)], 0)
        runs = hits[:, : hits.shape[1] // _RAY_PX * _RAY_PX].reshape(len(angles), -1, _RAY_PX).mean(axis=2)
        lasting = np.cumprod(runs >= _RAY_SHARE, axis=1).sum(axis=1) * _RAY_PX
        for ray in np.flatnonzero(lasting >= 2 * _RAY_PX):
            far = reach + int(lasting[ray]) + _RAY_PX
            end = (round(x + far * float(np.cos(angles[ray, 0]))), round(y + far * float(np.sin(angles[ray, 0]))))
            cv2.line(lanes, (x, y), end, 1, 3)
    return np.asarray((lanes > 0) & dots, np.bool_)


def _long_runs(dots: Mask) -> Mask:
    """The parts of `dots` too large for a few touching dots."""
    import cv2

    _, parts, stats, _ = cv2.connectedComponentsWithStats(dots.astype(np.uint8), connectivity=8)
    return np.asarray((stats[:, cv2.CC_STAT_AREA] > _DOT_AREA_PX)[parts], np.bool_)


def _is_dotted(profile: npt.NDArray[np.float64]) -> bool:
    """Whether a run of gray is bright as often as a row of dots is; between two signs tissue never is."""
    return profile.size >= 6 and bool((profile >= _DOT_CONTRAST).mean() >= _DOT_SHARE)


def _corner_mark(gray: Gray) -> Mask:
    """The maker's mark in the top left corner: letters with a dark outline, cut by the edge of the crop."""
    import cv2

    found = np.zeros(gray.shape, np.bool_)
    corner = gray[: _CORNER[0], : _CORNER[1]]
    hat = cv2.morphologyEx(corner, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8))
    fall = _sideways_fall(corner)
    dark = (hat >= _CORNER_CONTRAST) & (_sideways_fall(255 - corner) >= _CORNER_CONTRAST // 2)
    sharp = dark | (fall >= _CORNER_FALL)
    joined = cv2.dilate(sharp.astype(np.uint8), np.ones((5, 5), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    steep = np.bincount(parts[fall >= _CORNER_FALL], minlength=count)
    for index in range(1, count):
        x, y, width, height, area = stats[index]
        if x <= 4 and y <= 4 and height <= _CORNER[0] and area >= 30 and steep[index] >= _CORNER_STEEP_PX:
            found[y : y + height, x : x + width] = True
    return found


def has_marks(gray: Gray) -> bool:
    """Whether letters, calipers or arrows are burned in; the maker's mark in the top left corner does not count.

    Args:
        gray: (y, x) of any size; smaller ones are enlarged to the 256 pixels from which marks can be told from tissue.
    """
    import cv2

    scale = max(1.0, _LEAST_SIDE / max(gray.shape))
    large = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    marks = find_furniture(np.asarray(large, np.uint8))
    marks[: _CORNER[0], : _CORNER[1]] = False
    return int(marks.sum()) >= _MARKED_PX
