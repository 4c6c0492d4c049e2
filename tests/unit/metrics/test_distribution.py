from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.metrics.distribution import METRICS, Figure, compare, half_draws, held_out_draws, rank
from medsynth_gui.metrics.feature_distances import (
    Pair,
    Sample,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
)


def normal(count: int, *, mean: float = 0.0, deviation: float = 1.0, seed: int = 0, size: int = 4) -> np.ndarray:
    """Features (count, size), exactly of this mean and covariance deviation^2 I."""
    raw = np.random.default_rng(seed).standard_normal((count, size))
    raw -= raw.mean(0)
    raw = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T
    return raw * deviation + mean


def test_frechet_distance_of_two_gaussians() -> None:
    found = frechet_distance(normal(500), normal(300, mean=2.0, deviation=3.0, seed=1))
    assert found == pytest.approx(4 * 2.0**2 + 4 * (3.0 - 1.0) ** 2)
    correlated = normal(400, seed=2) @ np.diag([1.0, 2.0, 3.0, 4.0])
    assert frechet_distance(normal(200), correlated) == pytest.approx(0 + 1 + 4 + 9)
    assert frechet_distance(correlated, correlated) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_fewer_images_than_features() -> None:
    x, y = (np.random.default_rng(seed).standard_normal((12, 30)) for seed in (0, 1))
    a, b = np.cov(x.T), np.cov(y.T)
    values = np.linalg.eigvals(a @ b).real.clip(0)
    wanted = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a) + np.trace(b) - 2 * np.sqrt(values).sum()
    assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-4)


def test_extrapolation_takes_away_what_small_numbers_add() -> None:
    random = np.random.default_rng(3)
    pairs = [random.standard_normal((2, 400, 8)) for _ in range(10)]
    assert np.mean([frechet_distance(*pair) for pair in pairs]) > 0.05
    assert abs(np.mean([frechet_infinity(*pair) for pair in pairs])) < 0.02


def test_kernel_distance_is_unbiased_and_has_its_closed_form() -> None:
    random = np.random.default_rng(0)
    same = [kernel_distance(*random.standard_normal((2, 40, 5))) for _ in range(200)]
    assert abs(np.mean(same)) < 3 * np.std(same) / np.sqrt(200)
    apart = kernel_distance(np.full((5, 1), 1.0), np.full((7, 1), 2.0))
    assert apart == pytest.approx((1 + 1) ** 3 + (4 + 1) ** 3 - 2 * (2 + 1) ** 3)


def test_identical_sets_cover_each_other_and_distant_ones_do_not() -> None:
    features = normal(60)
    same, apart = (Pair(Sample(features), Sample(features + shift)) for shift in (0.0, 50.0))
    assert (same.coverage, same.precision, same.recall) == (1.0, 1.0, 1.0)
    assert (apart.coverage, apart.precision, apart.recall, apart.density) == (0.0, 0.0, 0.0, 0.0)


def test_images_of_one_patient_do_not_shrink_its_reach() -> None:
    spots = np.repeat(np.arange(8.0)[:, None], 6, axis=0) + np.random.default_rng(0).normal(0, 1e-3, (48, 1))
    between = np.arange(0.5, 7.5)[:, None]
    blind, aware = Sample(spots), Sample(spots, np.repeat(np.arange(8), 6))
    assert Pair(blind, Sample(between)).coverage == 0.0
    assert Pair(aware, Sample(between)).coverage == 1.0


def test_halves_share_no_patient_and_are_of_one_size() -> None:
    groups = np.random.default_rng(0).integers(0, 25, 120)
    for draw in half_draws(groups, made=200, repeats=5):
        assert not set(groups[draw.reference]) & set(groups[draw.others])
        assert len(draw.reference) == len(draw.others) == len(draw.made) > 40
        assert len(set(draw.made)) == len(draw.made)
    held = np.arange(120) < 50
    assert all(held[draw.reference].all() and not held[draw.others].any() for draw in held_out_draws(held, 30))


@pytest.mark.parametrize(("groups", "made"), [(np.zeros(100, int), 100), (np.arange(100), 9), (np.arange(18), 100)])
def test_too_few_images_or_one_patient_are_refused(groups: np.ndarray, made: int) -> None:
    with pytest.raises(InputError) as caught:
        half_draws(groups, made)
    assert caught.value.message.id == "images-too-few"


def test_other_real_images_pass_and_spoilt_ones_fail() -> None:
    real, good, bad = Sample(normal(200, size=8)), Sample(normal(100, seed=5, size=8)), Sample(
        normal(100, mean=0.7, deviation=0.3, seed=5, size=8))
    draws = half_draws(np.arange(200), 100, repeats=8)
    fine, poor = (compare(real, made, draws, encoder="enc").figures for made in (good, bad))
    assert {name: fine[name].verdict for name in ("KD", "FD", "coverage", "precision")} == dict.fromkeys(
        ("KD", "FD", "coverage", "precision"), "as real")
    assert {poor[name].verdict for name in ("KD", "FD-infinity", "recall")} == {"far"}
    assert fine["FD-infinity"].record("enc-x")["name"] == "FD-enc-x-infinity"
    assert set(fine) == set(METRICS)


def test_unlike_scores_are_not_ranked() -> None:
    kind = {"encoder": "a", "reference": "r", "images": 100}
    assert rank({"x": kind, "y": kind}, {"x": 2.0, "y": 1.0}, "KD") == ["y", "x"]
    assert rank({"x": kind, "y": kind}, {"x": 2.0, "y": 1.0}, "coverage") == ["x", "y"]
    with pytest.raises(InputError, match="differ in images"):
        rank({"x": kind, "y": {**kind, "images": 90}}, {"x": 2.0, "y": 1.0}, "KD")


def test_times_real_of_a_distance_uses_what_real_draws_reach() -> None:
    assert Figure("KD", 0.9, 0.8, 1.0, real=0.0, real_low=-0.3, real_high=0.3).times_real == pytest.approx(3)
    assert Figure("coverage", 0.45, 0.4, 0.5, real=0.9, real_low=0.8, real_high=1.0).times_real == pytest.approx(0.5)
