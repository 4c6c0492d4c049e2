"""Masks for a generator from every source: named, reproducible, with what speaks against them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.shapes.model import fit_shapes
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from medsynth_gui.io.shape_file import NAME, read_shape_model, write_shape_model
from medsynth_gui.jobs.mask_candidates import need_possible, values_for
from medsynth_gui.jobs.masks import MaskRequest, iterate, judge_mask, offered_sources, open_masks
from tests.builders import disc


@pytest.fixture
def card(tmp_path: Path) -> ModelCard:
    """A generator of discs whose shape model knows a class with them and one without."""
    rng = np.random.default_rng(0)
    masks = [(disc(64, 80, center=rng.uniform((26, 32), (38, 44)), radius=rng.uniform(6, 12)), "benign")
             for _ in range(30)] + [(np.zeros((64, 80), np.uint8), "normal")] * 10
    folder = tmp_path / "model"
    write_shape_model(folder / NAME, fit_shapes(masks, {1: "lesion"}))
    return ModelCard("syn-discs", "Discs", "synthesis", "flow-unet", folder, "", "CC0", ("US",), labels={1: "lesion"},
                     classes=("benign", "normal"), input={"phantom": "breast-lesion"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two masks that fit, a large one, one of another label, and a file that is none."""
    for name, center, radius in (("a", (30, 36), 8), ("b", (32, 40), 10), ("large", (32, 40), 28)):
        write_label_png(tmp_path / "masks" / f"{name}.png", disc(64, 80, center=center, radius=radius))
    write_label_png(tmp_path / "masks" / "other.png", disc(64, 80, center=(30, 30), radius=8) * 7)
    (tmp_path / "masks" / "torn.png").write_bytes(b"no image")
    return tmp_path / "masks"


def test_a_folder_is_used_in_name_order_and_its_faults_are_named(card: ModelCard, folder: Path) -> None:
    masks = open_masks(card, MaskRequest(folder=folder))
    found = [masks.at(number) for number in range(4)]
    assert [one.name for one in found] == ["a.png", "b.png", "large.png", "a.png"] and masks.count == 3
    assert [[problem.id for problem in one.problems] for one in found[:3]] == [[], [], ["mask-too-large"]]
    assert {Path(failure.path).name for failure in masks.failed} == {"other.png", "torn.png"}
    small = open_masks(card, MaskRequest("as-is", folder=folder, share=(0.0, 0.1)))
    assert small.count == 2
    with pytest.raises(UsageError, match="None of the"):
        open_masks(card, MaskRequest("as-is", folder=folder, share=(0.9, 1.0)))
    with pytest.raises(InputError):
        open_masks(card, MaskRequest("as-is", folder=folder / "nothing"))


def test_a_training_set_lends_the_masks_of_its_training_part(card: ModelCard, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("a", "b", "large"):
        write_gray_png(tmp_path / "images" / f"{name}.png", np.zeros((64, 80), np.uint8))
    (tmp_path / "index.csv").write_text("id,group,class,split\na,p1,benign,train\nb,p2,benign,test\n"
                                        "large,p3,malignant,train\n", encoding="utf-8")
    assert open_masks(card, MaskRequest(folder=tmp_path)).count == 2
    found = open_masks(card, MaskRequest(class_name="benign", folder=tmp_path))
    assert found.count == 1 and found.at(0).parents == ("a",)


def test_warped_masks_name_their_parents_and_are_no_worse(card: ModelCard, folder: Path) -> None:
    masks = open_masks(card, MaskRequest("warped", seed=4, folder=folder, share=(0.02, 0.12)))
    found = [masks.at(number) for number in range(6)]
    assert {one.parents for one in found} == {("a.png",), ("b.png",)}
    assert all(not one.problems and 0.02 <= (one.mask > 0).mean() <= 0.12 for one in found)
    again = open_masks(card, MaskRequest("warped", seed=4, folder=folder, share=(0.02, 0.12))).at(5)
    assert np.array_equal(again.mask, found[5].mask) and again.name == found[5].name


def test_a_project_lends_the_masks_of_real_samples_of_the_class(card: ModelCard, folder: Path) -> None:
    samples = tuple(Sample(name, name, folder / "x.png", "", 64, 80, None, class_name=class_name,
                           mask=folder / f"{name}.png") for name, class_name in (("a", "benign"), ("large", "normal")))
    found = open_masks(card, MaskRequest("project", "benign", samples=samples))
    assert found.count == 1 and found.at(0).parents == ("a",)
    with pytest.raises(UsageError, match="of the class"):
        open_masks(card, MaskRequest("project", "malignant", samples=samples))


def test_labels_of_a_project_are_found_by_their_names(card: ModelCard, folder: Path) -> None:
    labels = LabelSet((Label(1, "head", "#fff"), Label(7, "Lesion", "#fff")))
    values = values_for(card, labels)
    assert values == {1: 0, 7: 1} and values_for(card, LabelSet.named("cyst")) == {}
    samples = tuple(Sample(name, name, folder / "x.png", "", 64, 80, None, mask=folder / f"{name}.png")
                    for name in ("a", "other"))
    found = open_masks(card, MaskRequest("project", samples=samples, values=values))
    assert found.count == 1 and found.at(0).parents == ("other",) and set(np.unique(found.at(0).mask)) == {0, 1}


@pytest.mark.parametrize("source", ["shapes", "simulator"])
def test_invented_masks_depend_on_seed_and_index_alone(card: ModelCard, source: str) -> None:
    masks = open_masks(card, MaskRequest(source, "benign", 7))
    first, second = masks.at(0), masks.at(1)
    other = open_masks(card, MaskRequest(source, "benign", 7)).at(1)
    assert np.array_equal(second.mask, other.mask) and first.mask.any() and not first.parents
    assert next(iterate(masks, 1)).name == second.name != first.name


def test_a_class_without_labels_gets_empty_masks(card: ModelCard) -> None:
    assert not open_masks(card, MaskRequest("shapes", "normal", 7)).at(0).mask.any()


def test_sources_are_those_that_model_and_request_have(card: ModelCard, tmp_path: Path) -> None:
    bare = ModelCard("bare", "", "synthesis", "flow-unet", tmp_path, "", "CC0", labels={1: "lesion"})
    assert offered_sources(card, MaskRequest()) == ("shapes", "simulator")
    with pytest.raises(UsageError, match="no mask"):
        open_masks(bare, MaskRequest())
    with pytest.raises(UsageError, match="shapes"):
        open_masks(bare, MaskRequest("shapes"))
    assert judge_mask(bare, disc(32, 32, center=(9, 9), radius=4)) == ()


def test_impossible_masks_are_refused_with_a_sentence(card: ModelCard) -> None:
    empty = np.zeros((64, 80), np.uint8)
    need_possible(card, empty, "normal")
    with pytest.raises(InputError, match="benign images have something"):
        need_possible(card, empty, "benign")
    with pytest.raises(InputError, match="label values 5"):
        need_possible(card, disc(64, 80, center=(30, 40), radius=8) * 5, None)


def test_a_shape_model_survives_its_file_and_a_damaged_one_is_a_sentence(card: ModelCard, tmp_path: Path) -> None:
    path = card.folder / NAME
    model = read_shape_model(path)
    write_shape_model(tmp_path / "again.safetensors", model)
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(Exception, match="cannot be read"):
        read_shape_model(path)


def test_a_folder_of_other_labels_alone_is_told_in_their_words(card: ModelCard, tmp_path: Path) -> None:
    for name in "ab":
        write_label_png(tmp_path / "other" / f"{name}.png", disc(64, 80, center=(30, 30), radius=8) * 7)
    with pytest.raises(InputError) as caught:
        open_masks(card, MaskRequest(folder=tmp_path / "other"))
    assert caught.value.message.id == "mask-label-unknown" and caught.value.message.params["value"] == 7
    (tmp_path / "other" / "torn.png").write_bytes(b"no image")
    with pytest.raises(InputError) as caught:
        open_masks(card, MaskRequest(folder=tmp_path / "other"))
    assert caught.value.message.id == "no-masks-found"


def test_a_project_of_synthetic_masks_alone_says_that_real_ones_are_missing(card: ModelCard, folder: Path) -> None:
    synthetic = Sample("s", "s", folder / "x.png", "", 64, 80, Provenance(synthetic=True, producer="m"),
                       mask=folder / "a.png")
    with pytest.raises(UsageError) as caught:
        open_masks(card, MaskRequest("project", samples=(synthetic,)))
    assert caught.value.message.id == "mask-none-in-project"
