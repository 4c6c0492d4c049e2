"""Labels: order, merging, removing, sets that are kept as they were left, codes that exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.sr.codedict import codes

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import PALETTE
from medsynth_gui.session import commands
from medsynth_gui.session.label_sets import list_label_sets, load_label_set
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.tools.base import PointerEvent

FRAMES, ROWS, COLUMNS = 5, 40, 50


def start(folder: Path) -> Session:
    made = Session(Settings(folder / "settings.json"), folder=folder / "journal")
    commands.open_series(made, ImageSeries.from_array(np.zeros((FRAMES, ROWS, COLUMNS), np.uint8), title="clip"))
    return made


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = start(tmp_path)
    for name in ("cyst", "duct"):
        commands.add_label(made, name)
    for frame, value in ((0, 1), (0, 2), (3, 2), (4, 3)):
        with made.document.step("draw"):
            made.document.paint(Region(frame, 5 * value, 5, 5 * value + 8, 30), np.ones((8, 25), bool), value)
    yield made
    made.close()


def pixels(session: Session) -> np.ndarray:
    return np.stack([session.document.labels(frame) for frame in range(FRAMES)])


def test_merging_is_one_step_over_all_frames(session: Session) -> None:
    before = pixels(session).copy()
    changed = commands.merge_label(session, 2, 1)
    assert changed == np.count_nonzero(before == 2)
    assert (pixels(session) == np.where(before == 2, 1, before)).all()
    assert commands.undo(session) == "Merge cyst into lesion"
    assert (pixels(session) == before).all()


@pytest.mark.parametrize("locked", [1, 2])
def test_a_locked_label_is_not_merged_and_not_removed(session: Session, locked: int) -> None:
    commands.change_label(session, locked, locked=True)
    before = pixels(session).copy()
    with pytest.raises(UsageError, match="locked"):
        commands.merge_label(session, 2, 1)
    with pytest.raises(UsageError, match="locked"):
        commands.remove_label(session, locked)
    assert (pixels(session) == before).all()


def test_only_a_label_without_pixels_leaves_the_list_and_never_the_last(session: Session) -> None:
    with pytest.raises(UsageError, match="drawn"):
        commands.remove_label(session, 2)
    commands.merge_label(session, 2, 1)
    commands.remove_label(session, 2)
    assert [label.value for label in session.label_set] == [1, 3]
    commands.merge_label(session, 3, 1)
    commands.remove_label(session, 3)
    with pytest.raises(UsageError, match="at least one"):
        commands.remove_label(session, 1)
    assert session.active_label == 1


def test_the_order_is_the_persons_and_outlives_a_restart(session: Session, tmp_path: Path) -> None:
    commands.move_label(session, 3, -1)
    commands.move_label(session, 1, 9)
    order = [3, 2, 1]
    assert [label.value for label in session.label_set] == order
    labels = session.label_set
    session.close()
    again = start(tmp_path)
    assert again.label_set == labels
    again.close()


def test_switching_the_set_loses_nothing(session: Session) -> None:
    commands.change_label(session, 2, name="simple cyst", color="#112233")
    mine, drawn = session.label_set, pixels(session).copy()
    first = session.settings["label_set"]
    commands.use_label_set(session, "nerve-vessel")
    assert [label.name for label in session.label_set] == ["nerve", "vessel", "label 3"]
    assert (pixels(session) == drawn).all()
    commands.use_label_set(session, first)
    assert session.label_set == mine


def test_a_project_keeps_its_own_labels(session: Session, tmp_path: Path) -> None:
    commands.open_project(session, tmp_path / "project", create=True)
    mine = session.label_set
    commands.add_label(session, "only here")
    commands.change_label(session, 1, opacity=0.8)
    theirs = session.label_set
    commands.close_project(session)
    assert session.label_set == mine
    commands.open_project(session, tmp_path / "project")
    assert session.label_set == theirs
    commands.close_project(session)


def test_every_code_of_a_label_set_is_one_that_dicom_knows() -> None:
    named = (getattr(codes.SCT, name) for name in dir(codes.SCT))
    known = {(code.value, code.meaning.casefold()) for code in named if hasattr(code, "meaning")}
    coded = [label for name in list_label_sets() for label in load_label_set(name) if label.concept]
    assert len(coded) >= 8
    for label in coded:
        assert label.concept.scheme == "SCT"
        assert (label.concept.code, label.concept.meaning.casefold()) in known


def test_every_colour_of_the_palette_is_seen_on_black_and_apart_from_its_neighbour() -> None:
    def luminance(color: str) -> float:
        share = [int(color[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in share]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert len(set(PALETTE)) == len(PALETTE)
    assert min((luminance(color) + 0.05) / 0.05 for color in PALETTE) >= 3


def test_a_locked_or_hidden_label_is_told_by_its_own_name(session: Session) -> None:
    first = 1
    told: list[Message] = []
    session.problem.connect(told.append)
    cyst = commands.add_label(session, "mole")
    commands.change_label(session, first, name="lesion", locked=True)
    session.toolbox.choose("edit_outline")
    session.toolbox.press(PointerEvent(8, 10))
    commands.change_label(session, cyst.value, visible=False)
    session.toolbox.choose("polygon")
    for y, x in ((2, 2), (2, 40), (38, 40)):
        session.toolbox.press(PointerEvent(y, x))
        session.toolbox.release(PointerEvent(y, x))
    commands.change_label(session, cyst.value, locked=True)
    session.toolbox.finish()
    assert [(message.id, message.params["label"]) for message in told] == [
        ("label-locked", "lesion"), ("label-hidden", "mole"), ("label-locked", "mole")]
