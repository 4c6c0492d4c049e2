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
from medsynth_gui.session.generator_choice import suitable_generator
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings

BREAST, HEAD, LUNGS = CARDS = tuple(
    ModelCard(name, name, "synthesis", "x", Path(), "", "CC0", modalities=modalities, labels={1: label})
    for name, label, modalities in (("breast", "lesion", ("US",)), ("head", "head", ("US",)),
                                    ("lungs", "lungs", ("CR", "DX"))))


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
