"""The label list's menus, the number keys and the versions of a mask, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.label_menu import fill_label_menu
from medsynth_gui.gui.panels.versions import VersionsDialog
from medsynth_gui.session import commands
from tests.builders import ramp
from tests.gui.studio_window import go, settle, studio_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as made:
        session = made.context.session
        commands.open_series(session, ImageSeries.from_array(ramp(96, 128), title="still"))
        for name in ("cyst", "duct"):
            commands.add_label(session, name)
        go(qtbot, made, "annotate")
        paint(made, 5, 1)
        yield made


def paint(window: MainWindow, y: int, value: int) -> None:
    with window.context.session.document.step("draw"):
        window.context.session.document.paint(Region(0, y, 10, y + 10, 60), np.ones((10, 50), bool), value)


def choose(menu: QMenu, *path: str) -> None:
    """Trigger the line of a menu, by its words."""
    for words in path:
        action = next(action for action in menu.actions() if action.text() == words)
        assert action.isEnabled(), words
        if action.menu() is None:
            action.trigger()
        else:
            menu = action.menu()


def label_menu(window: MainWindow, value: int) -> QMenu:
    menu = QMenu(window)
    fill_label_menu(menu, window.context, value, rename=lambda: None)
    return menu


def test_number_keys_choose_labels_in_the_order_of_the_list(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    canvas = window.workspace.canvas
    window.activateWindow()
    settle(qtbot, window)
    canvas.setFocus()
    for key, value in ((Qt.Key.Key_1, 1), (Qt.Key.Key_3, 3), (Qt.Key.Key_9, 3)):
        qtbot.keyClick(canvas, key)
        assert session.active_label == value
    choose(label_menu(window, 3), "Move up")
    qtbot.keyClick(canvas, Qt.Key.Key_2)
    assert session.active_label == 3


def test_menus_merge_fade_remove_and_change_how_masks_look(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    choose(label_menu(window, 1), "Merge into, on all frames", "cyst")
    assert np.unique(session.document.labels(0)).tolist() == [0, 2]
    choose(label_menu(window, 2), "Opacity", "80 %")
    assert session.label_set.find(2).opacity == 0.8
    choose(label_menu(window, 1), "Remove from the list")
    assert list(window.workspace.labels.rows) == [2, 3]
    choose(label_menu(window, 2), "Remove from the list")  # it is drawn: refused
    assert list(window.workspace.labels.rows) == [2, 3]
    middle = window.workspace.canvas.view.to_widget(10, 30).toPoint()

    def seen() -> int:
        return window.workspace.canvas.grab().toImage().pixel(middle)

    filled = seen()
    window.context.actions.get("annotate.mask_style").trigger()
    assert window.context.settings["mask_style"] == "outline"
    assert seen() != filled


def test_a_version_is_kept_compared_and_restored(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    window.context.actions.get("annotate.versions").trigger()
    dialog = window.findChild(VersionsDialog)
    qtbot.keyClicks(dialog.name, "first pass")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    paint(window, 30, 2)
    dialog.list.setCurrentRow(0)
    assert dialog.figures.text().startswith("This frame: 500 pixels differ, Dice 0.667")
    assert window.workspace.canvas.layers.difference.labels is not None
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert not (session.document.labels(0) == 2).any()
    assert dialog.list.count() == 2
    commands.undo(session)
    assert (session.document.labels(0) == 2).any()
    dialog.close()
    settle(qtbot, window)
    assert window.workspace.canvas.layers.difference.labels is None
    assert window.findChild(VersionsDialog) is None


def test_while_a_name_is_typed_keys_are_letters_and_go_back_afterwards(qtbot: QtBot, window: MainWindow) -> None:
    session, canvas = window.context.session, window.workspace.canvas
    commands.open_series(session, ImageSeries.from_array(ramp(96, 128), title="next"), select=False)
    shown = session.current
    window.activateWindow()
    settle(qtbot, window)
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    edit = window.focusWidget()
    assert isinstance(edit, QLineEdit)
    qtbot.keyClicks(edit, "Bursa")
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert session.label.name == "Bursa" and session.toolbox.spec.id == "brush" and session.current is shown
    assert window.focusWidget() is canvas
