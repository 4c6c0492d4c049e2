"""Synthesize: a drawn mask becomes an image, the same one for the same seed, kept with its provenance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.jobs.catalogue import list_models
from tests.gui.studio_window import click, go, settle, studio_window, write_masks

pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def page_with_stroke(qtbot: QtBot, window: MainWindow) -> SynthesizeWorkspace:
    page = go(qtbot, window, "synthesize")
    assert isinstance(page, SynthesizeWorkspace)
    assert page.setup.switch.key == "draw"
    assert not page.setup.go.isEnabled()
    center = page.canvas.rect().center()
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=center)
    qtbot.mouseMove(page.canvas, center + center * 0.1)
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=center + center * 0.1)
    page.setup.count.setValue(1)
    page.setup.steps.setValue(2)
    return page


def test_a_drawn_mask_becomes_the_same_image_for_the_same_seed(qtbot: QtBot, window: MainWindow) -> None:
    page = page_with_stroke(qtbot, window)
    previews: list[int] = []
    original = page.canvas.set_image
    page.canvas.set_image = lambda *args, **kwargs: (previews.append(1), original(*args, **kwargs))[1]
    for seed in (7, 7, 8):
        page.setup.seed.setValue(seed)
        click(qtbot, window, "synthesize-run")
        settle(qtbot, window)
    other, again, first = (made.synthetic for made in page.gallery.model.made)
    assert np.array_equal(first.image, again.image)
    assert not np.array_equal(first.image, other.image)
    assert first.mask.any() and first.provenance.synthetic and first.provenance.seed == 7
    assert len(previews) >= 6


def test_kept_images_are_samples_with_provenance_and_discarded_ones_are_gone(qtbot: QtBot, window: MainWindow,
                                                                             tmp_path: Path) -> None:
    page = page_with_stroke(qtbot, window)
    page.setup.count.setValue(2)
    assert use_project(window.context, tmp_path / "study", create=True)
    click(qtbot, window, "synthesize-run")
    settle(qtbot, window)
    click(qtbot, window, "gallery-keep")
    settle(qtbot, window)
    page.gallery.list.setCurrentIndex(page.gallery.model.index(1))
    click(qtbot, window, "gallery-discard")
    sample, = window.context.session.project.samples()
    assert sample.synthetic and sample.provenance.producer == page.setup.model.card.id and sample.mask
    made, = page.gallery.model.made
    assert made.sample_id == sample.id
    click(qtbot, window, "gallery-annotate")
    settle(qtbot, window)
    assert window.workspace.key == "annotate"
    assert window.context.session.current.series.synthetic
    assert window.context.session.document.labels(0).any()


def test_undo_takes_the_stroke_back_and_masks_come_from_a_folder(qtbot: QtBot, window: MainWindow,
                                                                tmp_path: Path) -> None:
    page = page_with_stroke(qtbot, window)
    assert page.setup.go.isEnabled()
    click(qtbot, window, "pad-undo")
    assert page.pad.empty and not page.setup.go.isEnabled()
    write_masks(tmp_path / "masks", 3, radius=20)
    page.setup.switch.choose("folder")
    page.setup.folder_field.set_path(tmp_path / "masks")
    settle(qtbot, window)
    assert len(page.masks()) == 3 and page.setup.go.isEnabled()


def test_masks_are_sampled_where_the_card_names_a_phantom(qtbot: QtBot, window: MainWindow) -> None:
    page = go(qtbot, window, "synthesize")
    if not page.setup.model.card.input.get("phantom"):
        pytest.skip("the shipped generator names no phantom to sample masks from")
    page.setup.switch.choose("sample")
    settle(qtbot, window)
    assert len(page.masks()) == 1 and page.masks()[0].any()
