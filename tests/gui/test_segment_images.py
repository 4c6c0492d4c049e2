"""All open images without a mask get a proposal, each of the model that suits it; what is drawn is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.likeness import LikenessJudges, suiting
from medsynth_gui.jobs.segment import SegmentSeries
from medsynth_gui.session import commands
from tests.builders import disc, ramp
from tests.gui.studio_window import click, settle, studio_window

BREAST, HEAD = "seg-breast-us", "seg-fetal-head-us"


def found(job: SegmentSeries, _: object) -> ResultLayer:
    """A disc; nothing can be read of the image called broken."""
    title = job.series.title
    if title == "broken":
        raise InputError("file-missing", path=title)
    mask = disc(48, 64, center=(20, 20), radius=6)
    return ResultLayer({0: mask}, {}, Provenance(synthetic=False, producer=job.model), "Test",
                       uncertainty={0: np.zeros((48, 64), np.uint8)}, unlike=(0,) if title == "strange" else ())


def suits(_: LikenessJudges, gray: npt.NDArray[np.uint8], models: Sequence[str]) -> str:
    """A dark image is like what no model was taught with, one of middle brightness like heads, others like breasts."""
    brightest = int(gray.max())
    kind = BREAST if brightest > 100 else HEAD if brightest > 50 else ""
    return suiting({model: model == kind for model in models}, models)


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(SegmentSeries, "run", found)
    monkeypatch.setattr(LikenessJudges, "suiting", suits)
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        settle(qtbot, shown)
        yield shown


def open_image(window: MainWindow, title: str, brightest: int) -> None:
    pixels = (ramp().astype(float) / ramp().max() * brightest).astype(np.uint8)
    commands.open_series(window.context.session, ImageSeries.from_array(pixels, title=title))


def told_by(qtbot: QtBot, window: MainWindow) -> str:
    """What is said after All images."""
    told: list[str] = []
    window.context.notify = lambda what, tone="info": told.append(str(what))
    click(qtbot, window, "segment-images")
    settle(qtbot, window)
    return told[0]


def test_every_open_image_without_a_mask_gets_a_proposal(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    for number, title in enumerate(("drawn", "plain", "broken")):
        open_image(window, title, 255 - number)
        if title == "drawn":
            assert not window.workspace.assist.all_images.isVisible()
            with session.document.step("draw"):
                session.document.paint(Region(0, 0, 0, 4, 4), np.ones((4, 4), np.bool_), 1)
    settle(qtbot, window)
    told = told_by(qtbot, window)
    proposed = {one.title: one.proposal for one in session.opened}
    assert [title for title, layer in proposed.items() if layer] == ["plain"]
    assert proposed["plain"].uncertainty[0].shape == (24, 32)
    assert told.startswith("1 images have a proposal") and "broken" in told and "left out" not in told
    commands.select_series(session, next(one.key for one in session.opened if one.title == "plain"))
    assert commands.accept_proposal(session) and session.document.labels(0).any()
    told = told_by(qtbot, window)
    assert told.startswith("0 images") and "broken" in told


def test_each_image_gets_the_model_that_suits_it_or_is_left_out(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    for title, brightest in (("breast", 200), ("head", 80), ("like nothing", 40), ("strange", 41)):
        open_image(window, title, brightest)
    settle(qtbot, window)
    # The person chose a model for the image shown: it is asked, and what comes says that it is unlike.
    window.workspace.assist.models.picked.emit(BREAST)
    told = told_by(qtbot, window)
    made = {one.title: one.proposal and one.proposal.provenance.producer for one in session.opened}
    assert made == {"breast": BREAST, "head": HEAD, "like nothing": None, "strange": BREAST}
    assert told.startswith("3 images") and "1 are unlike" in told and "1 were left out: no model" in told


def test_the_status_bar_names_the_model_of_the_image_shown(qtbot: QtBot, window: MainWindow) -> None:
    open_image(window, "breast", 200)
    settle(qtbot, window)
    window.workspace.assist.segment_frame()
    settle(qtbot, window)
    first = window.context.session.current
    assert window.status.model.text() == BREAST
    open_image(window, "head", 80)
    assert window.status.model.text() == ""
    commands.select_series(window.context.session, first.key)
    assert window.status.model.text() == BREAST
