"""What a model calls its values is what they are called in the label list, whatever value the list has for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session import commands
from medsynth_gui.session.label_meeting import in_listed_values
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings

NERVE_VESSEL = {1: "nerve", 2: "vessel"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(Settings(tmp_path / "settings.json"), folder=tmp_path / "journal")
    for title, gray in (("first", 0), ("second", 9)):
        commands.open_series(made, ImageSeries.from_array(np.full((1, 20, 30), gray, np.uint8), title=title))
    yield made
    made.close()


def offer(session: Session, names: dict[int, str]) -> None:
    """Propose every value of a model, in columns."""
    mask = np.zeros((20, 30), np.uint8)
    for value in names:
        mask[5:15, 4 * value:4 * value + 3] = value
    commands.offer_proposal(session, session.current, ResultLayer(
        {0: mask}, {}, Provenance(synthetic=False, producer="test"), "Test", names=names))


def accept(session: Session, names: dict[int, str]) -> list[str]:
    """Accept such a proposal; what its columns are called then."""
    offer(session, names)
    assert commands.accept_proposal(session)
    drawn = session.document.labels(0)
    return [session.label_set.find(int(drawn[10, 4 * value])).name for value in names]


def listed(session: Session) -> dict[int, str]:
    return {label.value: label.name for label in session.label_set}


def draw(session: Session) -> None:
    with session.document.step("draw"):
        session.document.paint(Region(0, 0, 0, 4, 4), np.ones((4, 4), np.bool_), 1)


def test_a_list_nobody_has_used_becomes_that_of_the_model(session: Session) -> None:
    assert listed(session) == {1: "lesion"}
    assert accept(session, NERVE_VESSEL) == ["nerve", "vessel"]
    assert listed(session) == NERVE_VESSEL and session.settings["label_set"] == "nerve-vessel"


def test_labels_in_use_keep_their_meaning_and_others_are_added(session: Session) -> None:
    draw(session)
    commands.select_series(session, session.opened[0].key)
    assert accept(session, NERVE_VESSEL) == ["nerve", "vessel"]
    assert listed(session) == {1: "lesion", 2: "nerve", 3: "vessel"}
    assert accept(session, {1: "Lesion"}) == ["lesion"]


def test_a_list_that_a_person_changed_is_added_to(session: Session) -> None:
    commands.add_label(session, "cyst")
    assert accept(session, {1: "head"}) == ["head"]
    assert listed(session) == {1: "lesion", 2: "cyst", 3: "head"}


def test_what_is_proposed_for_another_image_keeps_its_meaning(session: Session) -> None:
    offer(session, {1: "head"})
    commands.select_series(session, session.opened[0].key)
    assert accept(session, {1: "lesion"}) == ["lesion"]
    assert listed(session) == {1: "head", 2: "lesion"}


def test_what_is_compared_with_a_drawn_mask_is_in_its_values() -> None:
    layer = ResultLayer({0: np.array([[0, 1, 2]], np.uint8)}, {}, Provenance(synthetic=False, producer="test"), "Test",
                        names=NERVE_VESSEL)
    listed_ones = LabelSet.named("lesion", "vessel", "nerve")
    assert in_listed_values(listed_ones, layer).masks[0].tolist() == [[0, 3, 2]]
    assert in_listed_values(LabelSet.named("lesion", "nerve"), layer) is layer


def test_the_mask_of_a_synthetic_image_keeps_its_names(session: Session, tmp_path: Path) -> None:
    image = SyntheticImage(np.full((20, 30), 7, np.uint8), np.eye(20, 30, dtype=np.uint8),
                           Provenance(synthetic=True, producer="syn", seed=1), 0, None, {1: "head"})
    commands.add_label(session, "cyst")
    draw(session)
    shown = commands.open_synthetic(session, image)
    assert listed(session) == {1: "lesion", 2: "cyst", 3: "head"}
    assert set(np.unique(shown.document.labels(0))) == {0, 3}
    commands.open_project(session, tmp_path / "p", create=True)
    commands.change_label(session, 3, name="skull")
    sample, = commands.add_synthetic_to_project(session, [image])
    assert listed(session)[4] == "head" and sample.label_values == (4,)
