"""The planner: what the dataset lacks is seen, targets are typed, gaps are filled, stopped, gone on with, reported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.dataset.plan import Stratum
from medsynth_gui.dataset.plan_file import read_plan
from medsynth_gui.dataset.project import Project
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.item_models.plan_model import KEYS
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.planner import Planner
from medsynth_gui.gui.panels.planner_run import Phase
from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.jobs import fill_estimate, fill_run
from medsynth_gui.jobs.fill_plan import FillPlan
from medsynth_gui.jobs.job import JobCancelled, JobContext
from tests.builders import ramp
from tests.gui.studio_window import LONG_MS, click, go, settle, studio_window
from tests.unit.dataset.builders import SCANNED, small_project
from tests.unit.jobs.fill_maker import MODEL, TinyMaker

FRAMED = "syn-fetal-head-us"
SMALL, EMPTY = Stratum("benign", size="small"), Stratum("normal", size="empty")


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    for module in (fill_run, fill_estimate):
        monkeypatch.setattr(module, "ImageMaker", TinyMaker)
    monkeypatch.setattr(TinyMaker, "pause_s", 0.02)
    with studio_window(qtbot) as shown:
        yield shown


def planner(qtbot: QtBot, window: MainWindow, folder: Path) -> Planner:
    """The planner on a project of nine benign scans, opened by its switch."""
    small_project(folder, samples=9).close()
    page = go(qtbot, window, "synthesize")
    assert isinstance(page, SynthesizeWorkspace)
    window.context.actions.get("synthesize.planner").trigger()
    shown = page.pages.planner
    assert page.pages.key == "plan" and shown.plan is None
    assert use_project(window.context, folder)
    settle(qtbot, window)
    return shown


def type_target(qtbot: QtBot, shown: Planner, stratum: Stratum, words: str) -> None:
    """Click into a target and type."""
    row = next(number for number, row in enumerate(shown.model.rows) if row.cell.stratum == stratum)
    index = shown.model.index(row, KEYS.index("target"))
    qtbot.mouseClick(shown.table.viewport(), Qt.MouseButton.LeftButton, pos=shown.table.visualRect(index).center())
    editor = shown.table.findChild(QSpinBox, "plan-target")
    editor.selectAll()
    qtbot.keyClicks(editor, words)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown.plan.cell(stratum).target == int(words))


def wait_for(qtbot: QtBot, shown: Planner, phase: Phase) -> None:
    qtbot.waitUntil(lambda: shown.fills.phase is phase, timeout=LONG_MS)


def test_the_table_shows_what_is_there_and_proposals_fill_the_targets(qtbot: QtBot, window: MainWindow,
                                                                      tmp_path: Path) -> None:
    shown = planner(qtbot, window, tmp_path / "p")
    counted = {row.cell.stratum.key: row.cell.real for row in shown.model.rows if row.cell.real}
    train = [sample for sample in window.context.session.project.samples() if sample.split == "train"]
    assert sum(counted.values()) == len(train)
    assert not shown.setup.go.isEnabled() and shown._head.text() == "No targets yet"
    shown.setup.least.setValue(20)
    click(qtbot, window, "plan-at-least")
    assert all(row.cell.target >= 20 for row in shown.model.rows if not row.problem)
    assert shown.setup.go.isEnabled() and "missing" in shown._head.text()
    click(qtbot, window, "plan-clear")
    assert shown.plan.missing == 0
    type_target(qtbot, shown, SMALL, "23")
    qtbot.waitUntil(lambda: (tmp_path / "p" / "plan.toml").is_file(), timeout=LONG_MS)
    shown.count()
    settle(qtbot, window)
    assert shown.plan.cell(SMALL).target == 23


def test_a_target_set_while_the_project_is_counted_is_kept(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    shown = planner(qtbot, window, tmp_path / "p")
    shown.count()
    shown.model.edited.emit(SMALL, 31)
    settle(qtbot, window)
    assert shown.plan.cell(SMALL).target == 31
    shown.model.edited.emit(SMALL, 32)
    shown.count()
    settle(qtbot, window)
    assert shown.plan.cell(SMALL).target == 32


def test_the_frame_that_is_wished_for_stays_with_the_plan_and_its_generator(qtbot: QtBot, window: MainWindow,
                                                                            tmp_path: Path) -> None:
    shown = planner(qtbot, window, tmp_path / "p")
    frame = shown.setup.frame
    assert not frame.isEnabled(), "this generator has no frames"
    for model, name in ((FRAMED, "2"), (MODEL, "seed"), (FRAMED, "2")):
        choose(qtbot, window, shown.setup.model.choice, model)
        if frame.isEnabled() and shown.plan.frame == "seed":
            choose(qtbot, window, frame, "2")
        assert frame.frame == name and read_plan(tmp_path / "p" / "plan.toml").frame == "2"
    shown.setup._facets["class"].setChecked(False)  # it knows no classes
    settle(qtbot, window)
    shown.propose("least", 20)
    job = shown._wanted()
    assert job.wished_frame == "2" and job.request(job.checked())["frame"] == "2"
    go(qtbot, window, "library")
    go(qtbot, window, "synthesize")
    assert frame.frame == "2"
    shown.count()
    frame.choose("whole")
    frame.picked.emit("whole")
    settle(qtbot, window)
    assert frame.frame == "whole" == shown.plan.frame, "wished for while samples were counted"
    choose(qtbot, window, frame, "seed")
    assert "frame" not in (tmp_path / "p" / "plan.toml").read_text()


def test_a_frame_for_a_plan_without_rows_is_not_written(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    with Project.create(tmp_path / "bare", name="bare", labels=LabelSet.named("head")) as project:
        project.add_image(ramp(), SCANNED, id="scan", group="a")
    page = go(qtbot, window, "synthesize")
    page.pages.turn("plan")
    assert use_project(window.context, tmp_path / "bare")
    settle(qtbot, window)
    shown = page.pages.planner
    choose(qtbot, window, shown.setup.model.choice, FRAMED)
    assert shown.plan is not None and not shown.plan.cells
    choose(qtbot, window, shown.setup.frame, "2")
    assert not (tmp_path / "bare" / "plan.toml").exists()


def choose(qtbot: QtBot, window: MainWindow, choice: Choice, key: str) -> None:
    """Pick a row of a list, and wait until the plan is written."""
    choice.setCurrentIndex(choice.findData(key))
    choice.activated.emit(choice.currentIndex())
    window.workspace.pages.planner._targets.save_now()
    settle(qtbot, window)


def test_gaps_are_filled_paused_resumed_and_reported(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    shown = planner(qtbot, window, tmp_path / "p")
    here = shown.plan.cell(SMALL).present
    type_target(qtbot, shown, SMALL, str(here + 12))
    type_target(qtbot, shown, EMPTY, "1")
    click(qtbot, window, "plan-fill")
    wait_for(qtbot, shown, Phase.FILLING)
    qtbot.waitUntil(lambda: bool(shown.fills.progress and shown.fills.progress.attempts >= 3), timeout=LONG_MS)
    click(qtbot, window, "plan-pause")
    wait_for(qtbot, shown, Phase.STOPPED)
    settle(qtbot, window)
    kept = [sample for sample in window.context.session.project.samples() if sample.synthetic]
    assert 0 < len(kept) < 12
    assert "About" in shown.setup.forecast.text() or not shown.setup.go.isEnabled()
    click(qtbot, window, "plan-resume")
    wait_for(qtbot, shown, Phase.DONE)
    settle(qtbot, window)
    made = [sample for sample in window.context.session.project.samples() if sample.synthetic]
    assert len(made) == 12 and all(sample.class_name == "benign" for sample in made)
    row = shown.fills.report.cells[0]
    assert (row.accepted, row.rejected["faithful"]) == (12, row.made - 12)
    assert "12 of 13 accepted" in shown.card._facts.text()
    assert "normal" in shown.card._reasons.text() and (shown.fills.report.root / "report.md").is_file()
    page = window.workspace
    assert isinstance(page, SynthesizeWorkspace)
    click(qtbot, window, "plan-rejected")
    settle(qtbot, window)
    assert page.pages.key == "images" and page.side.key == "rejected"
    assert {verdict.gate for one in page.collection.rejected.made for verdict in one.failed} == {"faithful"}


def test_a_fill_that_a_crash_stopped_is_offered_again_and_may_be_given_up(qtbot: QtBot, window: MainWindow,
                                                                          tmp_path: Path) -> None:
    shown = planner(qtbot, window, tmp_path / "p")
    job = FillPlan(shown.plan.with_targets({SMALL: 30}), MODEL, 5, project=tmp_path / "p")
    TinyMaker.made = 0
    with pytest.raises(JobCancelled):
        job.run(JobContext(cancelled=lambda: TinyMaker.made >= 4))
    shown.activated()
    wait_for(qtbot, shown, Phase.STOPPED)
    assert shown.card.isVisible() and "3 of" in shown.card._facts.text()
    assert not shown.setup.go.isEnabled()
    click(qtbot, window, "plan-cancel")
    settle(qtbot, window)
    shown.activated()
    settle(qtbot, window)
    assert shown.fills.phase is Phase.IDLE
    assert sum(sample.synthetic for sample in window.context.session.project.samples()) == 3


def test_the_status_bar_tells_no_zoom_where_there_is_no_image(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "synthesize")
    assert isinstance(page, SynthesizeWorkspace)
    page.pad.show()
    page.showing.show()
    settle(qtbot, window)
    assert window.status.zoom.isVisible()
    page.pages.turn("plan")
    page.canvas.zoom_changed.emit(2.4)
    assert not window.status.zoom.isVisible()
    page.pages.turn("images")
    assert window.status.zoom.isVisible()


def test_a_fill_that_runs_is_cancelled_and_what_was_accepted_stays(qtbot: QtBot, window: MainWindow,
                                                                  tmp_path: Path) -> None:
    shown = planner(qtbot, window, tmp_path / "p")
    type_target(qtbot, shown, SMALL, str(shown.plan.cell(SMALL).present + 200))
    click(qtbot, window, "plan-fill")
    wait_for(qtbot, shown, Phase.FILLING)
    qtbot.waitUntil(lambda: bool(shown.fills.progress and shown.fills.progress.accepted >= 2), timeout=LONG_MS)
    click(qtbot, window, "plan-cancel")
    wait_for(qtbot, shown, Phase.IDLE)
    settle(qtbot, window)
    assert not shown.card.isVisible() and shown.setup.go.isEnabled()
    assert 2 <= sum(sample.synthetic for sample in window.context.session.project.samples()) < 200
    shown.activated()
    settle(qtbot, window)
    assert shown.fills.phase is Phase.IDLE, "nobody is asked to go on with it"
