"""Export: a dry run says what would happen, writing verifies it, and what is refused is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.export_plan import size_words
from tests.builders import disc, ramp
from tests.gui.studio_window import click, go, settle, studio_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def fill_project(window: MainWindow, folder: Path) -> None:
    """Four samples: one synthetic, one rejected."""
    assert use_project(window.context, folder, create=True)
    project = window.context.session.project
    for number in range(4):
        synthetic = number == 1
        project.add_image(ramp(), Provenance(synthetic=synthetic, producer="syn-breast-us" if synthetic else "scanner"),
                          id=f"s{number}", mask=disc(48, 64, center=(20, 30), radius=5 + number))
    project.set_review("s2", Review(ReviewState.REJECTED))


def test_without_a_project_it_says_what_is_needed(qtbot: QtBot, window: MainWindow) -> None:
    page = go(qtbot, window, "export")
    assert not page.setup.write_button.isEnabled()
    assert "a project" in page.setup._missing.text()


def test_dry_run_then_write_then_verified(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    fill_project(window, tmp_path / "study")
    page = go(qtbot, window, "export")
    page.setup.out.set_path(tmp_path / "dataset")
    click(qtbot, window, "export-plan")
    settle(qtbot, window)
    assert page.pages.currentWidget() is page.view
    assert len(page.view.items.rows) == 3 and not (tmp_path / "dataset").exists()
    assert [one.path for one in page.view.left_out.rows] == ["s2"]
    click(qtbot, window, "export-write")
    settle(qtbot, window)
    assert page.view._title.text() == "Written and verified"
    names = sorted(path.stem for path in (tmp_path / "dataset").rglob("images/*.png"))
    assert len(names) == 3 and sum(name.endswith("_synthetic") for name in names) == 1
    click(qtbot, window, "export-write")
    settle(qtbot, window)
    assert "already holds files" in page.view._conflicts.text()


def test_only_what_was_asked_for_is_planned(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    fill_project(window, tmp_path / "study")
    page = go(qtbot, window, "export")
    page.setup.out.set_path(tmp_path / "dataset")
    page.setup.what.choose("synthetic")
    page.setup.format.choose("coco")
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    assert [item.sample.id for item in page.view.items.rows] == ["s1"]


def test_sizes_are_said_as_a_person_does() -> None:
    assert [size_words(n) for n in (7, 1500, 250_000_000)] == ["7 B", "1.5 kB", "250 MB"]
