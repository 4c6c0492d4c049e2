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
from medsynth_gui.metrics.pixel_copies import PixelLimits, Pixels, aligned_correlation, pixel_limits, prepared
from medsynth_gui.metrics.same_scene import SAME_SCENE, matching_points

Gray = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]

NEIGHBOURS_LOOKED_AT = 5
FEW_PATIENTS = 200
WANTED_IMAGES = 1000
_CHUNK = 2048
_LEAST_CELL = 20
_LEAST_COUNTED = 10
_MOST_COMPARED = 150
_ALIKE = 0.85


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
    """Which images (n,) show the scene of one of the five training images most alike by their codes."""
    groups = np.arange(len(images)), -1 - np.arange(len(training))
    seen, known = (coded([], part, np.zeros((0, 1)), own, numbers) for part, own, numbers in
                   ((images, codes, groups[0]), (training, training_codes, groups[1])))
    return _same_scenes(seen, known, _look(seen, known, lambda done: None))


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
        images: (y, x); pixels: the same as `prepared`.
        groups: patients, as numbers that mean the same in all sets; below 0 for nobody's.
    """

    ids: Sequence[str]
    features: Features
    codes: Features
    images: Sequence[Gray]
    pixels: Sequence[Pixels]
    groups: Indices


def coded(ids: Sequence[str], images: Sequence[Gray], features: Features, codes: Features, groups: Indices) -> Coded:
    """Images (y, x) with what an encoder says of them."""
    return Coded(ids, features, codes, images, [prepared(image) for image in images], groups)


def audit(synthetic: Coded, held_out: Coded, training: Coded,
          progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, Any]:
    """Look for copies of training images, among synthetic images and among real ones that were never trained on.

    Real images that show the scene of a training image under the name of another patient do not count for the
    threshold: they are what it must find. They do count in the rate of the held-out images.
    """
    total = len(synthetic.ids) + len(held_out.ids)
    limits = _limits(training)
    real = _look(held_out, training, lambda done: progress(done, total))
    made = _look(synthetic, training, lambda done: progress(len(held_out.ids) + done, total))
    same = _same_scenes(held_out, training, real) | (real.correlation >= limits.alone)
    counted = real.similarity[~same] if (~same).sum() >= min(_LEAST_COUNTED, len(same)) else real.similarity
    threshold = float(np.percentile(counted, 99))
    rows = {"synthetic": _figures(synthetic, training, made, threshold, limits),
            "held_out_real": _figures(held_out, training, real, threshold, limits)}
    return {"threshold": round(threshold, 4), "percentile": 99, "pixel_limit": limits.alone,
            "suspect_limit": limits.suspect, "training_images": len(training.ids),
            "training_patients": len(np.unique(training.groups)),
            "held_out_scenes_known_from_training": int(same.sum()), **rows,
            "copies_no_more_than_real": rows["synthetic"]["rate"] <= rows["held_out_real"]["rate"],
            "c_t": round(data_copying(synthetic.features, held_out.features, training.features), 3)}


def _limits(training: Coded) -> PixelLimits:
    """What training images of different patients stay below that do not show one scene."""
    some = np.random.default_rng(0).permutation(len(training.ids))[:_MOST_COMPARED]
    part = Coded([training.ids[index] for index in some], training.features[some], training.codes[some],
                 [training.images[index] for index in some], [training.pixels[index] for index in some],
                 training.groups[some])
    looked = _look(part, training, lambda done: None)
    return pixel_limits(looked.correlation[~_same_scenes(part, training, looked)])


def _same_scenes(images: Coded, training: Coded, looked: _Looked) -> npt.NDArray[np.bool_]:
    """Which images show the scene of the training image that they correlate with most.

    Another frame of a cine correlates little: where code or pixels are much alike, local structure decides.
    """
    worth = (looked.correlation >= PixelLimits.suspect) | (looked.similarity >= _ALIKE)
    return np.array([bool(likely) and matching_points(images.images[number], training.images[int(index)]) >= SAME_SCENE
                     for number, (likely, index) in enumerate(zip(worth, looked.neighbour, strict=True))], np.bool_)


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


def _figures(images: Coded, training: Coded, looked: _Looked, threshold: float,
             limits: PixelLimits) -> dict[str, Any]:
    over = looked.similarity > threshold
    # Pixels that agree closely are enough; a code above its threshold needs less of them.
    confirmed = np.flatnonzero(looked.correlation >= np.where(over, limits.suspect, limits.alone))
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
