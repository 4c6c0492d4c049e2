"""One network for several kinds of image: what it is told, how it draws, and its distilled twin."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import read_card
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.field_bank import collect, read_fields, write_fields
from medsynth_gui.engine.preconditioning import wiener
from medsynth_gui.engine.samplers import SAMPLERS, sample_euler, sample_exponential, sample_heun
from medsynth_gui.engine.synthesizer import Synthesizer
from medsynth_gui.engine.training.domains import domain_of
from medsynth_gui.engine.training.recipe import read_recipe
from medsynth_gui.engine.training.synthesis import SynthesisTask, flow_times
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.synthesize import Synthesize
from medsynth_gui.jobs.train import Train, read_training_data
from tests.builders import disc
from tests.engine.conftest import SYNTHESIS
from tests.engine.test_training import CPU

RUNTIME = Runtime(torch.device("cpu"), "fp32", 1)


@pytest.fixture
def generator(recipe, tiny_set, tmp_path):
    """A trained model folder of three steps."""
    path = recipe(SYNTHESIS.replace('evaluation = { segmenter = "seg-breast-us", images = 2 }\n', ""))
    Train(str(path), (tiny_set,), tmp_path / "gen", compute=CPU).run(JobContext())
    return tmp_path / "gen"


def test_a_domain_says_which_embedding_and_how_often(recipe, tiny_set, tmp_path):
    rows = '{ tiny = { first_class = 1, classes = ["b", "a"], geometry = { mirror = false } } }'
    text = SYNTHESIS.replace('classes = ["a", "b"]\n', "").replace(
        'data = { sets = ["tiny"] }', f'data = {{ sets = ["tiny"], domains = {rows} }}')
    read = read_recipe(recipe(text))
    domain = domain_of(read, "tiny")
    assert [domain.class_index(name) for name in (None, "b", "a", "unheard")] == [1, 2, 3, 1]
    assert not domain.geometry.mirror and domain_of(read, "elsewhere").geometry.mirror
    assert domain_of(read, "elsewhere").class_index(None) == 0


def test_shares_hold_between_sets_of_any_size(recipe, tiny_set):
    data = read_training_data((tiny_set,), masks=True)
    half = len(data.train) // 4
    items = tuple(replace(item, set_name="few") if number < half else item for number, item in enumerate(data.train))
    rows = '{ tiny = { share = 0.2, classes = ["a", "b"] }, few = { share = 0.8, classes = ["a", "b"] } }'
    text = SYNTHESIS.replace('data = { sets = ["tiny"] }', f'data = {{ sets = ["tiny"], domains = {rows} }}')
    task = SynthesisTask(read_recipe(recipe(text)), replace(data, train=items), torch.device("cpu"), lambda *_: None)
    assert task.weights[:half].sum() == pytest.approx(0.8) and task.weights.sum() == pytest.approx(1)


def test_noise_between_two_seeds_starts_at_one_and_ends_at_the_other(generator):
    synthesizer = Synthesizer(read_card(generator), RUNTIME)
    mask = disc(32, 32, center=(16, 16), radius=6)

    def draw(**options):
        return synthesizer.synthesize(mask, class_name="a", **options).astype(int)

    assert (draw(seed=1, between=(2, 0.0)) == draw(seed=1)).all()
    assert np.abs(draw(seed=1, between=(2, 1.0)) - draw(seed=2)).max() <= 1
    assert (draw(seed=1, between=(2, 0.5)) != draw(seed=1)).any()


def test_guidance_one_is_the_network_as_it_learned(generator):
    synthesizer = Synthesizer(read_card(generator), RUNTIME)
    mask = disc(32, 32, center=(16, 16), radius=6)
    weak, strong = (synthesizer.synthesize(mask, class_name="b", seed=3, guidance=value) for value in (1.0, 4.0))
    assert (weak != strong).any()


def test_a_preview_uses_the_distilled_twin_and_says_so(generator, recipe, tiny_set, tmp_path):
    text = (generator / "run.toml").read_text().replace('id = "tiny-syn"', 'id = "tiny-preview"').replace(
        'task = "synthesis"', 'task = "distillation"').replace('data = { sets = ["tiny"] }',
                                                               f'data = {{ sets = ["tiny"], teacher = "{generator}" }}')
    out = tmp_path / "twin"
    results = Train(str(recipe(text)), (tiny_set,), out, init=str(generator), compute=CPU).run(JobContext())
    assert results["calls"] == 2 and results["gray_levels"] >= 0
    twin = read_card(out)
    card = generator / "card.toml"
    card.write_text(card.read_text() + f'\n[preview]\nfile = "../twin/weights.safetensors"\n'
                    f'sha256 = "{twin.weights_sha256}"\nsteps = 2\n')
    mask = disc(32, 32, center=(16, 16), radius=6)
    job = Synthesize(str(generator), (mask,), "a", seed=5, compute=CPU)
    (full,), (quick,) = job.run(JobContext()), replace(job, preview=True).run(JobContext())
    assert quick.provenance.synthetic and quick.provenance.parameters["preview"] is True
    assert quick.provenance.parameters["steps"] == 2 and (quick.image != full.image).any()
    card.write_text(card.read_text().replace(twin.weights_sha256, "0" * 64))
    with pytest.raises(ModelError, match="SHA-256"):
        Synthesizer(read_card(generator), RUNTIME).preview(mask, class_name="a", seed=5)


@pytest.mark.parametrize("file", ["../../weights.safetensors", "/etc/weights.safetensors", "../a/../b/w.safetensors"])
def test_a_card_points_at_no_file_outside_the_models(generator, file):
    card = generator / "card.toml"
    card.write_text(card.read_text().replace('file = "weights.safetensors"', f"file = {json.dumps(file)}"))
    with pytest.raises(ModelError, match="outside"):
        read_card(generator)


@pytest.mark.parametrize(("sample", "order"), [(sample_euler, 1), (sample_heun, 2)])
def test_a_sampler_gets_exact_with_its_order(sample, order):
    """dx/dt = x from 1 gives e."""
    def wrong(steps):
        return abs(float(sample(lambda x, _: x, torch.ones(1, 1, 1, 1, dtype=torch.float64), steps=steps)) - np.e)

    assert np.log2(wrong(64) / wrong(128)) == pytest.approx(order, abs=0.35 if order == 1 else 1.1)


def test_the_exponential_sampler_keeps_the_spread_that_straight_steps_lose():
    """Images spread about a known one: the flow's true end is an image of the same waves, each at its deviation."""
    expected = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(0)) - 1
    noise = torch.randn(8, 1, 64, 64, generator=torch.Generator().manual_seed(1))

    def velocity(x, time):
        return expected + wiener(x - time[:, None, None, None] * expected, time)[1]

    true = sample_heun(velocity, noise, steps=1000)
    low = {name: _low(sample(velocity, noise, steps=steps) - expected) / _low(true - expected)
           for name, sample, steps in (("exponential", sample_exponential, 8), ("straight", sample_heun, 10))}
    assert low["exponential"] == pytest.approx(1, abs=0.02)
    assert low["straight"] < 0.95
    assert sample_exponential(velocity, noise, steps=4).mean() == pytest.approx(float(true.mean()), abs=0.01)


def _low(images):
    return float(torch.fft.rfft2(images)[..., :2, :2].abs().square().mean().sqrt())


def test_nothing_is_drawn_beside_the_field_of_view(generator):
    field = np.zeros((1, 128, 128), bool)
    field[:, 64:] = True
    write_fields(generator, collect([(field[0], np.zeros((128, 128), np.uint8))]))
    image = Synthesizer(read_card(generator), RUNTIME).synthesize(np.zeros((32, 32), np.uint8), class_name="a", seed=1)
    assert not image[:16].any()
    assert image[16:].any()


def test_a_trained_generator_keeps_the_fields_of_view_that_its_recipe_asks_for(recipe, tiny_set, tmp_path):
    text = SYNTHESIS.replace('evaluation = { segmenter = "seg-breast-us", images = 2 }\n', "").replace(
        'data = { sets', 'data = { field = "fan", sets')
    Train(str(recipe(text)), (tiny_set,), tmp_path / "gen", compute=CPU).run(JobContext())
    assert read_fields(tmp_path / "gen") is not None


def test_nothing_is_drawn_in_the_padding():
    inside = torch.zeros(1, 1, 32, 32)
    inside[..., 8:24, :] = 1
    drawn = sample_exponential(lambda x, _: torch.ones_like(x), torch.randn(1, 1, 32, 32), steps=5, inside=inside)
    assert not drawn[inside == 0].any()
    assert drawn[inside > 0].any()


def test_a_generator_learns_at_times_where_brightness_is_decided():
    times = torch.cat([flow_times(8) for _ in range(200)])
    assert float((times < 0.05).float().mean()) > 0.08
    assert 0 < float(times.min()) < float(times.max()) < 1


def test_a_card_may_choose_its_sampler_and_an_unknown_one_gets_a_sentence(generator):
    card, mask = generator / "card.toml", np.zeros((32, 32), np.uint8)
    text = card.read_text()
    drawn = {}
    for name in SAMPLERS:
        card.write_text(text.replace("[input]", f'[input]\nsampler = "{name}"'))
        drawn[name] = Synthesizer(read_card(generator), RUNTIME).synthesize(mask, class_name="a", seed=5)
    assert not np.array_equal(drawn["exponential"], drawn["heun"])
    card.write_text(text.replace("[input]", '[input]\nsampler = "magic"'))
    with pytest.raises(ModelError, match="magic"):
        Synthesizer(read_card(generator), RUNTIME)
