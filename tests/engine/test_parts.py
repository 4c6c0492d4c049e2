"""Networks, tiling, samplers, conditions, weights: the parts that models are made of."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from medsynth_gui.core.errors import ModelError, ResourceError
from medsynth_gui.engine.condition import condition_channels
from medsynth_gui.engine.device import resolve
from medsynth_gui.engine.networks.edsr import back_project
from medsynth_gui.engine.networks.table import ARCHITECTURES, build_network
from medsynth_gui.engine.samplers import sample_heun
from medsynth_gui.engine.tiling import in_tiles, tile_starts
from medsynth_gui.engine.training.augment import INTENSITY, Geometry, change_intensity, warp
from medsynth_gui.engine.training.data import Item, sampling_weights
from medsynth_gui.engine.training.losses import dice_cross_entropy
from tests.builders import disc, ramp


def test_every_architecture_in_the_table_builds():
    for name in ARCHITECTURES:
        assert sum(p.numel() for p in build_network(name, {}).parameters()) > 1000
    with pytest.raises(ModelError, match="perceptron"):
        build_network("perceptron", {})
    with pytest.raises(ModelError):
        build_network("edsr", {"colour": 3})


@pytest.mark.parametrize("unshuffle", [2, 4])
def test_segmentation_network_keeps_the_size(unshuffle):
    network = build_network("unshuffle-unet", {"classes": 3, "widths": [32, 32, 32], "blocks": [1, 1, 1],
                                               "unshuffle": unshuffle})
    output = network(torch.zeros(2, 1, 64, 96))
    assert output.logits.shape == (2, 3, 64, 96) and output.presence.shape == (2, 2)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(8, 40))
@settings(max_examples=40, deadline=None)
def test_tiles_of_an_identity_give_the_image_back(rows, columns, tile):
    image = ramp(rows, columns)
    result = in_tiles(image, lambda part: part[None].astype(np.float32), tile=tile, overlap=tile // 4)
    assert np.allclose(result[0], image, atol=1e-3)
    covered = {pixel for start in tile_starts(columns, tile, tile // 4) for pixel in range(start, start + tile)}
    assert set(range(columns)) <= covered


def test_heun_is_exact_for_a_straight_flow_and_second_order_for_a_bent_one():
    start = torch.zeros(1, 1, 2, 2)
    assert torch.allclose(sample_heun(lambda x, t: torch.ones_like(x), start, steps=3), torch.ones(1, 1, 2, 2))

    def error(steps):
        return abs(float(sample_heun(lambda x, t: x, start + 1, steps=steps)[0, 0, 0, 0]) - np.e)

    assert error(16) < error(4) / 3


def test_sampling_reports_every_step_and_can_be_cancelled():
    seen = []
    sample_heun(lambda x, t: x, torch.zeros(1, 1, 2, 2), steps=4, on_step=lambda step, x: seen.append(step))
    assert seen == [1, 2, 3, 4]


def test_condition_tells_label_distance_and_inside():
    mask = disc(32, 32, center=(16, 16), radius=6)
    inside = np.zeros((32, 32), bool)
    inside[4:28] = True
    region, distance, where = condition_channels(mask, inside, labels=1)
    assert (region == mask).all() and (where == inside).all()
    assert distance[16, 16] > 0 > distance[0, 0]
    assert condition_channels(mask * 0, inside, labels=2).shape == (5, 32, 32)


def test_back_projection_gives_the_small_image_back():
    small = torch.rand(1, 1, 16, 16) * 0.8 + 0.1
    large = back_project((torch.nn.functional.interpolate(small, scale_factor=2) + 0.02), small)
    assert torch.allclose(torch.nn.functional.avg_pool2d(large, 2), small, atol=1e-4)


def test_augmentation_moves_image_and_mask_alike_and_keeps_padding_black():
    mask = disc(64, 64, center=(30, 34), radius=12)
    rng = np.random.default_rng(3)
    for _ in range(20):
        image, moved = warp(mask * 200, mask, Geometry(), rng)
        assert (((image > 100) != (moved > 0)).sum()) < 0.15 * mask.sum()
    image = ramp(64, 64)
    image[:, :10] = 0
    for _ in range(20):
        assert not change_intensity(image, rng, most=len(INTENSITY))[:, :10].any()


def test_class_shares_decide_how_often_an_image_is_drawn():
    items = [Item("s", str(n), str(n), None, class_name="ab"[n > 0]) for n in range(5)]
    weights = sampling_weights(items, {"a": 0.5, "b": 0.5})
    assert weights[0] == pytest.approx(0.5) and weights.sum() == pytest.approx(1)


def test_loss_is_small_where_the_logits_are_right():
    target = torch.from_numpy(disc(32, 32, center=(16, 16), radius=8)).long()[None]
    right = torch.stack([1 - target, target], 1).float() * 20
    assert dice_cross_entropy(right, target) < 0.01 < 1 < dice_cross_entropy(-right, target)


def test_a_device_that_is_not_there_is_a_sentence():
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ResourceError, match="cuda"):
        resolve("cuda")
    assert resolve("auto").device.type in ("cpu", "mps")
