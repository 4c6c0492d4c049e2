"""A shape model says what masks of a class look like, and draws masks that look so."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.raster import connected_components
from medsynth_gui.core.shapes.copula import Copula
from medsynth_gui.core.shapes.model import ShapeModel, fit_shapes
from medsynth_gui.core.shapes.outline import contour_of, crosses_itself, describe, filled
from medsynth_gui.core.shapes.scene import draw_layers, layers_scene
from medsynth_gui.core.shapes.statistics import mask_problems

Gray = npt.NDArray[np.uint8]
LABELS = {1: "lesion"}


def blob(rng: np.random.Generator, *, low: float = 8, high: float = 16) -> Gray:
    """A dented ellipse in the upper middle of an image of 96 x 128."""
    mask = np.zeros((96, 128), np.uint8)
    center = (int(rng.uniform(50, 78)), int(rng.uniform(30, 45)))
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = rng.uniform(low, high) * (1 + 0.12 * np.cos(3 * angles + rng.uniform(0, 6)))
    points = np.stack([center[0] + 1.4 * radius * np.cos(angles), center[1] + radius * np.sin(angles)], 1)
    cv2.fillPoly(mask, [points.round().astype(np.int32)], 1)
    return mask


def combed(mask: Gray) -> Gray:
    """The mask with every second row of its right half gone."""
    comb = mask.copy()
    comb[::2, int(np.nonzero(mask)[1].mean()):] = 0
    return comb


@pytest.fixture(scope="module")
def model() -> ShapeModel:
    rng = np.random.default_rng(0)
    masks = [(blob(rng), "benign") for _ in range(40)] + [(np.zeros((96, 128), np.uint8), "normal") for _ in range(12)]
    return fit_shapes(masks, LABELS)


def test_an_outline_is_its_descriptors() -> None:
    part = blob(np.random.default_rng(3)) > 0
    again = filled(contour_of(describe(part), *part.shape), *part.shape)
    assert 2 * (part & again).sum() / (part.sum() + again.sum()) > 0.97


def test_a_loop_is_no_outline() -> None:
    turn = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    eight = np.stack([40 * np.sin(turn), 20 * np.sin(2 * turn)], axis=1)
    star = (1 + 0.35 * np.sin(9 * turn))[:, None] * np.stack([30 * np.cos(turn), 30 * np.sin(turn)], axis=1)
    assert crosses_itself(eight) and not crosses_itself(star)


def test_a_copula_keeps_limits_and_correlation() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=300)
    copula = Copula.fit(np.stack([first, np.exp(first + 0.3 * rng.normal(size=300))], axis=1))
    drawn = np.stack([copula.draw(rng) for _ in range(400)])
    assert (drawn.min(axis=0) >= copula.quantiles[:, 0]).all() and (drawn.max(axis=0) <= copula.quantiles[:, -1]).all()
    assert np.corrcoef(drawn[:, 0], np.log(drawn[:, 1]))[0, 1] > 0.8
    high = [copula.draw(rng, given=(0, 1.5))[1] for _ in range(50)]
    assert np.median(high) > np.quantile(drawn[:, 1], 0.8)


def test_new_masks_keep_to_their_class(model: ShapeModel) -> None:
    statistics = model.statistics("benign")
    drawn = [model.sample("benign", (5, number), side=128) for number in range(30)]
    assert all(not mask_problems(mask, statistics, LABELS) for mask in drawn)
    assert all(len(connected_components(0, mask == 1)[1]) == 1 for mask in drawn)
    assert len({mask.tobytes() for mask in drawn}) == 30
    assert np.array_equal(drawn[4], model.sample("benign", (5, 4), side=128))
    assert not model.sample("normal", (5, 0)).any()


def test_a_size_can_be_asked_for(model: ShapeModel) -> None:
    least, most = model.statistics("benign").share
    middle = (least * most) ** 0.5
    shares = [float((model.sample("benign", (1, n), share=(middle, 1.0)) > 0).mean()) for n in range(12)]
    assert min(shares) > 0.97 * middle and max(shares) < 1.1 * most
    with pytest.raises(UsageError, match="cover"):
        model.sample("benign", (1, 0), share=(2 * most, 1.0))
    with pytest.raises(UsageError, match="cover"):
        model.sample("normal", (1, 0), share=(0.01, 0.1))


def test_layers_are_curves_and_keep_their_order() -> None:
    rng = np.random.default_rng(2)
    masks = []
    for _ in range(24):
        mask = np.zeros((80, 100), np.uint8)
        wave = 3 * np.sin(np.arange(100) / 15 + rng.uniform(0, 6))
        top, deep = rng.uniform(12, 25), rng.uniform(45, 65)
        depth = np.arange(80)[:, None]
        mask[(depth > 6) & (depth < top + wave)] = 1
        mask[(depth >= top + wave) & (depth < deep + wave)] = 2
        masks.append((mask, ""))
    scene = layers_scene(masks[0][0])
    assert scene is not None and (draw_layers(scene, 80, 100) != masks[0][0]).mean() < 0.02
    layered = fit_shapes(masks, {1: "fat", 2: "muscle"})
    for number in range(8):
        mask = layered.sample("", (3, number), side=100)
        assert (mask.max(axis=0) == 2).all() and not (np.diff(mask.astype(int), axis=0) == -1).any()


@pytest.mark.parametrize(("change", "problem"), [
    (lambda mask: mask * 3, "mask-values-unknown"), (lambda mask: mask * 0, "mask-empty-for-class"),
    (lambda mask: np.roll(mask, 48, axis=0), "mask-too-deep"),
    (lambda mask: np.roll(mask, -35, axis=1), "mask-too-left"),
    (lambda mask: cv2.dilate(mask, np.ones((51, 51))), "mask-too-large"),
    (lambda mask: np.maximum(mask, np.roll(mask, 50, axis=1)), "mask-parts"),
    (combed, "mask-outline-uneven")])
def test_what_is_unlike_the_class_is_said(model: ShapeModel, change, problem: str) -> None:
    mask = model.sample("benign", (9, 1), side=128)
    changed = np.asarray(change(mask), np.uint8)
    found = mask_problems(changed, model.statistics("benign"), LABELS, class_name="benign")
    assert problem in {message.id for message in found}
    assert all(message.english() for message in found)
