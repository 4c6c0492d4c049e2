"""The table of actions: complete, without clashes, found by the palette, rebindable, told by the sheet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.actions import ACTIONS, ActionRegistry
from medsynth_gui.gui.command_palette import CommandPalette, fuzzy_score
from medsynth_gui.gui.gesture_sheet import GestureSheet
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.workspaces.base import WORKSPACES
from medsynth_gui.session.tools.table import TOOLS
from tests.gui.studio_window import go, studio_window

GESTURES = ("Left button", "Right-drag", "Wheel", "Ctrl+wheel, [ or ]", "Middle-drag, space-drag", "Alt+click",
            "← → or , .", "Enter", "Esc", "F1")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        yield shown


def palette(qtbot: QtBot, window: MainWindow) -> CommandPalette:
    window.context.actions.get("window.palette").trigger()
    qtbot.wait(30)
    found = window.findChild(CommandPalette)
    assert found.isVisible()
    return found


def test_ids_are_unique_words_and_icons_exist() -> None:
    ids = [row.id for row in ACTIONS]
    assert len(ids) == len(set(ids))
    assert all(row.text for row in ACTIONS)


def test_every_row_of_the_table_does_something(qtbot: QtBot, window: MainWindow) -> None:
    actions = window.context.actions
    for row in WORKSPACES:
        go(qtbot, window, row.key)
    bound = {row.id for row in actions.rows()}
    assert {row.id for row in ACTIONS} <= bound
    assert {f"annotate.tool_{spec.id}" for spec in TOOLS} <= bound
    for row in actions.rows():
        assert not row.icon or not icon(row.icon).isNull()


def test_no_two_actions_share_a_shortcut_where_both_work(qtbot: QtBot, window: MainWindow) -> None:
    rows = window.context.actions.rows()
    held: dict[tuple[str, str], str] = {}
    for row in rows:
        scopes = [workspace.key for workspace in WORKSPACES] if row.scope in ("window", "view") else [row.scope]
        for scope in scopes:
            for sequence in window.context.actions.get(row.id).shortcuts():
                keys = sequence.toString()
                assert held.setdefault((scope, keys), row.id) == row.id, f"{keys} in {scope}"


def test_the_palette_finds_by_letters_and_runs(qtbot: QtBot, window: MainWindow) -> None:
    shown = palette(qtbot, window)
    qtbot.keyClicks(shown.edit, "lidark")
    assert shown.list.count() >= 1
    dark = window.context.theme.dark
    qtbot.keyClick(shown.edit, Qt.Key.Key_Return)
    assert window.context.theme.dark is not dark
    assert not shown.isVisible()


def test_the_palette_offers_only_what_works_here(qtbot: QtBot, window: MainWindow) -> None:
    go(qtbot, window, "export")
    shown = palette(qtbot, window)
    offered = {shown.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(shown.list.count())}
    assert "window.open" in offered and "annotate.segment" not in offered and "view.fit" not in offered
    qtbot.keyClick(shown.edit, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_starts_of_words_score_above_letters_within() -> None:
    assert fuzzy_score("sf", "Segment this frame") > fuzzy_score("sf", "Resize if")
    assert fuzzy_score("xyz", "Undo") is None


def test_a_shortcut_is_rebound_and_remembered(qtbot: QtBot, window: MainWindow) -> None:
    actions, settings = window.context.actions, window.context.settings
    assert actions.rebind("annotate.undo", "Ctrl+J") == ""
    assert actions.get("annotate.undo").shortcuts() == [QKeySequence("Ctrl+J")]
    assert settings["shortcuts"] == {"annotate.undo": "Ctrl+J"}
    again = ActionRegistry(settings)
    assert again.shortcut_text("annotate.undo") == "Ctrl+J"
    assert actions.rebind("annotate.redo", "Ctrl+J") == "annotate.undo"
    assert actions.shortcut_text("annotate.redo") == "Ctrl+Shift+Z"
    actions.rebind("annotate.undo", None)
    assert actions.shortcut_text("annotate.undo") == "Ctrl+Z" and settings["shortcuts"] == {}


def test_actions_work_only_in_their_workspace(qtbot: QtBot, window: MainWindow) -> None:
    action = window.context.actions.get("annotate.add_label")
    assert action.isEnabled()
    go(qtbot, window, "export")
    assert not action.isEnabled()


def test_f1_lists_the_gestures_and_the_shortcuts_in_force(qtbot: QtBot, window: MainWindow) -> None:
    window.context.actions.rebind("annotate.undo", "Ctrl+J")
    window.context.actions.get("window.gestures").trigger()
    sheet = window.findChild(GestureSheet)
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert all(gesture in words for gesture in GESTURES)
    assert "Ctrl+K" in words and "Find a command…" in words
    qtbot.waitExposed(sheet)
    sheet.activateWindow()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.wait(30)
    assert window.findChild(GestureSheet) is None
