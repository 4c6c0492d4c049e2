"""All open images without a mask get a proposal; what a person has drawn is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.jobs.segment import SegmentSeries
from medsynth_gui.session import commands
from tests.builders import disc, ramp
from tests.gui.studio_window import click, settle, studio_window


def found(job: SegmentSeries, _: object) -> ResultLayer:
    """A disc; nothing can be read of the image called broken, and the one called strange is unlike."""
    title = job.series.title
    if title == "broken":
        raise InputError("file-missing", path=title)
    mask = disc(48, 64, center=(20, 20), radius=6)
    return ResultLayer({0: mask}, {}, Provenance(synthetic=False, producer="test"), "Test",
                       uncertainty={0: np.zeros((48, 64), np.uint8)}, unlike=(0,) if title == "strange" else ())


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(SegmentSeries, "run", found)
    with studio_window(qtbot) as shown:
        shown.show_workspace("annotate")
        settle(qtbot, shown)
        yield shown


def test_every_open_image_without_a_mask_gets_a_proposal(qtbot: QtBot, window: MainWindow) -> None:
    session = window.context.session
    for shade, title in enumerate(("drawn", "plain", "strange", "broken"), 1):
        commands.open_series(session, ImageSeries.from_array(ramp() // shade, title=title))
        if title == "drawn":
            assert not window.workspace.assist.all_images.isVisible()
            with session.document.step("draw"):
                session.document.paint(Region(0, 0, 0, 4, 4), np.ones((4, 4), np.bool_), 1)
    settle(qtbot, window)
    told: list[str] = []
    window.context.notify = lambda what, tone="info": told.append(str(what))
    click(qtbot, window, "segment-images")
    settle(qtbot, window)
    proposed = {one.title: one.proposal for one in session.opened}
    assert [title for title, layer in proposed.items() if layer] == ["plain", "strange"]
    assert proposed["plain"].uncertainty[0].shape == (24, 32)
    assert told[0].startswith("2 images have a proposal") and "1 are unlike" in told[0] and "broken" in told[0]
    commands.select_series(session, next(one.key for one in session.opened if one.title == "plain"))
    assert commands.accept_proposal(session) and session.document.labels(0).any()
    told.clear()
    click(qtbot, window, "segment-images")
    settle(qtbot, window)
    assert told[0].startswith("0 images") and "broken" in told[0]
