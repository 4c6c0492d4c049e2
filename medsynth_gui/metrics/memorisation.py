"""Are synthetic images copies of training images? By codes first, then in pixels, beside held-out real images.

Codes (n, k) are rows of unit length: their product is the similarity. Patients are numbers (n,): images of one patient
are alike without being copies, so a training image is only ever compared with those of others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.metrics.bootstrap import wilson
from medsynth_gui.metrics.feature_distances import Features, Indices, squared_distances

Gray = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]

PIXEL_LIMIT, SUSPECT_LIMIT = 0.92, 0.8  # alone; where the code is above its threshold
NEIGHBOURS_LOOKED_AT = 5
FEW_PATIENTS = 200
WANTED_IMAGES = 1000
_SIDE_PX = 96
_TEMPLATE = 0.77  # of the side: the rest is room to shift
_WORTH_LOOKING = 0.6
_SCALES = (0.9, 1.0, 1.1)
_BAND_PX = (1.0, 5.0)
_FLAT = 1e-3
_CHUNK = 2048
_LEAST_CELL = 20
_LEAST_COUNTED = 10


def largest_similarity(codes: Features, reference: Features, *, groups: Indices | None = None,
                       reference_groups: Indices | None = None) -> tuple[Values, Indices]:
    """Similarity (n,) of each code to the most alike of `reference`, and which that is (n,).

    Args:
        groups: patients of `codes`; with `reference_groups`, images of the same patient do not count.
    """
    values, indices = nearest(codes, reference, 1, groups, reference_groups)
    return values[:, 0], indices[:, 0]


def nearest(codes: Features, reference: Features, count: int, groups: Indices | None = None,
            reference_groups: Indices | None = None) -> tuple[Values, Indices]:
    """Similarities and indices (n, count) of the most alike of `reference`, most alike first."""
    values, indices = [], []
    count = min(count, len(reference))
    for start in range(0, len(codes), _CHUNK):
        part = np.s_[start:start + _CHUNK]
        alike = codes[part].astype(np.float64) @ reference.T.astype(np.float64)
        if groups is not None and reference_groups is not None:
            alike[groups[part][:, None] == reference_groups] = -1.0
        order = np.argsort(-alike, axis=1, kind="stable")[:, :count]
        indices.append(order)
        values.append(np.take_along_axis(alike, order, axis=1))
    return np.concatenate(values), np.concatenate(indices)


def copy_threshold(held_out: Features, training: Features, percentile: float = 99, *,
                   known: npt.NDArray[np.bool_] | None = None) -> float:
    """The percentile, over held-out real images, of each one's largest similarity to the training set.

    Args:
        known: which of them `known_scenes` finds in the training set, under another patient: copies in all but name,
            that must not raise the bar for copies. All count where fewer than ten would be left.
    """
    values, _ = largest_similarity(held_out, training)
    if known is not None and (~known).sum() >= min(_LEAST_COUNTED, len(values)):
        values = values[~known]
    return float(np.percentile(values, percentile))


def known_scenes(images: Sequence[Gray], codes: Features, training: Sequence[Gray],
                 training_codes: Features) -> npt.NDArray[np.bool_]:
    """Which images (n,) show, pixel for pixel, one of the five training images most alike by their codes."""
    groups = np.arange(len(images)), -1 - np.arange(len(training))
    seen, known = (coded([], part, np.zeros((0, 1)), own, numbers) for part, own, numbers in
                   ((images, codes, groups[0]), (training, training_codes, groups[1])))
    return np.asarray(_look(seen, known, lambda done: None).correlation >= PIXEL_LIMIT)


def prepared(image: Gray) -> Pixels:
    """An image (y, x) as pixels are compared: 96 x 96, without speckle and without what all images of a kind share."""
    import cv2

    small = cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    fine, coarse = (cv2.GaussianBlur(small, (0, 0), sigma) for sigma in _BAND_PX)
    return np.asarray(fine - coarse, np.float32)


def confirm_in_pixels(image: Gray, neighbour: Gray) -> float:
    """Best correlation -1..1 of two images (y, x) over shifts of a tenth, a tenth of scale, and mirroring.

    From `PIXEL_LIMIT` on they show one scene: measured on real images, different patients stay below 0.6 in breast
    ultrasound and 0.92 in X-ray; shifted, cropped, bent, blurred or noisy copies stay above 0.86, most above 0.95.
    """
    return aligned_correlation(prepared(image), prepared(neighbour))


def aligned_correlation(image: Pixels, neighbour: Pixels) -> float:
    """`confirm_in_pixels` of images that are `prepared`; what is unlike at half the size is not looked at closer."""
    import cv2

    half = (_SIDE_PX // 2, _SIDE_PX // 2)
    small, other = (np.asarray(cv2.resize(part, half, interpolation=cv2.INTER_AREA), np.float32)
                    for part in (image, neighbour))
    ways = [(scale, mirrored) for scale in _SCALES for mirrored in (False, True)]
    coarse, way = max((_match(small, other, *way), way) for way in ways)
    return coarse if coarse < _WORTH_LOOKING else _match(image, neighbour, *way)


def _match(image: Pixels, neighbour: Pixels, scale: float, mirrored: bool) -> float:
    """Best correlation of the middle of an image, scaled and maybe mirrored, anywhere in the other."""
    import cv2

    size = round(_TEMPLATE * len(neighbour))
    side = round(size * scale)
    start = (len(image) - side) // 2
    template = cv2.resize(image[start:start + side, start:start + side], (size, size))
    if mirrored:
        template = np.ascontiguousarray(template[:, ::-1])
    if template.std() < _FLAT:
        return -1.0
    found = cv2.matchTemplate(neighbour, template, cv2.TM_CCOEFF_NORMED)
    return min(1.0, float(found[np.isfinite(found)].max(initial=-1.0)))


def data_copying(synthetic: Features, held_out: Features, training: Features, *, cells: int = 5) -> float:
    """C_T (Meehan, Chaudhuri and Dasgupta 2020): far below 0 where images lie nearer to training images than real ones.

    Args:
        synthetic: features (n, d); so are the others.
        cells: parts of the feature space that are compared one by one; fewer where images are few.
    """
    from scipy.cluster.vq import kmeans2, vq
    from scipy.stats import rankdata

    made, real = (squared_distances(part, training).min(1) for part in (synthetic, held_out))
    count = max(1, min(cells, min(len(held_out), len(synthetic)) // (2 * _LEAST_CELL)))
    centers, _ = kmeans2(training.astype(np.float64), count, minit="++", seed=0)
    of_made, of_real = (vq(part.astype(np.float64), centers)[0] for part in (synthetic, held_out))
    scores, weights = [], []
    for index in np.unique(of_real):
        a, b = made[of_made == index], real[of_real == index]
        n, m = len(a), len(b)
        if not n or (count > 1 and min(n, m) < _LEAST_CELL):
            continue
        u = rankdata(np.concatenate([a, b]))[:n].sum() - n * (n + 1) / 2
        scores.append((u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12))
        weights.append(m)
    if not scores:
        return data_copying(synthetic, held_out, training, cells=1)
    return float(np.average(scores, weights=weights))


def authentic_share(features: Features, training: Features, groups: Indices) -> float:
    """AuthPct (Alaa et al. 2022), 0..1: share of images that are no nearer to a training image than another patient is.

    Args:
        features: (n, d) of the images in question.
        groups: patients of the training images.
    """
    distances = squared_distances(features, training)
    nearest_one = distances.argmin(1)
    among = squared_distances(training, training)
    among[groups[:, None] == groups] = np.inf
    return float((distances.min(1) > among.min(1)[nearest_one]).mean())


@dataclass(frozen=True, eq=False)
class Coded:
    """Images as copies are looked for.

    Attributes:
        ids: what each is called.
        features, codes: (n, d) and (n, k).
        pixels: the images as `prepared`.
        groups: patients, as numbers that mean the same in all sets; below 0 for nobody's.
    """

    ids: Sequence[str]
    features: Features
    codes: Features
    pixels: Sequence[Pixels]
    groups: Indices


def coded(ids: Sequence[str], images: Sequence[Gray], features: Features, codes: Features, groups: Indices) -> Coded:
    """Images (y, x) with what an encoder says of them."""
    return Coded(ids, features, codes, [prepared(image) for image in images], groups)


def audit(synthetic: Coded, held_out: Coded, training: Coded,
          progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, Any]:
    """Look for copies of training images, among synthetic images and among real ones that were never trained on.

    Real images that show the scene of a training image under the name of another patient do not count for the
    threshold: they are what it must find. They do count in the rate of the held-out images.
    """
    total = len(synthetic.ids) + len(held_out.ids)
    real = _look(held_out, training, lambda done: progress(done, total))
    made = _look(synthetic, training, lambda done: progress(len(held_out.ids) + done, total))
    same = real.correlation >= PIXEL_LIMIT
    counted = real.similarity[~same] if (~same).sum() >= min(_LEAST_COUNTED, len(same)) else real.similarity
    threshold = float(np.percentile(counted, 99))
    rows = {"synthetic": _figures(synthetic, training, made, threshold),
            "held_out_real": _figures(held_out, training, real, threshold)}
    return {"threshold": round(threshold, 4), "percentile": 99, "pixel_limit": PIXEL_LIMIT,
            "suspect_limit": SUSPECT_LIMIT, "training_images": len(training.ids),
            "training_patients": len(np.unique(training.groups)),
            "held_out_scenes_known_from_training": int(same.sum()), **rows,
            "copies_no_more_than_real": rows["synthetic"]["rate"] <= rows["held_out_real"]["rate"],
            "c_t": round(data_copying(synthetic.features, held_out.features, training.features), 3)}


@dataclass(frozen=True, eq=False)
class _Looked:
    similarity: Values
    correlation: Values
    neighbour: Indices


def _look(images: Coded, training: Coded, progress: Callable[[int], None]) -> _Looked:
    """Similarity to the most alike training image, and the best correlation with one of the five most alike."""
    values, indices = nearest(images.codes, training.codes, NEIGHBOURS_LOOKED_AT, images.groups, training.groups)
    correlation, neighbour = np.zeros(len(values)), np.zeros(len(values), np.intp)
    for number in range(len(values)):
        progress(number)
        own = images.pixels[number]
        correlation[number], neighbour[number] = max(
            (aligned_correlation(own, training.pixels[index]), int(index)) for index in indices[number])
    return _Looked(values[:, 0], correlation, neighbour)


def _figures(images: Coded, training: Coded, looked: _Looked, threshold: float) -> dict[str, Any]:
    over = looked.similarity > threshold
    # Pixels that agree closely are enough; a code above its threshold needs less of them.
    confirmed = np.flatnonzero(looked.correlation >= np.where(over, SUSPECT_LIMIT, PIXEL_LIMIT))
    low, high = wilson(int(over.sum()), len(over))
    return {"images": len(over), "over_threshold": int(over.sum()), "rate": round(float(over.mean()), 4),
            "rate_interval": [round(low, 4), round(high, 4)], "confirmed_in_pixels": len(confirmed),
            "similarity_median": round(float(np.median(looked.similarity)), 4),
            "similarity_largest": round(float(looked.similarity.max()), 4),
            "correlation_largest": round(float(looked.correlation.max()), 4),
            "authentic_share": round(authentic_share(images.features, training.features, training.groups), 4),
            "copies": [{"id": images.ids[int(index)], "training_image": training.ids[int(looked.neighbour[index])],
                        "similarity": round(float(looked.similarity[index]), 4),
                        "correlation": round(float(looked.correlation[index]), 4)} for index in confirmed]}
