"""Synthesize: what the gates say of an image goes wherever the image goes. The network is a fake."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.workspaces.library import LibraryWorkspace
from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.jobs.catalogue import list_models
from tests.gui.fake_generator import FakeGates, FakeGenerator
from tests.gui.studio_window import click, go, settle
from tests.gui.test_synthesize_workspace import draw_lesion, fakes, fill, page, window_of

__all__ = ["fakes", "page"]
pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")


def notice(page: SynthesizeWorkspace) -> str:
    return window_of(page).notice.text


def test_a_live_image_is_judged_before_it_is_sent_and_no_project_takes_it_if_a_gate_turned_it_down(
        qtbot: QtBot, page: SynthesizeWorkspace, fakes: tuple[FakeGenerator, FakeGates], tmp_path: Path) -> None:
    window = window_of(page)
    assert use_project(window.context, tmp_path / "study", create=True)
    seed = page.setup.seed.value()
    fakes[1].unfaithful = {seed}
    draw_lesion(qtbot, page)
    click(qtbot, window, "synthesize-annotate")
    settle(qtbot, window)
    assert window.workspace.key == "annotate" and "does not find the mask" in notice(page)
    provenance = window.context.session.current.series.provenance
    assert [gate["gate"] for gate in provenance.turned_down] == ["faithful"]
    library = go(qtbot, window, "library")
    assert isinstance(library, LibraryWorkspace)
    library.grid.selectAll()
    library.add_to_project()
    settle(qtbot, window)
    assert not window.context.session.project.samples()
    assert any("turned down" in failure.message.english() for failure in window.context.failures)
    page = go(qtbot, window, "synthesize")
    qtbot.waitUntil(lambda: page.showing.acceptable, timeout=20_000)
    assert len(page.rejected.model.made) == 1


def test_a_live_image_that_was_turned_down_is_not_kept_until_it_is_taken_anyway(
        qtbot: QtBot, page: SynthesizeWorkspace, fakes: tuple[FakeGenerator, FakeGates], tmp_path: Path) -> None:
    window = window_of(page)
    assert use_project(window.context, tmp_path / "study", create=True)
    fakes[1].unfaithful = {page.setup.seed.value()}
    draw_lesion(qtbot, page)
    for _ in range(2):
        click(qtbot, window, "synthesize-keep")
        settle(qtbot, window)
    assert "Not kept" in notice(page) and len(page.rejected.model.made) == 1
    assert page.image_bar.state.text() == "Mask not found again"
    taken = page.collection.take_anyway(page.rejected.model.made[0])
    page.collection.keep(taken)
    sample, = window.context.session.project.samples()
    assert sample.provenance.parameters["gates_overruled"] and not sample.provenance.turned_down


def test_an_image_of_the_strip_is_judged_and_kept(qtbot: QtBot, page: SynthesizeWorkspace, tmp_path: Path) -> None:
    window = window_of(page)
    assert use_project(window.context, tmp_path / "study", create=True)
    draw_lesion(qtbot, page)
    fill(qtbot, page, 2)
    page.gallery.list.selectAll()
    page.make_strip()
    settle(qtbot, window)
    made = page.collection.strip.made[3]
    assert made.verdicts is not None
    page.collection.keep(made)
    assert page.collection.strip.made[3].sample_id and len(window.context.session.project.samples()) == 1
    page.between.strip.setCurrentIndex(page.collection.strip.index(5))
    click(qtbot, window, "synthesize-reject")
    assert page.collection.strip.rowCount() == 6 and len(page.rejected.model.made) == 1, "the other steps stay"
