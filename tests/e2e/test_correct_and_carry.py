"""A lesion in a few clicks, and its mask through the cine, in the window with the shipped models."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsynth_gui.core.cine import Mark
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.engine.simulator import simulate
from medsynth_gui.engine.training.prompting import largest_error, middle
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.opening import sample_paths
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.jobs.sample_case import sample_masks
from medsynth_gui.session import commands
from tests.gui.studio_window import settle, studio_window

Mask = npt.NDArray[np.bool_]
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
ENOUGH, MOST_CLICKS, FRAMES = 0.85, 4, 12


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        yield shown


def dice(one: Mask, other: Mask) -> float:
    return float(2 * (one & other).sum() / max(1, one.sum() + other.sum()))


def show(qtbot: QtBot, window: MainWindow, series: ImageSeries) -> None:
    commands.open_series(window.context.session, series)
    settle(qtbot, window)
    window.activateWindow()
    qtbot.waitActive(window)
    window.workspace.canvas.setFocus()


@pytest.mark.skipif(not list_models("refinement"), reason="the interactive model is not shipped here")
@pytest.mark.parametrize("seed", [3, 11])
def test_a_lesion_takes_one_click_and_at_most_three_corrections(qtbot: QtBot, window: MainWindow, seed: int) -> None:
    case = simulate("breast-lesion", seed=seed, size=(256, 320))
    truth = case.masks[0] == 1
    show(qtbot, window, ImageSeries.from_array(case.images[0], title="lesion", spacing=case.spacing))
    canvas, session = window.workspace.canvas, window.context.session
    qtbot.keyClick(canvas, Qt.Key.Key_C)
    found, clicks = np.zeros_like(truth), 0
    while dice(found, truth) < ENOUGH and clicks < MOST_CLICKS:
        wrong, missing = largest_error(found, truth)
        y, x = middle(wrong)
        held = Qt.KeyboardModifier.NoModifier if missing else Qt.KeyboardModifier.AltModifier
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, held, canvas.view.to_widget(y + 0.5, x + 0.5).toPoint())
        settle(qtbot, window)
        found, clicks = session.correcting.shown.answer.mask, clicks + 1
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert dice(session.document.labels(0) == 1, truth) >= ENOUGH, clicks
    assert session.undo_name == "Correct"


@pytest.mark.skipif(not sample_paths(), reason="needs the sample case")
def test_a_mask_goes_through_the_cine_and_a_corrected_frame_up_to_the_next_keyframe(qtbot: QtBot,
                                                                                   window: MainWindow) -> None:
    truth = sample_masks()[:FRAMES] > 0
    cine = open_path(sample_paths()[0])[0].series[0]
    show(qtbot, window, ImageSeries.from_array(np.stack([cine.gray(frame) for frame in range(FRAMES)]), title="cine"))
    canvas, session = window.workspace.canvas, window.context.session

    def draw(frame: int) -> None:
        with session.document.step("draw"):
            session.document.paint(Region(frame, 0, 0, *truth.shape[1:]), truth[frame], 1)

    def carry() -> None:
        qtbot.keyClick(canvas, Qt.Key.Key_J, CTRL_SHIFT)
        settle(qtbot, window)

    draw(0)
    carry()
    first = session.proposal
    assert set(first.masks) == set(range(1, FRAMES))
    assert dice(first.masks[10] == 1, truth[10]) >= 0.9 and not first.drifted
    commands.set_marks(session, (Mark(0), Mark(8)))
    draw(8)
    draw(5)
    commands.select_frame(session, 5)
    carry()
    again = session.proposal
    assert set(again.masks) == set(first.masks) - {5, 8}
    assert all((again.masks[frame] is first.masks[frame]) == (frame > 8) for frame in again.masks)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert min(dice(session.document.labels(frame) == 1, truth[frame]) for frame in range(FRAMES)) >= 0.9
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.document.labelled_frames() == (0, 5, 8)
