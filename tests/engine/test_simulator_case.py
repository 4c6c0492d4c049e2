"""simulate: what comes out of a seed."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from medsynth_gui.core.errors import UsageError
from medsynth_gui.engine.simulator import PHANTOMS, measure, simulate, simulate_mask
from medsynth_gui.engine.simulator.domain import draw_domain
from medsynth_gui.engine.simulator.motion import Motion
from medsynth_gui.engine.simulator.probe import linear_probe
from medsynth_gui.engine.simulator.scanner import scan
from medsynth_gui.engine.simulator.tissue import Points

_CLASSES = {"breast-lesion": {"benign", "malignant", "normal"}, "fetal-head": {"head"}, "muscle-fat": {"limb"},
            "lung": {"a-lines", "b-lines"}, "nerve-vessel": {"bundle"}, "calcification": {"coarse", "micro"}}


@pytest.mark.parametrize("probe", ["linear", "curved"])
@pytest.mark.parametrize("phantom", list(PHANTOMS))
def test_every_phantom_gives_images_with_its_labels(phantom: str, probe: str) -> None:
    cases = [simulate(phantom, seed=seed, size=96, probe=probe, severity=seed % 4) for seed in range(4)]
    for case in cases:
        assert case.images.shape == case.masks.shape == (1, 96, 96)
        assert case.images.dtype == case.masks.dtype == np.uint8
        assert case.images.std() > 10
        assert case.class_name in _CLASSES[phantom]
        assert case.masks.max() <= len(PHANTOMS[phantom].labels)
    assert any(case.masks.any() for case in cases)


@pytest.mark.parametrize("phantom", list(PHANTOMS))
def test_same_seed_same_bytes(phantom: str) -> None:
    one, two, other = (simulate(phantom, seed=seed, size=96) for seed in (7, 7, 8))
    assert one.images.tobytes() == two.images.tobytes() and one.masks.tobytes() == two.masks.tobytes()
    assert one.parameters == two.parameters
    assert one.images.tobytes() != other.images.tobytes()


def test_a_label_is_as_large_as_its_spacing_says() -> None:
    case = simulate("fetal-head", seed=3, size=(200, 240), width_mm=240, depth_mm=180)
    assert (case.spacing.y_mm, case.spacing.x_mm, case.spacing.source) == (0.9, 1.0, "simulator")
    medium = case.parameters["medium"]
    area = np.pi * medium["half_axis_long_mm"] * medium["half_axis_short_mm"]
    assert case.masks[0].sum() * 0.9 * 1.0 == pytest.approx(area, rel=0.02)


def test_pixels_are_square_where_only_the_width_is_given() -> None:
    case = simulate("lung", seed=1, size=(64, 96), width_mm=96)
    assert case.spacing.y_mm == case.spacing.x_mm == 1.0


def test_lesions_have_the_sizes_and_classes_of_a_clinic() -> None:
    extent = linear_probe(64, 64, width_mm=40, depth_mm=40).extent()
    media = [PHANTOMS["breast-lesion"].draw(np.random.default_rng(seed), extent) for seed in range(150)]
    names = [medium.class_name for medium in media]
    assert 0.04 < names.count("normal") / len(names) < 0.25
    assert names.count("malignant") > 25 and names.count("benign") > 50
    widths = [float(medium.facts()["width_mm"]) / 40 for medium in media if medium.class_name != "normal"]
    assert min(widths) >= 0.05 and max(widths) <= 0.6
    assert np.percentile(widths, 10) < 0.2 and np.percentile(widths, 90) > 0.4


def test_a_normal_breast_has_an_empty_mask_and_no_other() -> None:
    cases = [simulate("breast-lesion", seed=seed, size=32, severity=0) for seed in range(30)]
    assert {bool(case.masks.any()) for case in cases} == {True, False}
    assert all(bool(case.masks.any()) == (case.class_name != "normal") for case in cases)


def test_a_seed_is_the_same_body_at_every_size() -> None:
    small, large = (simulate("breast-lesion", seed=3, size=size).masks[0] for size in (64, 128))
    assert small.any() and np.mean(large.reshape(64, 2, 64, 2).mean(axis=(1, 3)).round() != small) < 0.01


def test_a_cine_moves_smoothly_and_its_first_frame_is_the_still() -> None:
    cine = simulate("breast-lesion", seed=5, size=128, frames=8)
    still = simulate("breast-lesion", seed=5, size=128)
    assert cine.images.shape == cine.masks.shape == (8, 128, 128)
    assert np.array_equal(cine.images[0], still.images[0]) and np.array_equal(cine.masks[0], still.masks[0])
    centres = np.array([np.mean(np.nonzero(mask), axis=1) for mask in cine.masks])
    steps = np.hypot(*np.diff(centres, axis=0).T)
    assert steps.max() < 5 and steps.sum() > 1


def test_speckle_moves_with_the_tissue() -> None:
    """A frame looks like the first one carried along by the known motion, not like the first one itself."""
    probe = linear_probe(160, 160, width_mm=32, depth_mm=32)
    rng = np.random.default_rng(4)
    medium = PHANTOMS["breast-lesion"].draw(rng, probe.extent())
    domain = draw_domain(rng, frequency_mhz=(9, 9), compensated=0.7, median_gray=(90, 1), depth_mm=32, severity=0)
    motion = Motion(3.0, 0.0, (0.0, 0.0), 0.0, (16, 0, 8), 0.0, 1.0)
    images, _ = scan(medium, probe, domain, rng, rng, motion=motion, frames=2)
    shift = 3.0 / probe.spacing.x_mm
    carried = cv2.warpAffine(images[0], np.float32([[1, 0, shift], [0, 1, 0]]), (160, 160))
    inside = (slice(20, 120), slice(40, 120))
    texture = [image[inside].astype(float) - cv2.GaussianBlur(image, (0, 0), 4)[inside]
               for image in (images[0], images[1], carried)]
    moved = np.corrcoef(texture[1].ravel(), texture[2].ravel())[0, 1]
    unmoved = np.corrcoef(texture[1].ravel(), texture[0].ravel())[0, 1]
    assert moved > 0.6 and moved > unmoved + 0.3


def test_gray_values_are_met_when_asked_for() -> None:
    y = np.linspace(170, 20, 200)[:, None]
    wanted = np.clip(y + np.random.default_rng(0).normal(0, 25, (200, 240)), 0, 255).astype(np.uint8)
    like = measure(wanted, np.ones(wanted.shape, bool))
    for seed in range(4):
        image = simulate("breast-lesion", seed=seed, size=128, severity=0, like=like).images[0]
        assert np.abs(np.percentile(image, (10, 50, 90)) - (like.low, like.median, like.high)).max() < 25
        assert image[:32].mean() > image[-32:].mean() + 40


@pytest.mark.parametrize("change", [{"phantom": "elbow"}, {"size": 8}, {"severity": 4}, {"frames": 0},
                                    {"probe": "round"}])
def test_a_request_without_sense_is_refused_with_a_sentence(change: dict[str, object]) -> None:
    request: dict[str, object] = {"phantom": "lung", "seed": 1, "size": 64, **change}
    with pytest.raises(UsageError) as failure:
        simulate(request.pop("phantom"), **request)  # type: ignore[arg-type]
    assert "<" not in str(failure.value)


def test_the_simulator_needs_no_torch() -> None:
    code = "import sys, medsynth_gui.engine.simulator; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("phantom", list(PHANTOMS))
def test_a_mask_can_be_had_without_its_image(phantom: str) -> None:
    mask, class_name = simulate_mask(phantom, seed=5, size=64)
    case = simulate(phantom, seed=5, size=64, severity=0)
    assert np.array_equal(mask, case.masks[0]) and class_name == case.class_name


def test_vessels_are_dark_with_enhancement_behind_and_nerves_lie_beside_them() -> None:
    behind, inside, nerves = [], [], 0
    for seed in range(5):
        case = simulate("nerve-vessel", seed=seed, size=128, severity=0)
        image, mask = case.images[0].astype(float), case.masks[0]
        vessel = cv2.erode((mask == 2).astype(np.uint8), np.ones((7, 7))) > 0
        columns = vessel.any(axis=0)
        depth = np.arange(128)[:, None]
        bottom = 128 - (mask == 2)[::-1].argmax(axis=0)
        deep = (depth > bottom + 4) & (depth < bottom + 24)
        behind.append(np.median(image[deep & columns]) - np.median(image[(depth > 60) & ~(mask > 0).any(axis=0)]))
        inside.append(np.median(image[vessel]) - np.median(image[mask == 0]))
        nerves += bool((mask == 1).any())
    assert max(inside) < 0 and np.mean(behind) > 0 and nerves >= 4


def test_coarse_lime_is_bright_and_throws_a_shadow() -> None:
    medium = next(medium for seed in range(40) if (medium := PHANTOMS["calcification"].draw(
        np.random.default_rng(seed), linear_probe(64, 64, width_mm=36, depth_mm=36).extent())).class_name == "coarse")
    grain, loss_db = medium.grains[0]
    y = np.linspace(grain.y - 3, grain.y + 6, 400, dtype=np.float32)[:, None].repeat(2, 1)
    x = np.full_like(y, grain.x) + np.array([[0, 1e-3]], np.float32)
    with_lime, without = (item.tissue(Points(y, x, y, x)) for item in (medium, medium.breast))
    middle = int(np.argmin(np.abs(y[:, 0] - grain.y)))
    assert with_lime.echo_db[middle, 0] - without.echo_db[middle, 0] > 6
    lost = 2 * 9.0 * 0.1 * np.trapezoid((with_lime.attenuation - without.attenuation)[:, 0], y[:, 0])
    assert lost == pytest.approx(loss_db, rel=0.45)
    assert medium.labels(Points(y, x, y, x))[middle, 0] == 1
