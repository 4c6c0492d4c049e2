"""Tools and whole-mask operations by mouse and keys, in the whole window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.session import commands
from medsynth_gui.session.operations import find_operation
from medsynth_gui.session.tools import TOOLS
from tests.builders import disc
from tests.gui.studio_window import click, settle, studio_window

ROWS, COLUMNS, FRAMES = 120, 160, 5
LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        frames = np.full((FRAMES, ROWS, COLUMNS), 160, np.uint8)
        frames[:, disc(ROWS, COLUMNS, center=(60, 80), radius=25) > 0] = 40
        commands.open_series(shown.context.session, ImageSeries.from_array(frames, title="clip"))
        shown.activateWindow()
        qtbot.waitActive(shown)
        settle(qtbot, shown)
        shown.workspace.canvas.setFocus()
        yield shown


def labels(window: MainWindow, frame: int | None = None) -> np.ndarray:
    session = window.context.session
    return session.document.labels(session.frame if frame is None else frame)


def at(window: MainWindow, y: float, x: float) -> QPoint:
    return window.workspace.canvas.view.to_widget(y, x).toPoint()


def key(qtbot: QtBot, window: MainWindow, which: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.workspace.canvas, which, modifiers)


def drag(qtbot: QtBot, window: MainWindow, *points: tuple[float, float]) -> None:
    canvas = window.workspace.canvas
    qtbot.mousePress(canvas, LEFT, pos=at(window, *points[0]))
    for point in points[1:]:
        qtbot.mouseMove(canvas, at(window, *point))
    qtbot.mouseRelease(canvas, LEFT, pos=at(window, *points[-1]))


def paint(window: MainWindow, mask: np.ndarray, frame: int = 0) -> None:
    document = window.context.session.document
    with document.step("before"):
        document.paint(Region(frame, 0, 0, ROWS, COLUMNS), mask > 0, 1)


def test_the_tool_bar_shows_every_tool_uncut(qtbot: QtBot, window: MainWindow) -> None:
    bar = window.workspace.tools
    offered = {action.objectName() for group in ("paint", "outline", "region", "assist", "measure")
               for action in window.findChild(QToolButton, f"tool-group-{group}").menu().actions()}
    assert {f"annotate.tool_{spec.id}" for spec in TOOLS} <= offered
    for spec in TOOLS:
        bar.choose(spec.id)
        qtbot.wait(20)
        for child in bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if child.isVisible() and not child.isWindow():
                assert bar.rect().contains(child.geometry()), (spec.id, child.objectName())
                assert child.width() >= child.minimumSizeHint().width(), (spec.id, child.objectName())
        assert window.findChild(QToolButton, f"tool-group-{spec.group}").isChecked()


def test_grab_cut_by_mouse_enter_and_undo(qtbot: QtBot, window: MainWindow) -> None:
    key(qtbot, window, KEY.Key_G)
    drag(qtbot, window, (30, 50), (60, 80), (90, 110))
    assert not labels(window).any() and window.workspace.canvas.layers.preview.labels.any()
    key(qtbot, window, KEY.Key_Return)
    truth = disc(ROWS, COLUMNS, center=(60, 80), radius=25) > 0
    assert ((labels(window) > 0) ^ truth).sum() < 0.15 * truth.sum()
    assert window.workspace.canvas.layers.preview.labels is None
    key(qtbot, window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not labels(window).any()


def test_backspace_takes_a_corner_back_and_esc_the_outline(qtbot: QtBot, window: MainWindow) -> None:
    key(qtbot, window, KEY.Key_P)
    for corner in ((20, 20), (20, 100), (100, 100)):
        qtbot.mouseClick(window.workspace.canvas, LEFT, pos=at(window, *corner))
    key(qtbot, window, KEY.Key_Backspace)
    assert len(window.workspace.canvas.overlays.handles) == 2
    key(qtbot, window, KEY.Key_Escape)
    assert not window.context.session.toolbox.busy and not labels(window).any()


def test_an_operation_is_previewed_then_applied_as_one_step(qtbot: QtBot, window: MainWindow) -> None:
    paint(window, disc(ROWS, COLUMNS, center=(60, 80), radius=20))
    before = labels(window).copy()
    panel, preview = window.workspace.tools.masks.panel, window.workspace.canvas.layers.preview
    window.context.actions.get("annotate.mask_grow").trigger()
    settle(qtbot, window)
    small = (preview.labels == 1).sum()
    panel.findChild(QSlider, "option-size").setValue(180)
    settle(qtbot, window)
    assert (preview.labels == 1).sum() > small > 0 and np.array_equal(labels(window), before)
    key(qtbot, window, KEY.Key_Return)
    settle(qtbot, window)
    assert labels(window).sum() > before.sum() and panel.isHidden() and preview.labels is None
    assert window.context.session.document.undo_name == "Grow"
    commands.undo(window.context.session)
    assert np.array_equal(labels(window), before)


def test_esc_and_cancel_leave_the_mask(qtbot: QtBot, window: MainWindow) -> None:
    paint(window, disc(ROWS, COLUMNS, center=(60, 80), radius=20))
    before, panel = labels(window).copy(), window.workspace.tools.masks.panel
    panel.open(find_operation("shrink"))
    settle(qtbot, window)
    assert (window.workspace.canvas.layers.preview.labels == 2).any()
    key(qtbot, window, KEY.Key_Escape)
    assert panel.isHidden() and not panel.close_panel()
    panel.open(find_operation("hull"))
    click(qtbot, window, "mask-cancel")
    settle(qtbot, window)
    assert np.array_equal(labels(window), before) and panel.isHidden()


def test_an_operation_on_all_labelled_frames_is_one_step(qtbot: QtBot, window: MainWindow) -> None:
    for frame in (0, 2):
        paint(window, disc(ROWS, COLUMNS, center=(60, 80), radius=20), frame)
    panel = window.workspace.tools.masks.panel
    panel.open(find_operation("shrink"))
    panel.scope.choose("all")
    click(qtbot, window, "mask-apply")
    settle(qtbot, window)
    sizes = [int((labels(window, frame) > 0).sum()) for frame in range(FRAMES)]
    assert sizes[0] == sizes[2] < 1200 and sizes[1] == 0
    commands.undo(window.context.session)
    assert (labels(window, 0) > 0).sum() == (labels(window, 2) > 0).sum() > 1200


def test_masks_go_to_the_next_frame_and_between_keyframes(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    paint(window, disc(ROWS, COLUMNS, center=(60, 40), radius=12))
    paint(window, disc(ROWS, COLUMNS, center=(60, 120), radius=12), 4)
    key(qtbot, window, KEY.Key_J)
    settle(qtbot, window)
    assert labels(window, 2)[60, 80] == 1 and labels(window, 1)[60, 60] == 1
    commands.undo(session)
    commands.select_frame(session, 0)
    assert not labels(window, 2).any()
    key(qtbot, window, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert session.frame == 1 and np.array_equal(labels(window), labels(window, 0))
    commands.clear_frame(session)
    commands.select_frame(session, 4)
    commands.clear_frame(session)
    key(qtbot, window, KEY.Key_J)
    assert window.notice.isVisible()


def test_keyframes_are_carried_along_as_a_proposal(qtbot: QtBot, window: MainWindow) -> None:
    paint(window, disc(ROWS, COLUMNS, center=(60, 80), radius=25))
    key(qtbot, window, KEY.Key_J, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, window)
    session = window.context.session
    assert sorted(session.proposal.masks) == [1, 2, 3, 4] and not labels(window, 2).any()
    key(qtbot, window, KEY.Key_Return)
    assert labels(window, 2)[60, 80] == 1


def test_a_pen_that_presses_less_paints_less(qtbot: QtBot, window: MainWindow) -> None:
    sizes = []
    for pressure in (1.0, 0.3):
        key(qtbot, window, KEY.Key_B)
        canvas, place = window.workspace.canvas, at(window, 60, 80)
        event = QTabletEvent(QTabletEvent.Type.TabletPress, QPointingDevice.primaryPointingDevice(), QPointF(place),
                             QPointF(canvas.mapToGlobal(place)), pressure, 0, 0, 0, 0, 0,
                             Qt.KeyboardModifier.NoModifier, LEFT, LEFT)
        QApplication.sendEvent(canvas, event)
        qtbot.mouseClick(canvas, LEFT, pos=place)
        sizes.append(int((labels(window) > 0).sum()))
        commands.undo(window.context.session)
    assert 0 < sizes[1] < 0.3 * sizes[0]


def test_the_left_handed_have_panels_on_the_other_side(qtbot: QtBot, window: MainWindow) -> None:
    page = window.workspace
    assert page.left.x() < page.canvas.mapTo(page, QPoint()).x()
    window.context.actions.get("window.left_handed").trigger()
    qtbot.wait(20)
    assert page.left.x() > page.canvas.mapTo(page, QPoint()).x() > page.labels.mapTo(page, QPoint()).x()
    assert window.context.settings["left_handed"]


def test_an_open_outline_waits_for_the_hand_and_a_stroke_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    canvas, toolbox = window.workspace.canvas, window.context.session.toolbox
    key(qtbot, window, KEY.Key_P)
    for corner in ((20, 20), (20, 100), (100, 100), (100, 20)):
        qtbot.mouseClick(canvas, LEFT, pos=at(window, *corner))
    key(qtbot, window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)  # the history is empty: it means the corner
    assert toolbox.busy and len(canvas.overlays.handles) == 3
    key(qtbot, window, KEY.Key_H)
    key(qtbot, window, KEY.Key_P)
    key(qtbot, window, KEY.Key_P)
    key(qtbot, window, KEY.Key_Return)
    assert labels(window)[30, 80] == 1
    key(qtbot, window, KEY.Key_B)
    qtbot.mousePress(canvas, LEFT, pos=at(window, 110, 30))
    key(qtbot, window, KEY.Key_H)
    qtbot.mouseRelease(canvas, LEFT, pos=at(window, 110, 30))
    assert labels(window)[110, 30] == 1 and not window.context.session.document.stepping


def test_what_a_tool_shows_under_the_pointer_leaves_with_it(qtbot: QtBot, window: MainWindow) -> None:
    key(qtbot, window, KEY.Key_A)
    qtbot.mouseMove(window.workspace.canvas, at(window, 60, 80))
    assert window.workspace.canvas.layers.preview.labels is not None
    key(qtbot, window, KEY.Key_B)
    assert window.workspace.canvas.layers.preview.labels is None


def test_drawing_shows_masks_that_were_hidden(qtbot: QtBot, window: MainWindow) -> None:
    key(qtbot, window, KEY.Key_M)
    assert not window.context.actions.get("annotate.masks").isChecked()
    drag(qtbot, window, (60, 60), (60, 90))
    assert window.context.actions.get("annotate.masks").isChecked()


def test_two_quick_dabs_are_two_strokes_and_both_end(qtbot: QtBot, window: MainWindow) -> None:
    canvas, document = window.workspace.canvas, window.context.session.document
    drag(qtbot, window, (60, 60))
    qtbot.mouseDClick(canvas, LEFT, pos=at(window, 60, 60))
    qtbot.mouseRelease(canvas, LEFT, pos=at(window, 60, 60))
    painted = int((labels(window) > 0).sum())
    qtbot.mouseMove(canvas, at(window, 60, 110))
    assert painted and not document.stepping and int((labels(window) > 0).sum()) == painted


def test_what_was_drawn_while_frames_were_interpolated_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    paint(window, disc(ROWS, COLUMNS, center=(60, 40), radius=12))
    paint(window, disc(ROWS, COLUMNS, center=(60, 120), radius=12), 4)
    key(qtbot, window, KEY.Key_J)
    paint(window, disc(ROWS, COLUMNS, center=(20, 20), radius=5), 2)
    settle(qtbot, window)
    assert labels(window, 2)[20, 20] == 1 and not labels(window, 2)[60, 80]
    assert window.notice.isVisible()
