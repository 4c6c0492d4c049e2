"""The queue in the window: each image by the model that suits it, and what none knows on top, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.cli import reviewing
from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.ranking import UNLIKE_ALL, Order, Ranked
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.item_models.queue_model import RANKED_ROLE
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.rank import Ranking, RankProject
from tests.gui.studio_window import go, settle, studio_window
from tests.unit.dataset.builders import small_project

asked: list[RankProject] = []


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A queue whose first image is known to be unlike anything from the second turn on."""
    with small_project(tmp_path / "p") as project:
        first, *rest = project.samples()
    asked.clear()

    def run(job: RankProject, _: object) -> Ranking:
        asked.append(job)
        judged = job.seconds > 0
        notes = (Message("queue-unlike-any", {"count": 1}),) if judged else ()
        return Ranking(job.order, (Ranked(first, UNLIKE_ALL if judged else ""), *map(Ranked, rest)), 0, 3,
                       3 if judged else 0, 3, "Judge", notes)

    monkeypatch.setattr(RankProject, "run", run)
    with studio_window(qtbot) as shown:
        shown.context.settings["model_folders"] = [str(tmp_path / "mine")]
        assert use_project(shown.context, tmp_path / "p")
        go(qtbot, shown, "annotate").left.switch.choose("queue")
        shown.workspace.left.switch.chosen.emit("queue")
        settle(qtbot, shown)
        yield shown


def test_each_image_is_asked_of_the_model_that_suits_it_own_models_too(window: MainWindow, tmp_path: Path) -> None:
    assert {(job.model, job.others, job.further) for job in asked} == {("seg-breast-us", True, (tmp_path / "mine",))}


def test_what_becomes_known_of_an_image_is_told_where_it_stands(window: MainWindow) -> None:
    queue = window.workspace.left.queue
    assert [job.seconds > 0 for job in asked] == [False, True]
    assert queue.model.index(0).data(RANKED_ROLE).reason == UNLIKE_ALL
    assert "stand first" in queue.status.note.text() and queue.status.note.isVisible()


@pytest.mark.parametrize("model", [None, "seg-lungs-cxr"])
def test_on_the_command_line_a_model_that_is_named_judges_alone(model: str | None,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "run", lambda job: job)
    job = reviewing.queue(Path("p"), model=model)
    assert (job.model, job.others, job.order) == (model or "seg-breast-us", model is None, Order.WRONG)
