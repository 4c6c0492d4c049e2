"""Synthesize: what is said of an image is true, and is read whole at 1280 x 800. The network is a fake."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.jobs.catalogue import list_models
from tests.gui.test_synthesize_workspace import draw_lesion, fakes, fill, page, rest

__all__ = ["fakes", "page"]
pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")


def test_fewer_steps_than_the_card_asks_for_are_not_called_full_quality(qtbot: QtBot,
                                                                        page: SynthesizeWorkspace) -> None:
    state, asked = page.image_bar.state, page.setup.options.steps
    draw_lesion(qtbot, page)
    assert "Full quality" in state.text() and state.property("role") == "good"
    page.setup.steps.setValue(2)
    rest(qtbot, page)
    assert f"2 of {asked} steps" in state.text() and state.property("role") == "caution"


def test_nothing_below_the_canvas_and_on_the_tiles_is_cut_off(qtbot: QtBot, page: SynthesizeWorkspace,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    page.setup.class_choice.choose("malignant")
    page.setup.seed.setValue(999_990)
    draw_lesion(qtbot, page)
    fill(qtbot, page, 2)
    page.gallery.choose(0)
    facts = page.image_bar.facts
    assert page.image_bar.buttons["live"].isVisible() and "malignant" in facts.text()
    assert facts.fontMetrics().horizontalAdvance(facts.text()) <= facts.width()
    assert page.image_bar.state.height() + facts.height() <= page.image_bar.height()
    cut: list[str] = []

    def watch(metrics: QFontMetrics, words: str, mode: Qt.TextElideMode, width: int) -> str:
        if metrics.horizontalAdvance(words) > width:
            cut.append(words)
        return words

    monkeypatch.setattr(QFontMetrics, "elidedText", watch)
    page.gallery.list.viewport().grab()
    assert not cut
