"""Synthesize: the generator that is chosen, its name, its licence, and what is set for it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.panels.synthesize_live import Phase
from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.jobs.catalogue import list_models
from tests.gui.fake_generator import fake_generator
from tests.gui.studio_window import go, settle, studio_window
from tests.gui.test_synthesize_workspace import LEFT, drag, rest, window_of

pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")


@pytest.fixture
def page(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[SynthesizeWorkspace]:
    fake_generator(monkeypatch)
    with studio_window(qtbot) as window:
        shown = go(qtbot, window, "synthesize")
        assert isinstance(shown, SynthesizeWorkspace)
        yield shown


def test_a_licence_that_asks_is_answered_before_an_image_is_drawn(qtbot: QtBot, page: SynthesizeWorkspace,
                                                                  tmp_path: Path) -> None:
    folder = list_models("synthesis")[0].folder
    shutil.copytree(folder, tmp_path / "mine", ignore=shutil.ignore_patterns("*.safetensors"))
    card = tmp_path / "mine" / "card.toml"
    card.write_text(re.sub(r'(?m)^licence = .*', 'licence = "research use only"', card.read_text()))
    box = page.setup.findChild(QCheckBox, "licence-accepted")
    assert box is not None and not box.isVisible(), "a shipped model asks nothing"
    page.context.settings["model_folders"] = [str(tmp_path / "mine")]
    page.context.settings["model_synthesize"] = str(tmp_path / "mine")
    page.setup.model.refresh()
    assert box.isVisible() and not box.isChecked()
    page.pad.choose("ellipse")
    drag(qtbot, page, (60, 98), (100, 158))
    qtbot.waitUntil(lambda: page.live.state.phase is Phase.FAILED, timeout=20_000)
    settle(qtbot, window_of(page))
    assert page.live.state.failure is not None and page.live.state.failure.id == "licence-asks"
    assert page.showing.picture.live is None
    bar, notice = page.image_bar.state, window_of(page).notice
    assert bar.wordWrap() and bar.heightForWidth(bar.width()) <= bar.height() and "--accept-licence" in bar.toolTip()
    assert notice.isVisible() and window_of(page).context.settings["licences_accepted"] == {}
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    rest(qtbot, page)
    assert page.showing.picture.live.provenance.parameters["licence_accepted"] == "research use only"


def test_what_was_set_stays_on_coming_back_and_the_plan_shares_the_generator(qtbot: QtBot,
                                                                            page: SynthesizeWorkspace) -> None:
    window = window_of(page)
    page.setup.steps.setValue(21)
    go(qtbot, window, "library")
    go(qtbot, window, "synthesize")
    assert page.setup.steps.value() == 21
    page.pages.turn("plan")
    other = page.pages.planner.setup.model.choice
    other.setCurrentIndex(1)
    other.activated.emit(1)
    page.pages.turn("images")
    assert page.setup.model.ref == other.currentData() == window.context.settings["model_synthesize"]
    settle(qtbot, window)


def test_the_name_of_every_generator_has_room(qtbot: QtBot, page: SynthesizeWorkspace) -> None:
    choice = page.setup.model.choice
    room = choice.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, _combo_option(choice), QStyle.SubControl.SC_ComboBoxEditField, choice)
    for number in range(choice.count()):
        assert choice.fontMetrics().horizontalAdvance(choice.itemText(number)) <= room.width(), choice.itemText(number)


def _combo_option(choice: QComboBox) -> QStyleOptionComboBox:
    option = QStyleOptionComboBox()
    choice.initStyleOption(option)
    return option


def test_frames_are_offered_where_the_generator_has_a_bank_and_go_into_the_request(page: SynthesizeWorkspace) -> None:
    setup = page.setup
    for model, offered in (("syn-fetal-head-us", True), ("syn-breast-us", False)):
        setup.model.choice.choose(model)
        setup.model.choice.picked.emit(model)
        assert setup.frame.isEnabled() is offered and (setup.frame.count() > 2) is offered
        assert setup.frame.currentData() == "seed"
        if offered:
            setup.frame.choose("1")
            assert setup.request((np.ones((8, 8), np.uint8),)).frame == "1"
