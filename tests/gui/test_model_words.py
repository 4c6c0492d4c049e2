"""Every task that a card may name has words for it: a model of one's own must not break the list of models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medsynth_gui.core.model_card import TASKS, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.gui.model_words import task_title
from medsynth_gui.gui.panels.model_cards import ModelCards


@pytest.mark.parametrize("task", TASKS)
def test_a_task_has_a_title(task):
    assert task_title(task) and task_title(task) != task


def test_a_twin_of_ones_own_is_listed(qtbot):
    cards = ModelCards()
    qtbot.addWidget(cards)
    cards.set_models([replace(read_card(models() / "seg-breast-us"), task="distillation")])
    assert cards._layout.count() == 1
