"""Two readers and an adjudicator: the queue empties, the second one reads blind, a third settles what they dispute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.reviewing import read_again
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.io.raster_files import read_labels
from medsynth_gui.jobs import rank
from medsynth_gui.session.commands import ask_second_reader
from tests.builders import ramp
from tests.e2e.command_line import medsynth
from tests.gui.studio_window import click, go, settle, studio_window
from tests.unit.dataset.builders import SCANNED, small_project

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = CTRL | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    small_project(tmp_path / "p").close()
    monkeypatch.setattr(rank, "list_models", lambda *_, **__: [])
    with studio_window(qtbot) as shown:
        shown.context.settings["model_segment"] = "none"  # the order does without a model, and says so
        assert use_project(shown.context, tmp_path / "p")
        go(qtbot, shown, "annotate")
        shown.activateWindow()
        qtbot.waitActive(shown)
        settle(qtbot, shown)
        press(qtbot, shown, Qt.Key.Key_Q, ALT)
        assert shown.workspace.left.switch.key == "queue"
        yield shown


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    widget = window.workspace.canvas or window
    widget.setFocus()
    qtbot.keyClick(widget, key, modifier or Qt.KeyboardModifier.NoModifier)
    settle(qtbot, window)


def reads(qtbot: QtBot, window: MainWindow, initials: str) -> None:
    field = window.workspace.review.initials
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field, initials)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.context.settings["reader"] == initials


def switch(qtbot: QtBot, parent: object, key: str) -> None:
    qtbot.mouseClick(parent.findChild(QToolButton, f"segment-{key}"), Qt.MouseButton.LeftButton)


def first_reader(qtbot: QtBot, window: MainWindow) -> tuple[str, np.ndarray]:
    """One image for another reader, one approved, one rejected; the first one's id and mask."""
    session, queue = window.context.session, window.workspace.left.queue
    assert queue.progress.text() == "0 of 3 reviewed" and "model" in queue.status.note.text()
    reads(qtbot, window, "AB")
    press(qtbot, window, Qt.Key.Key_PageDown)
    first = session.current.samples[0].id
    mask = session.document.labels(0).copy()
    assert mask.any() and session.project.sample(first).review.state is ReviewState.UNLABELLED  # looking is no work
    press(qtbot, window, Qt.Key.Key_R, CTRL_SHIFT)
    assert queue.model.row_of(first) < 0 and queue.progress.text() == "1 of 3 reviewed"
    assert session.current.samples[0].id != first  # the next one came by itself
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    press(qtbot, window, Qt.Key.Key_R, ALT)
    assert queue.progress.text() == "3 of 3 reviewed" and not queue.model.rows
    states = [session.project.sample(f"scan-{number}").review for number in range(3)]
    assert {state.state for state in states} == {ReviewState.NEEDS_REVIEW, ReviewState.APPROVED, ReviewState.REJECTED}
    assert {state.reader for state in states} == {"AB"} and all(state.at for state in states)
    return first, mask


def second_reader(qtbot: QtBot, window: MainWindow, first: str) -> None:
    """Reads blind, and draws something else."""
    session, queue, review = window.context.session, window.workspace.left.queue, window.workspace.review
    switch(qtbot, queue, "second")
    settle(qtbot, window)
    assert not queue.model.rows  # nobody reads the own images a second time
    reads(qtbot, window, "CD")
    settle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_PageDown)
    assert session.current.reader == "CD" and not session.document.labels(0).any() and not review.ask.isVisible()
    assert review.blind.isVisible()
    assert all(opened.reader or opened.samples[0].id != first for opened in session.opened)
    with session.document.step("draw"):
        session.document.paint(Region(0, 20, 20, 30, 30), np.ones((10, 10), np.bool_), 1)
    assert session.project.sample(first).review.reader == "AB"  # the second reader's work leaves the first one's alone
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    assert not queue.model.rows and queue.progress.text() == "1 of 1 read"
    assert review.state.text() == "Reading finished" and not review.blind.isVisible()


def test_two_readers_and_an_adjudicator(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    session = window.context.session
    first, mask = first_reader(qtbot, window)
    second_reader(qtbot, window, first)

    page = go(qtbot, window, "quality")
    window.context.settings["reader"] = "XY"
    switch(qtbot, page.sources.switch, "readers")
    settle(qtbot, window)
    assert page.readers.pairs.currentData() == ("AB", "CD")
    assert [row.id for row in page.readers.results.model.rows] == [first]
    press(qtbot, window, Qt.Key.Key_3)
    settled = session.project.sample(first)
    assert settled.review.reader == "XY" and settled.mask_provenance.parameters["decision"] == "union"
    assert read_labels(settled.mask).sum() > mask.sum()
    assert page.readers.state.text() == "1 of 1 images are settled."
    press(qtbot, window, Qt.Key.Key_Z, CTRL)
    back = session.project.sample(first)
    assert np.array_equal(read_labels(back.mask), mask) and back.review.reader == "AB"

    press(qtbot, window, Qt.Key.Key_E)
    assert window.workspace.key == "annotate" and np.array_equal(session.document.labels(0), mask)
    assert session.proposal.title == "CD" and session.proposal.masks[0].sum() == 100
    press(qtbot, window, Qt.Key.Key_Return)  # the second reading is accepted like any proposal
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    with Project.open(tmp_path / "p", writable=False) as project:
        made = project.sample(first)
        assert made.mask_provenance.parameters == {"reader": "XY", "decision": "edited", "readers": ["AB", "CD"]}
        assert read_labels(made.mask).sum() == 100 and project.check().sound


def test_unfinished_drawing_comes_back_and_a_mask_of_the_project_is_taken_over_once(
        qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    press(qtbot, window, Qt.Key.Key_PageDown)
    with session.document.step("draw"):
        session.document.paint(Region(0, 0, 0, 5, 5), np.ones((5, 5), np.bool_), 2)
    drawn, shown = session.document.labels(0).copy(), session.current.samples[0].id
    assert session.project.sample(shown).review.state is ReviewState.IN_PROGRESS
    press(qtbot, window, Qt.Key.Key_W, CTRL)  # closed, undecided
    go(qtbot, window, "library")
    go(qtbot, window, "annotate")
    window.workspace.left.queue._opener.open(shown)
    settle(qtbot, window)
    assert np.array_equal(session.document.labels(0), drawn) and session.undo_name == "draw"
    click(qtbot, window, "approve")
    assert np.array_equal(read_labels(session.project.sample(shown).mask), drawn)


def test_a_second_reader_is_not_asked_where_nothing_was_read_first(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    session.project.add_image(ramp(), SCANNED, id="bare", group="bare")
    told: list[str] = []
    window.context.notify = lambda what, tone="info": told.append(what.english() if isinstance(what, Message) else what)
    window.workspace.left.queue._opener.open("bare")
    settle(qtbot, window)
    click(qtbot, window, "needs-review")
    assert "There is nothing on bare" in told[0]
    assert session.project.sample("bare").review.state is ReviewState.UNLABELLED
    with pytest.raises(UsageError, match="nothing on bare"):
        ask_second_reader(session, ["bare"])
    assert ask_second_reader(session, ["bare", "scan-0"]) == 1
    # Approved, it was read as an image without labels: there is something to compare with.
    click(qtbot, window, "approve")
    click(qtbot, window, "needs-review")
    assert session.project.sample("bare").review.state is ReviewState.NEEDS_REVIEW


def test_the_same_on_the_command_line(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        project.set_review("scan-1", Review(ReviewState.NEEDS_REVIEW, "AB"))
        queued = medsynth("project", "queue", tmp_path / "p", "--order", "unlike", "--json")
    assert queued.code == 0 and queued.record["reviewed"] == 1 and queued.record["samples"] == 3
    assert {row["id"] for row in queued.record["queue"]} == {"scan-0", "scan-2"}
    assert medsynth("project", "queue", tmp_path / "p", "--model", "none", "--json").record["notes"]
    waiting = medsynth("project", "queue", tmp_path / "p", "--order", "unlike", "--second-reader", "CD", "--json")
    assert [row["id"] for row in waiting.record["queue"]] == ["scan-1"]
    nothing = medsynth("project", "agreement", tmp_path / "p", "--json")
    assert nothing.code == 1 and nothing.record["error"]["id"] == "readings-none"
    with Project.open(tmp_path / "p") as project:
        read_again(project, "scan-1", "CD", read_labels(project.sample("scan-1").mask))
    pair, = medsynth("project", "agreement", tmp_path / "p", "--json").record["pairs"]
    assert pair["readers"] == ["AB", "CD"] and pair["labels"]["1"]["dice"]["mean"] == 1.0
    assert medsynth("project", "agreement", tmp_path / "p", "--reader", "ZZ").code == 2
