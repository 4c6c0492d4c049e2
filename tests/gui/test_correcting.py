"""Click to correct, accepting a part, doubt and carrying along, by mouse and keys in the whole window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.propagate import PropagateSeries
from medsynth_gui.jobs.refine import Answer, RefineFrame
from medsynth_gui.session import commands
from tests.builders import disc
from tests.gui.studio_window import click, settle, studio_window

ROWS, COLUMNS, FRAMES = 120, 160, 6
LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
NONE, ALT, SHIFT, CTRL = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier,
                          Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)
MODEL = Provenance(synthetic=False, producer="test")


class Hand:
    """A refiner that draws a disc around the last positive pixel, when it is let."""

    def __init__(self) -> None:
        self.asked: list[RefineFrame] = []
        self.let = threading.Event()
        self.let.set()

    def run(self, job: RefineFrame, ctx: JobContext) -> Answer:
        self.asked.append(job)
        assert self.let.wait(20)
        y, x = np.argwhere(job.prompts.positive)[-1] if job.prompts.positive.any() else (ROWS // 2, COLUMNS // 2)
        return Answer(disc(ROWS, COLUMNS, center=(y, x), radius=14) > 0, 0.93, MODEL)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    made = Hand()
    monkeypatch.setattr(RefineFrame, "run", lambda job, ctx: made.run(job, ctx))
    return made


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        frames = np.random.default_rng(0).integers(90, 110, (FRAMES, ROWS, COLUMNS), np.uint8)
        commands.open_series(shown.context.session, ImageSeries.from_array(frames, title="clip"))
        shown.activateWindow()
        qtbot.waitActive(shown)
        settle(qtbot, shown)
        shown.workspace.canvas.setFocus()
        yield shown


def labels(window: MainWindow) -> np.ndarray:
    return window.context.session.document.labels(window.context.session.frame)


def at(window: MainWindow, y: float, x: float) -> QPoint:
    return window.workspace.canvas.view.to_widget(y + 0.5, x + 0.5).toPoint()


def press(qtbot: QtBot, window: MainWindow, which: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    qtbot.keyClick(window.workspace.canvas, which, held)


def point(qtbot: QtBot, window: MainWindow, y: float, x: float, held: Qt.KeyboardModifier = NONE) -> None:
    qtbot.mouseClick(window.workspace.canvas, LEFT, held, at(window, y, x))


def propose(window: MainWindow, **more: object) -> None:
    session = window.context.session
    mask = disc(ROWS, COLUMNS, center=(60, 80), radius=20)
    layer = ResultLayer({0: mask, 1: mask}, {0: 0.9, 1: 0.4}, MODEL, "Lesion", session.document.revision)
    commands.offer_proposal(session, session.current, replace(layer, **more))


def color(window: MainWindow, y: float, x: float) -> str:
    return window.workspace.canvas.grab().toImage().pixelColor(at(window, y, x)).name()


def test_clicks_and_boxes_are_answered_on_the_canvas_and_enter_writes(qtbot: QtBot, window: MainWindow,
                                                                      hand: Hand) -> None:
    panel, plain = window.workspace.assist.proposal, color(window, 66, 80)
    press(qtbot, window, KEY.Key_C)
    point(qtbot, window, 60, 80)
    settle(qtbot, window)
    assert "Answered in" in panel.status.text() and "0.93" in panel.status.text()
    assert color(window, 66, 80) != plain and not labels(window).any()
    point(qtbot, window, 30, 120, ALT)
    canvas = window.workspace.canvas
    qtbot.mousePress(canvas, LEFT, SHIFT, at(window, 20, 40))
    qtbot.mouseMove(canvas, at(window, 100, 140))
    qtbot.mouseRelease(canvas, LEFT, SHIFT, at(window, 100, 140))
    settle(qtbot, window)
    told = hand.asked[-1].prompts
    assert told.positive[60, 80] and told.negative[30, 120] and told.previous.any()
    assert told.box == pytest.approx((20.5, 40.5, 100.5, 140.5), abs=1)
    press(qtbot, window, KEY.Key_Z, CTRL)
    assert len(window.context.session.correcting.strokes) == 2
    click(qtbot, window, "accept")
    settle(qtbot, window)
    assert labels(window)[60, 80] == 1 and window.context.session.undo_name == "Correct"
    assert not panel.accept_button.isVisible()
    press(qtbot, window, KEY.Key_Z, CTRL)
    assert not labels(window).any() and color(window, 66, 80) == plain


def test_plus_and_minus_look_different(qtbot: QtBot, window: MainWindow, hand: Hand) -> None:
    press(qtbot, window, KEY.Key_C)
    point(qtbot, window, 60, 80)
    point(qtbot, window, 60, 120, ALT)
    settle(qtbot, window)
    image = window.workspace.canvas.grab().toImage()
    dark = [image.pixelColor(at(window, 60, x) + QPoint(0, 3)).lightness() < 60 for x in (80, 120)]
    assert dark == [True, False]


def test_only_the_newest_prompts_are_answered_while_one_is(qtbot: QtBot, window: MainWindow, hand: Hand) -> None:
    press(qtbot, window, KEY.Key_C)
    hand.let.clear()
    for x in (50, 60, 70, 80, 90):
        point(qtbot, window, 60, x)
    qtbot.waitUntil(lambda: len(hand.asked) == 1, timeout=20_000)
    hand.let.set()
    settle(qtbot, window)
    assert [int(job.prompts.positive.sum()) for job in hand.asked] == [1, 5]
    press(qtbot, window, KEY.Key_Return)
    assert labels(window)[60, 90] == 1 and labels(window)[60, 50] == 0


def test_esc_while_it_is_answered_leaves_nothing(qtbot: QtBot, window: MainWindow, hand: Hand) -> None:
    press(qtbot, window, KEY.Key_C)
    hand.let.clear()
    point(qtbot, window, 60, 80)
    press(qtbot, window, KEY.Key_Escape)
    hand.let.set()
    settle(qtbot, window)
    assert not labels(window).any() and window.workspace.canvas.layers.preview.labels is None
    point(qtbot, window, 60, 80)
    settle(qtbot, window)
    press(qtbot, window, KEY.Key_Return)
    assert labels(window)[60, 80] == 1


def test_a_missing_model_is_told_with_what_to_do(qtbot: QtBot, window: MainWindow) -> None:
    window.context.settings["model_refine"] = "not-there"
    press(qtbot, window, KEY.Key_C)
    point(qtbot, window, 60, 80)
    settle(qtbot, window)
    assert "not-there" in window.notice.text and "GrabCut" in window.notice.text
    assert not window.context.session.correcting.running


def test_a_lasso_accepts_a_part(qtbot: QtBot, window: MainWindow) -> None:
    propose(window)
    click(qtbot, window, "accept-part")
    canvas = window.workspace.canvas
    qtbot.mousePress(canvas, LEFT, pos=at(window, 30, 30))
    for corner in ((30, 80), (90, 80), (90, 30)):
        qtbot.mouseMove(canvas, at(window, *corner))
    qtbot.mouseRelease(canvas, LEFT, pos=at(window, 90, 30))
    assert labels(window)[60, 70] == 1 and labels(window)[60, 90] == 0
    assert window.context.session.proposal.masks[0][60, 90] == 1


def test_doubt_is_shown_where_the_model_gives_it(qtbot: QtBot, window: MainWindow) -> None:
    propose(window)
    assert not window.findChild(QPushButton, "uncertainty").isVisible()
    doubt = np.zeros((30, 40), np.uint8)
    doubt[:5] = 255
    propose(window, uncertainty={0: doubt})
    plain, sure = color(window, 6, 20), color(window, 60, 10)
    press(qtbot, window, KEY.Key_Q)
    assert color(window, 6, 20) != plain and color(window, 60, 10) == sure
    assert window.findChild(QPushButton, "uncertainty").isChecked()
    click(qtbot, window, "uncertainty")
    assert color(window, 6, 20) == plain and not window.findChild(QPushButton, "uncertainty").isChecked()


def test_a_mask_is_carried_along_with_its_curve_and_drift(qtbot: QtBot, window: MainWindow,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: PropagateSeries, ctx: JobContext) -> ResultLayer:
        return ResultLayer(dict.fromkeys(job.frames, job.keys[0]), dict.fromkeys(job.frames, 0.8), MODEL,
                           "Propagation", job.document_revision, drifted=(2, 3, 5), keys=(0,),
                           consistency=dict.fromkeys(job.frames, 0.9))

    monkeypatch.setattr(PropagateSeries, "run", run)
    session, slider = window.context.session, window.workspace.cine.slider
    with session.document.step("before"):
        session.document.paint(Region(0, 0, 0, ROWS, COLUMNS), disc(ROWS, COLUMNS, center=(60, 80), radius=20) > 0, 1)
    low = slider.height()
    press(qtbot, window, KEY.Key_J, CTRL | SHIFT)
    settle(qtbot, window)
    panel = window.workspace.assist.proposal
    assert panel.drift.text() == "3 frames drifted: 3–4, 6" and "0.90" in panel.steadiness.text()
    assert slider.height() > low and "keyframe" in slider._words(0) and "drifted" in slider._words(3)
    press(qtbot, window, KEY.Key_D)
    assert session.frame == 2 and "drifted" in panel.status.text()
    click(qtbot, window, "next-drift")
    assert session.frame == 3
    press(qtbot, window, KEY.Key_Return)
    qtbot.wait(20)
    assert session.document.labelled_frames() == tuple(range(FRAMES)) and slider.height() == low
    press(qtbot, window, KEY.Key_Z, CTRL)
    assert session.document.labelled_frames() == (0,)


def test_nothing_in_the_panel_is_cut_off(qtbot: QtBot, window: MainWindow) -> None:
    propose(window, uncertainty={0: np.zeros((3, 4), np.uint8)}, drifted=tuple(range(0, FRAMES, 2)),
            consistency={1: 0.5})
    qtbot.wait(30)
    panel = window.workspace.assist
    inner = panel.parentWidget()
    assert inner.width() <= inner.parentWidget().width()
    for child in panel.findChildren(QWidget):
        if child.isVisible() and not child.isWindow():
            assert child.width() >= child.minimumSizeHint().width(), child.objectName()
