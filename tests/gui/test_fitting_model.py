"""The AI panel offers the model that the image shown suits, once it can tell, and never against the person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.likeness import FindAlike
from medsynth_gui.jobs.warm_up import WarmUp
from medsynth_gui.session import commands
from tests.builders import ramp
from tests.gui.studio_window import settle, studio_window

BREAST, HEAD = "seg-breast-us", "seg-fetal-head-us"


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(WarmUp, "run", lambda *_: {})
    monkeypatch.setattr(FindAlike, "run", lambda job, _: {name: name == job.series.title for name in job.models})
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        settle(qtbot, shown)
        yield shown


def show(qtbot: QtBot, window: MainWindow, title: str, shade: int) -> str:
    """Open an image that is like what the model of this name was taught with; the model then offered."""
    commands.open_series(window.context.session, ImageSeries.from_array(ramp() // shade, title=title))
    settle(qtbot, window)
    return offered(window)


def offered(window: MainWindow) -> str:
    return str(window.workspace.assist.models.currentData())


def test_the_model_taught_with_such_images_is_offered_after_the_warm_up(qtbot: QtBot, window: MainWindow) -> None:
    assert show(qtbot, window, HEAD, 1) == BREAST
    window.context.queue.submit(WarmUp())
    settle(qtbot, window)
    assert offered(window) == HEAD and window.context.settings["model_segment"] == BREAST
    assert show(qtbot, window, BREAST, 2) == BREAST
    assert not window.workspace.assist.proposal.unlike.isVisible()
    assert show(qtbot, window, "like nothing", 3) == BREAST
    warning = window.workspace.assist.proposal.unlike
    assert warning.isVisible() and warning.text().startswith("No model here was taught with")


def test_the_persons_choice_for_an_image_stays(qtbot: QtBot, window: MainWindow) -> None:
    window.context.queue.submit(WarmUp())
    settle(qtbot, window)
    assert show(qtbot, window, HEAD, 1) == HEAD
    first = window.context.session.current
    assert "HC18" in window.workspace.assist.models.toolTip()
    models = window.workspace.assist.models
    models.choose("seg-nerve-vessel-us")
    models.picked.emit("seg-nerve-vessel-us")
    assert "another was" in window.workspace.assist.proposal.unlike.text()
    assert show(qtbot, window, BREAST, 2) == BREAST
    commands.select_series(window.context.session, first.key)
    settle(qtbot, window)
    assert offered(window) == "seg-nerve-vessel-us"
