"""Synthesize: masks to choose from, whatever they come from, with a word where one is unusual."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.synthesize_mask_chooser import MaskChooser
from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from medsynth_gui.io.shape_file import NAME
from medsynth_gui.jobs.catalogue import list_models
from tests.builders import disc, ramp
from tests.gui.studio_window import click, go, settle, studio_window, write_masks

pytestmark = pytest.mark.skipif(not any((card.folder / NAME).is_file() for card in list_models("synthesis")),
                                reason="no generator with a shape model is shipped yet")


@pytest.fixture
def page(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[MainWindow, SynthesizeWorkspace]]:
    """The workspace, without the live image: no generator runs here."""
    with studio_window(qtbot) as window:
        shown = go(qtbot, window, "synthesize")
        assert isinstance(shown, SynthesizeWorkspace)
        monkeypatch.setattr(shown.live, "ask", lambda request: None)
        yield window, shown


def pick(qtbot: QtBot, window: MainWindow, chooser: MaskChooser, row: int) -> None:
    place = chooser.grid.visualRect(chooser.tiles.index(row)).center()
    qtbot.mouseClick(chooser.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, window)


def test_the_shape_model_offers_masks_of_the_class_and_one_is_taken(qtbot: QtBot, page) -> None:
    window, synthesize = page
    chooser, source = synthesize.setup.chooser, synthesize.source
    chooser.switch.choose("shapes")
    settle(qtbot, window)
    assert len(chooser.tiles.candidates) == 9 and len(source.masks()) == 1 and source.names == ("shape-1-0",)
    pick(qtbot, window, chooser, 4)
    assert source.names == ("shape-1-4",) and source.parents == ((),)
    assert np.array_equal(source.masks()[0], chooser.tiles.candidates[4].mask) and not synthesize.pad.empty
    click(qtbot, window, "mask-another")
    settle(qtbot, window)
    assert [one.name for one in chooser.tiles.candidates][:2] == ["shape-1-9", "shape-1-10"]


def test_folder_masks_are_used_in_turn_unusual_ones_say_why_and_one_is_warped(qtbot: QtBot, page,
                                                                             tmp_path: Path) -> None:
    window, synthesize = page
    chooser, source = synthesize.setup.chooser, synthesize.source
    write_masks(tmp_path / "masks", 3, radius=18)
    write_label_png(tmp_path / "masks" / "z.png", disc(96, 128, center=(48, 64), radius=45))
    chooser.switch.choose("folder")
    settle(qtbot, window)
    assert not source.masks() and "folder" in source.words()
    chooser.folder_field.set_path(tmp_path / "masks")
    settle(qtbot, window)
    assert len(source.masks()) == 4 and "4 masks" in source.words()
    pick(qtbot, window, chooser, 3)
    assert source.names == ("z.png",) and "% of the image" in chooser.problems.text()
    pick(qtbot, window, chooser, 1)
    assert not chooser.problems.text()
    click(qtbot, window, "mask-warp")
    settle(qtbot, window)
    assert chooser.switch.key == "warped" and source.parents == (("case-01.png",),)
    assert len({one.mask.tobytes() for one in chooser.tiles.candidates}) == 9


def test_a_drawn_mask_is_judged_when_the_hand_rests(qtbot: QtBot, page) -> None:
    window, synthesize = page
    synthesize.setup.chooser.switch.choose("draw")
    synthesize.pad.load(disc(192, 256, center=(100, 120), radius=90), "Draw")
    qtbot.waitUntil(lambda: "% of the image" in synthesize.setup.chooser.problems.text(), timeout=20_000)
    settle(qtbot, window)


def test_a_project_without_masks_says_so_in_its_own_words(qtbot: QtBot, page, tmp_path: Path) -> None:
    window, synthesize = page
    chooser = synthesize.setup.chooser
    chooser.switch.choose("project")
    settle(qtbot, window)
    assert "No project is open" in chooser.problems.text() and not synthesize.source.masks()
    assert use_project(window.context, tmp_path / "study", create=True)
    go(qtbot, window, "library")
    go(qtbot, window, "synthesize")
    assert "no real image with a mask" in chooser.problems.text()


def test_the_mask_of_a_source_goes_with_it_where_the_next_one_has_none(qtbot: QtBot, page, tmp_path: Path) -> None:
    window, synthesize = page
    chooser = synthesize.setup.chooser
    chooser.switch.choose("shapes")
    settle(qtbot, window)
    assert not synthesize.pad.empty and synthesize.setup.go.isEnabled()
    chooser.switch.choose("project")
    settle(qtbot, window)
    assert synthesize.pad.empty and not synthesize.setup.go.isEnabled()
    chooser.switch.choose("shapes")
    settle(qtbot, window)
    assert not synthesize.pad.empty and synthesize.setup.go.isEnabled()


def test_masks_that_were_left_out_are_told_in_the_panel_and_several_unusual_ones_say_why(
        qtbot: QtBot, page, tmp_path: Path) -> None:
    window, synthesize = page
    chooser, folder = synthesize.setup.chooser, tmp_path / "masks"
    write_masks(folder, 2, radius=18)
    for number in range(3):
        write_label_png(folder / f"large-{number}.png", disc(96, 128, center=(48, 64), radius=44 + number))
        write_gray_png(folder / f"picture-{number}.png", ramp(96, 128))
    chooser.switch.choose("folder")
    chooser.folder_field.set_path(folder)
    settle(qtbot, window)
    assert "3 of 8 masks were left out" in chooser.left_out.text() and "picture" in chooser.left_out.text()
    assert chooser.left_out.isVisible()
    told = chooser.problems.text()
    assert "3 of 5 masks are unusual" in told and "% of the image" in told and "pointer" in told
    chooser.switch.choose("shapes")
    settle(qtbot, window)
    assert not chooser.left_out.isVisible()
