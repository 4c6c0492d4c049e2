"""The generator that is offered suits what is open, once; what a person chooses afterwards stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.session import commands
from medsynth_gui.session.generator_choice import keep_generator, suitable_generator
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.train_commands import use_model

BREAST, HEAD, LUNGS = CARDS = tuple(
    ModelCard(name, name, "synthesis", "x", Path(), "", "CC0", modalities=modalities, labels={1: label})
    for name, label, modalities in (("breast", "lesion", ("US",)), ("head", "head", ("US",)),
                                    ("lungs", "lungs", ("CR", "DX"))))

BREASTS, HEADS, CHESTS, PLEURA = SEGMENTERS = tuple(
    replace(card, id=f"seg-{card.id}", task="segmentation") for card in
    (BREAST, replace(HEAD, labels={1: "fetal head"}), LUNGS, replace(BREAST, id="pleura", labels={1: "pleura"})))
JUDGED = replace(HEAD, input={"segmenter": "seg-head"})


def like(*segmenters: ModelCard) -> list[tuple[ModelCard, bool]]:
    """What is known of an image that is like what these were taught with."""
    return [(card, card in segmenters) for card in SEGMENTERS]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(Settings(tmp_path / "settings.json"), folder=tmp_path / "journal")
    yield made
    made.close()


def show(session: Session, modality: str = "OT", provenance: Provenance | None = None) -> None:
    series = ImageSeries.from_array(np.zeros((1, 8, 8), np.uint8), title=modality, modality=modality)
    commands.open_series(session, replace(series, provenance=provenance) if provenance else series)


def test_nothing_open_leaves_the_choice(session: Session) -> None:
    assert suitable_generator(session, CARDS, BREAST) is None


def test_the_kind_of_image_and_the_labels_in_use_decide(session: Session) -> None:
    show(session, "DX")
    assert suitable_generator(session, CARDS, BREAST) is LUNGS
    commands.use_label_set(session, "fetal-head")
    show(session, "US")
    assert suitable_generator(session, CARDS, LUNGS) is HEAD
    assert suitable_generator(session, CARDS, BREAST) is None, "a person has chosen another one meanwhile"


def test_what_is_drawn_counts_before_what_could_be_drawn(session: Session) -> None:
    show(session)
    commands.add_label(session, "head")
    document = session.document
    assert document is not None
    with document.step("draw"):
        document.paint(Region(0, 1, 1, 4, 4), np.ones((3, 3), bool), 2)
    assert suitable_generator(session, CARDS, BREAST) is HEAD


def test_what_a_model_proposes_counts_before_what_could_be_drawn(session: Session) -> None:
    show(session)
    commands.add_label(session, "head")
    layer = ResultLayer({0: np.full((8, 8), 2, np.uint8)}, {}, Provenance(synthetic=False, producer="test"), "Test")
    commands.offer_proposal(session, session.current, layer)
    assert suitable_generator(session, CARDS, BREAST) is HEAD


def test_a_synthetic_image_goes_back_to_its_generator(session: Session) -> None:
    show(session, provenance=Provenance(synthetic=True, producer="head", seed=1))
    assert suitable_generator(session, CARDS, BREAST) is HEAD


def test_an_image_with_nothing_on_it_is_given_the_generator_of_the_segmenter_it_is_like(session: Session) -> None:
    show(session)
    cards = (BREAST, JUDGED, LUNGS)
    assert suitable_generator(session, cards, LUNGS) is BREAST, "the labels in use, while nothing else is known"
    assert suitable_generator(session, cards, BREAST, like(CHESTS)) is LUNGS, "they share their labels"
    assert suitable_generator(session, cards, BREAST) is None, "known once, it is not forgotten"
    show(session, "DX")
    assert suitable_generator(session, cards, BREAST, like(HEADS)) is LUNGS, "the file says that it is no ultrasound"
    show(session, "US")
    assert suitable_generator(session, cards, LUNGS, like(HEADS)) is JUDGED, "the card names its segmenter"


@pytest.mark.parametrize("known", [(), (BREASTS, CHESTS), (PLEURA,)])
def test_an_image_like_nothing_like_much_or_of_no_generator_leaves_it_to_the_labels_in_use(
        session: Session, known: tuple[ModelCard, ...]) -> None:
    show(session)
    assert suitable_generator(session, CARDS, HEAD, like(*known)) is BREAST


def test_what_is_drawn_counts_before_what_the_image_is_like(session: Session) -> None:
    show(session)
    assert suitable_generator(session, CARDS, BREAST, like(CHESTS)) is LUNGS
    document = session.document
    with document.step("draw"):
        document.paint(Region(0, 1, 1, 4, 4), np.ones((3, 3), bool), 1)
    assert suitable_generator(session, CARDS, LUNGS, like(CHESTS)) is BREAST


def test_a_persons_choice_stays_whatever_becomes_known_of_the_image(session: Session) -> None:
    show(session)
    assert suitable_generator(session, CARDS, LUNGS) is BREAST
    keep_generator(session.settings)
    assert suitable_generator(session, CARDS, HEAD, like(CHESTS)) is None
    show(session, "US")
    assert suitable_generator(session, CARDS, HEAD, like(BREASTS)) is BREAST, "another image"


def test_a_trained_model_that_is_taken_into_use_is_a_persons_choice(session: Session, tmp_path: Path) -> None:
    show(session)
    assert suitable_generator(session, CARDS, LUNGS) is BREAST
    use_model(session.settings, tmp_path / "mine", "synthesis")
    assert suitable_generator(session, CARDS, None, like(CHESTS)) is None
