"""Synthesize offers the generator for an image on which nothing is drawn, once the image is looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.jobs.likeness import FindAlike
from medsynth_gui.jobs.warm_up import WarmUp
from medsynth_gui.session import commands
from tests.builders import ramp
from tests.gui.fake_generator import fake_generator
from tests.gui.studio_window import go, settle, studio_window
from tests.unit.dataset.builders import small_project

pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")
BREAST, HEAD, LUNGS = "syn-breast-us", "syn-fetal-head-us", "syn-lungs-cxr"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The images that were looked at; each is like what the segmenter named in its title was taught with."""
    titles: list[str] = []

    def run(job: FindAlike, _: object) -> dict[str, bool]:
        assert threading.current_thread() is not threading.main_thread()
        titles.append(job.series.title)
        return {name: name == job.series.title for name in job.models}

    monkeypatch.setattr(FindAlike, "run", run)
    monkeypatch.setattr(WarmUp, "run", lambda *_: {})
    return titles


@pytest.fixture
def window(qtbot: QtBot, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    fake_generator(monkeypatch)
    with studio_window(qtbot) as shown:
        go(qtbot, shown, "synthesize")
        yield shown


def show(qtbot: QtBot, window: MainWindow, title: str, shade: int) -> str:
    """Open an image in sight of the list of generators; the one then offered."""
    commands.open_series(window.context.session, ImageSeries.from_array(ramp() // shade, title=title, modality="OT"))
    settle(qtbot, window)
    return offered(window)


def offered(window: MainWindow) -> str:
    return str(window.workspace.setup.model.ref)


def warm(qtbot: QtBot, window: MainWindow) -> None:
    window.context.queue.submit(WarmUp())
    settle(qtbot, window)


def test_the_generator_follows_each_image_that_is_opened(qtbot: QtBot, window: MainWindow, asked: list[str]) -> None:
    assert show(qtbot, window, "seg-lungs-cxr", 1) == BREAST and not asked
    warm(qtbot, window)
    assert offered(window) == LUNGS and window.workspace.setup.class_choice.findData("tuberculosis") > 0
    assert show(qtbot, window, "seg-fetal-head-us", 2) == HEAD
    assert show(qtbot, window, "like nothing", 3) == BREAST
    go(qtbot, window, "annotate")
    assert asked == ["seg-lungs-cxr", "seg-fetal-head-us", "like nothing"], "no workspace asks again"


def test_a_generator_chosen_by_hand_before_the_answer_stays_for_that_image(qtbot: QtBot, window: MainWindow,
                                                                          asked: list[str]) -> None:
    assert show(qtbot, window, "seg-lungs-cxr", 1) == BREAST
    choice = window.workspace.setup.model.choice
    choice.setCurrentIndex(choice.findData(HEAD))
    choice.activated.emit(choice.currentIndex())
    warm(qtbot, window)
    assert asked and offered(window) == HEAD
    go(qtbot, window, "library")
    go(qtbot, window, "synthesize")
    assert offered(window) == HEAD
    assert show(qtbot, window, "seg-lungs-cxr", 2) == LUNGS


def test_a_generator_chosen_by_hand_for_a_project_stays(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    small_project(tmp_path / "p").close()
    assert use_project(window.context, tmp_path / "p")
    choice = window.workspace.setup.model.choice
    choice.setCurrentIndex(choice.findData(HEAD))
    choice.activated.emit(choice.currentIndex())
    go(qtbot, window, "library")
    go(qtbot, window, "synthesize")
    assert offered(window) == HEAD


def test_who_makes_images_has_taken_the_generator(qtbot: QtBot, window: MainWindow, asked: list[str]) -> None:
    show(qtbot, window, "seg-lungs-cxr", 1)
    window.workspace.run()
    settle(qtbot, window)
    warm(qtbot, window)
    assert asked and offered(window) == BREAST


def test_an_image_that_cannot_be_looked_at_is_asked_about_once(qtbot: QtBot, window: MainWindow, asked: list[str],
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(job: FindAlike, _: object) -> dict[str, bool]:
        asked.append(job.series.title)
        raise OSError("torn")

    warm(qtbot, window)
    monkeypatch.setattr(FindAlike, "run", fail)
    assert show(qtbot, window, "seg-lungs-cxr", 1) == BREAST
    go(qtbot, window, "annotate")
    go(qtbot, window, "synthesize")
    assert asked == ["seg-lungs-cxr"] and offered(window) == BREAST
