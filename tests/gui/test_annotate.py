"""Annotate by mouse and keys: draw, undo, polygon, fill, labels, proposals, frames and the cine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.session import commands
from tests.builders import disc
from tests.gui.studio_window import click, settle, studio_window

ROWS, COLUMNS, FRAMES = 120, 160, 5
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        frames = np.zeros((FRAMES, ROWS, COLUMNS), np.uint8)
        frames[:, 30:90, 40:120] = 200
        commands.open_series(shown.context.session, ImageSeries.from_array(frames, title="clip", frame_rate_hz=40.0))
        shown.activateWindow()
        qtbot.waitActive(shown)
        settle(qtbot, shown)
        shown.workspace.canvas.setFocus()
        yield shown


def labels(window: MainWindow) -> npt.NDArray[np.uint8]:
    return window.context.session.document.labels(window.context.session.frame)


def at(window: MainWindow, y: float, x: float) -> QPoint:
    return window.workspace.canvas.view.to_widget(y, x).toPoint()


def key(qtbot: QtBot, window: MainWindow, which: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.workspace.canvas, which, modifiers)


def stroke(qtbot: QtBot, window: MainWindow, *points: tuple[float, float], release: bool = True) -> None:
    canvas = window.workspace.canvas
    qtbot.mousePress(canvas, LEFT, pos=at(window, *points[0]))
    for point in points[1:]:
        qtbot.mouseMove(canvas, at(window, *point))
    if release:
        qtbot.mouseRelease(canvas, LEFT, pos=at(window, *points[-1]))


def proposed(window: MainWindow, frame: int = 0) -> ResultLayer:
    session = window.context.session
    layer = ResultLayer({frame: disc(ROWS, COLUMNS, center=(60, 80), radius=20)}, {frame: 0.9},
                        Provenance(synthetic=False, producer="test"), "Breast lesion", session.document.revision)
    commands.offer_proposal(session, session.current, layer)
    return layer


def test_a_stroke_is_one_step_that_keys_undo_and_redo(qtbot: QtBot, window: MainWindow) -> None:
    undo = window.findChild(QToolButton, "annotate.undo")
    assert not undo.isEnabled()
    key(qtbot, window, Qt.Key.Key_B)
    stroke(qtbot, window, (60, 40), (60, 80), (80, 100))
    drawn = labels(window).copy()
    assert drawn[60, 60] == 1 and drawn[80, 100] == 1 and drawn[5, 5] == 0
    assert undo.isEnabled() and "Brush" in undo.toolTip()
    key(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not labels(window).any()
    key(qtbot, window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(labels(window), drawn)


def test_esc_gives_a_stroke_up(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (60, 40), (60, 80), release=False)
    assert labels(window).any()
    key(qtbot, window, Qt.Key.Key_Escape)
    assert not labels(window).any() and window.context.session.document.undo_name is None


def test_the_eraser_and_alt_remove(qtbot: QtBot, window: MainWindow) -> None:
    stroke(qtbot, window, (60, 40), (60, 120))
    key(qtbot, window, Qt.Key.Key_E)
    stroke(qtbot, window, (60, 50))
    assert labels(window)[60, 50] == 0 and labels(window)[60, 110] == 1
    key(qtbot, window, Qt.Key.Key_B)
    qtbot.mouseClick(window.workspace.canvas, LEFT, Qt.KeyboardModifier.AltModifier, pos=at(window, 60, 110))
    assert labels(window)[60, 110] == 0


def test_brackets_change_the_tool_and_the_slider_follows(qtbot: QtBot, window: MainWindow) -> None:
    radius = window.context.session.toolbox.options["radius"]
    key(qtbot, window, Qt.Key.Key_BracketRight)
    assert window.context.session.toolbox.options["radius"] > radius
    assert window.workspace.canvas.overlays.cursor_radius == window.context.session.toolbox.options["radius"]
    key(qtbot, window, Qt.Key.Key_BracketLeft)
    key(qtbot, window, Qt.Key.Key_BracketLeft)
    assert window.context.session.toolbox.options["radius"] < radius


@pytest.mark.parametrize("how", ["enter", "double", "first"])
def test_a_polygon_closes_three_ways(qtbot: QtBot, window: MainWindow, how: str) -> None:
    key(qtbot, window, Qt.Key.Key_P)
    canvas = window.workspace.canvas
    for corner in ((20, 20), (20, 100), (100, 100)):
        qtbot.mouseClick(canvas, LEFT, pos=at(window, *corner))
    assert not labels(window).any() and len(canvas.overlays.preview) >= 3
    if how == "enter":
        key(qtbot, window, Qt.Key.Key_Return)
    elif how == "double":
        qtbot.mouseDClick(canvas, LEFT, pos=at(window, 100, 100))
    else:
        qtbot.mouseClick(canvas, LEFT, pos=at(window, 20, 20))
    assert labels(window)[40, 80] == 1 and labels(window)[80, 30] == 0
    assert canvas.overlays.preview == ()


def test_fill_takes_what_looks_alike(qtbot: QtBot, window: MainWindow) -> None:
    key(qtbot, window, Qt.Key.Key_F)
    window.context.session.toolbox.set_option("follow_image", True)
    qtbot.mouseClick(window.workspace.canvas, LEFT, pos=at(window, 60, 80))
    assert labels(window)[30:90, 40:120].all() and labels(window).sum() == 60 * 80


def test_labels_are_added_renamed_locked_and_hidden(qtbot: QtBot, window: MainWindow) -> None:
    panel, session = window.workspace.labels, window.context.session
    click(qtbot, window, "add-label")
    row = panel.rows[session.active_label]
    row.edit.setText("shadow")
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert session.label.name == "shadow" and row.name.text() == "shadow" and session.active_label != 1
    stroke(qtbot, window, (60, 40), (60, 80))
    assert labels(window)[60, 60] == row.value
    qtbot.mouseClick(row.lock, LEFT)
    assert session.label_set.find(row.value).locked
    key(qtbot, window, Qt.Key.Key_E)
    stroke(qtbot, window, (60, 40), (60, 80))
    assert labels(window)[60, 60] == row.value
    canvas = window.workspace.canvas
    place = at(window, 60, 60)
    shown = canvas.grab().toImage().pixelColor(place)
    qtbot.mouseClick(row.eye, LEFT)
    assert not session.label_set.find(row.value).visible
    assert canvas.grab().toImage().pixelColor(place) != shown


def test_a_name_that_is_used_is_refused_in_words(qtbot: QtBot, window: MainWindow) -> None:
    panel, session = window.workspace.labels, window.context.session
    click(qtbot, window, "add-label")
    row = panel.rows[session.active_label]
    before = session.label.name
    row.edit.setText(session.label_set.find(1).name)
    qtbot.keyClick(row.edit, Qt.Key.Key_Return)
    assert session.label_set.find(row.value).name == before
    assert window.notice.isVisible() and window.notice.text


def test_enter_accepts_a_proposal_as_one_step(qtbot: QtBot, window: MainWindow) -> None:
    layer = proposed(window)
    assert window.workspace.assist.proposal.accept_button.isVisible()
    key(qtbot, window, Qt.Key.Key_Return)
    assert np.array_equal(labels(window), layer.masks[0])
    assert window.context.session.proposal is None and not window.workspace.assist.proposal.accept_button.isVisible()
    key(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not labels(window).any()


def test_esc_rejects_a_proposal_but_a_gesture_in_hand_first(qtbot: QtBot, window: MainWindow) -> None:
    proposed(window)
    stroke(qtbot, window, (10, 10), (10, 20), release=False)
    key(qtbot, window, Qt.Key.Key_Escape)
    assert window.context.session.proposal is not None and not labels(window).any()
    key(qtbot, window, Qt.Key.Key_Escape)
    assert window.context.session.proposal is None and not labels(window).any()


def test_a_proposal_is_marked_when_the_mask_changed_since(qtbot: QtBot, window: MainWindow) -> None:
    layer = proposed(window)
    words = window.workspace.assist.proposal.status.text()
    stroke(qtbot, window, (10, 10), (10, 20))
    commands.offer_proposal(window.context.session, window.context.session.current, layer)
    assert commands.proposal_is_stale(window.context.session.current)
    assert "changed since" in window.workspace.assist.proposal.status.text() and "changed since" not in words


def test_an_image_unlike_the_training_data_gets_a_sentence_and_no_figure(qtbot: QtBot, window: MainWindow) -> None:
    layer = proposed(window)
    section = window.workspace.assist.proposal
    assert "0.9" in section.status.text() and section.unlike.isHidden()
    commands.offer_proposal(window.context.session, window.context.session.current,
                            replace(layer, confidence={}, unlike=(0,)))
    assert section.unlike.isVisible() and "unlike" in section.unlike.text()
    assert not any(letter.isdigit() for letter in section.status.text() + section.unlike.text())


def test_a_stroke_under_a_shown_proposal_marks_it_at_once(qtbot: QtBot, window: MainWindow) -> None:
    proposed(window)
    stroke(qtbot, window, (10, 10), (10, 20))
    assert "changed since" in window.workspace.assist.proposal.status.text()


@pytest.mark.skipif(not list_models("segmentation"), reason="no segmentation model is shipped yet")
def test_s_segments_in_the_background_and_the_proposal_waits(qtbot: QtBot, window: MainWindow) -> None:
    key(qtbot, window, Qt.Key.Key_S)
    assert not window.workspace.assist.segment.isEnabled()
    assert "Segmenting" in window.workspace.assist.proposal.status.text()
    settle(qtbot, window)
    proposal = window.context.session.proposal
    assert proposal is not None and list(proposal.masks) == [0] and proposal.provenance.producer
    assert not labels(window).any() and window.workspace.assist.segment.isEnabled()
    assert window.status.model.text() == window.workspace.assist.card.id


def test_models_of_training_are_offered(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    import shutil

    cards = list_models("segmentation")
    if not cards:
        pytest.skip("no segmentation model is shipped yet")
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(cards[0].folder / "card.toml", folder)
    window.context.settings["model_folders"] = [str(folder)]
    panel = window.workspace.assist
    panel.load_models()
    assert panel.models.isVisible() and panel.models.findData(str(folder)) >= 0
    panel.models.choose(str(folder))
    assert panel.card.folder == folder


def test_models_of_another_modality_are_not_offered(qtbot: QtBot, window: MainWindow) -> None:
    panel, session = window.workspace.assist, window.context.session
    for modality in ("US", "CR", "OT"):
        commands.open_series(session, ImageSeries.from_array(np.zeros((9, 9), np.uint8), title=modality,
                                                                modality=modality))
        settle(qtbot, window)
        offered = {panel.models.itemText(row).rpartition(" ")[2] for row in range(panel.models.count())}
        assert offered == {card.id for card in list_models("segmentation")
                           if modality == "OT" or modality in card.modalities}


def test_keys_step_through_frames_and_each_has_its_mask(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    stroke(qtbot, window, (60, 40), (60, 80))
    for which, frame in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Period, 2), (Qt.Key.Key_Comma, 1), (Qt.Key.Key_End, 4),
                         (Qt.Key.Key_Right, 4), (Qt.Key.Key_Left, 3), (Qt.Key.Key_Home, 0)):
        key(qtbot, window, which)
        assert session.frame == frame == window.workspace.canvas.frame, which
        assert labels(window).any() == (frame == 0)
        assert window.status.frame.text() == f"frame {frame + 1} / {FRAMES}"
        assert window.workspace.cine.slider.value() == frame


def test_the_cine_plays_around_and_stops(qtbot: QtBot, window: MainWindow) -> None:
    session, frames = window.context.session, []
    session.frame_changed.connect(frames.append)
    key(qtbot, window, Qt.Key.Key_K)
    assert window.workspace.cine.playing
    qtbot.waitUntil(lambda: len(frames) > FRAMES and 0 in frames, timeout=20_000)
    key(qtbot, window, Qt.Key.Key_K)
    assert not window.workspace.cine.playing
    count = len(frames)
    qtbot.wait(150)
    assert len(frames) == count
    key(qtbot, window, Qt.Key.Key_K)
    window.show_workspace("export")
    assert not window._pages["annotate"].cine.playing


def test_window_presets_change_what_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    button = window.findChild(QToolButton, "view-window")
    menu = button.menu()
    menu.aboutToShow.emit()
    shown = set()
    for action in [action for action in menu.actions() if not action.isSeparator()]:
        action.trigger()
        shown.add(button.text())
    assert len(shown) >= 2
