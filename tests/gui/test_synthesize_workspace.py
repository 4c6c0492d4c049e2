"""Synthesize: the image follows the mask; seeds are made, judged, kept and rejected. The network is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton
from pytestqt.qtbot import QtBot

from medsynth_gui.core.model_card import read_card
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.synthesize_live import Phase
from medsynth_gui.gui.workspaces.synthesize import SynthesizeWorkspace
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.session.synthesis import GeneratorOptions
from tests.gui.fake_generator import FakeGates, FakeGenerator, fake_generator
from tests.gui.studio_window import click, go, settle, studio_window, write_images, write_masks

pytestmark = pytest.mark.skipif(not list_models("synthesis"), reason="no generator is shipped yet")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeGenerator, FakeGates]:
    return fake_generator(monkeypatch)


@pytest.fixture
def page(qtbot: QtBot, fakes: object) -> Iterator[SynthesizeWorkspace]:
    with studio_window(qtbot) as window:
        shown = go(qtbot, window, "synthesize")
        assert isinstance(shown, SynthesizeWorkspace)
        yield shown


def window_of(page: SynthesizeWorkspace) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def at(page: SynthesizeWorkspace, y: float, x: float) -> QPoint:
    return page.canvas.view.to_widget(y, x).toPoint()


def drag(qtbot: QtBot, page: SynthesizeWorkspace, start: tuple[float, float], end: tuple[float, float]) -> None:
    """The left button from one place of the mask (y, x) to another."""
    qtbot.mousePress(page.canvas, LEFT, pos=at(page, *start))
    qtbot.mouseMove(page.canvas, at(page, *end))
    qtbot.mouseRelease(page.canvas, LEFT, pos=at(page, *end))


def draw_lesion(qtbot: QtBot, page: SynthesizeWorkspace) -> None:
    """An ellipse around (80, 128) of the pad, and its image in full quality."""
    page.pad.choose("ellipse")
    drag(qtbot, page, (60, 98), (100, 158))
    page.pad.choose("shape")
    rest(qtbot, page)


def rest(qtbot: QtBot, page: SynthesizeWorkspace) -> None:
    """Until the live image is there in full quality."""
    qtbot.waitUntil(lambda: page.live.state.phase is Phase.FINAL, timeout=20_000)
    settle(qtbot, window_of(page))


def fill(qtbot: QtBot, page: SynthesizeWorkspace, count: int) -> None:
    page.setup.count.setValue(count)
    click(qtbot, window_of(page), "synthesize-run")
    settle(qtbot, window_of(page))


def test_the_image_follows_a_dragged_lesion_with_the_same_seed(qtbot: QtBot, page: SynthesizeWorkspace,
                                                               fakes: tuple[FakeGenerator, FakeGates]) -> None:
    calls = fakes[0].calls
    assert not page.setup.go.isEnabled()
    draw_lesion(qtbot, page)
    calls.clear()
    qtbot.mousePress(page.canvas, LEFT, pos=at(page, 80, 128))
    qtbot.mouseMove(page.canvas, at(page, 100, 150))
    qtbot.waitUntil(lambda: len(calls) == 1, timeout=5000)
    kind, seed, mask = calls[0]
    assert (kind, seed) == ("preview", page.setup.seed.value())
    y, x = np.nonzero(mask)
    assert np.allclose((y.mean() * 4, x.mean() * 4), (100, 150), atol=3), "the mask in the middle of the drag"
    qtbot.mouseRelease(page.canvas, LEFT, pos=at(page, 100, 150))
    rest(qtbot, page)
    assert [kind for kind, _, _ in calls] == ["preview", "full"]
    assert page.showing.picture.live.provenance.synthetic and page.canvas.overlays.synthetic
    page.pad.undo()
    rest(qtbot, page)
    assert np.allclose(np.argwhere(page.pad.mask).mean(axis=0), (80, 128), atol=1), "one drag is one step"


def test_the_latest_change_wins_and_the_rest_is_dropped(qtbot: QtBot, page: SynthesizeWorkspace,
                                                        fakes: tuple[FakeGenerator, FakeGates]) -> None:
    draw_lesion(qtbot, page)
    generator = fakes[0]
    generator.calls.clear()
    generator.free.clear()
    qtbot.mousePress(page.canvas, LEFT, pos=at(page, 80, 128))
    for step in range(1, 20):
        qtbot.mouseMove(page.canvas, at(page, 80 + step, 128))
        qtbot.waitUntil(lambda: len(generator.calls) == 1, timeout=5000)
    qtbot.mouseRelease(page.canvas, LEFT, pos=at(page, 99, 128))
    generator.free.set()
    rest(qtbot, page)
    kinds, _, masks = zip(*generator.calls, strict=True)
    assert kinds == ("preview", "preview", "full")
    assert not np.array_equal(masks[0], masks[1]) and np.array_equal(masks[1], masks[2])


def test_what_the_gates_stop_lies_in_the_tray_and_a_copy_stays_there(qtbot: QtBot, page: SynthesizeWorkspace,
                                                                     fakes: tuple[FakeGenerator, FakeGates]) -> None:
    fakes[1].copies, fakes[1].unfaithful = {2}, {3}
    page.setup.seed.setValue(1)
    draw_lesion(qtbot, page)
    fill(qtbot, page, 4)
    assert [made.synthetic.provenance.seed for made in page.gallery.model.made] == [1, 4]
    page.side.choose("rejected")
    tray = page.rejected
    for row, offered in ((0, False), (1, True)):
        tray.list.setCurrentIndex(tray.model.index(row))
        assert tray._take.isVisible() is offered
        assert not page.context.actions.get("synthesize.keep").isEnabled()
    assert "case-01" in tray.model.made[0].failed[0].message().english()
    click(qtbot, window_of(page), "rejected-take")
    assert [made.synthetic.provenance.seed for made in page.gallery.model.made] == [1, 4, 3]
    page.collection.take_anyway(tray.model.made[0])
    assert len(tray.model.made) == 1, "a copy is never taken"


def test_keys_keep_and_reject_and_provenance_says_what_the_gates_found(qtbot: QtBot, page: SynthesizeWorkspace,
                                                                       tmp_path: Path) -> None:
    window = window_of(page)
    assert use_project(window.context, tmp_path / "study", create=True)
    draw_lesion(qtbot, page)
    fill(qtbot, page, 3)
    page.canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_K, Qt.Key.Key_Right, Qt.Key.Key_R):
        qtbot.keyClick(window, key)
        settle(qtbot, window)
    sample, = window.context.session.project.samples()
    made = page.gallery.model.made
    assert [one.sample_id for one in made] == [sample.id, ""] and len(page.rejected.model.made) == 1
    assert [gate["gate"] for gate in sample.provenance.parameters["gates"]] == ["copy", "faithful"]
    assert sample.provenance.seed == made[0].synthetic.provenance.seed
    qtbot.keyClick(window, Qt.Key.Key_A)
    settle(qtbot, window)
    session = window.context.session
    assert window.workspace.key == "annotate" and session.current.series.synthetic and session.document.labels(0).any()


def test_two_images_are_joined_by_a_slider_and_by_seven_steps(qtbot: QtBot, page: SynthesizeWorkspace) -> None:
    draw_lesion(qtbot, page)
    fill(qtbot, page, 3)
    selection, model = page.gallery.list.selectionModel(), page.gallery.model
    for row in (0, 2):
        selection.select(model.index(row), QItemSelectionModel.SelectionFlag.Select)
    first, second = (model.made[row].synthetic.provenance.seed for row in (0, 2))
    page.between.slider.setValue(40)
    rest(qtbot, page)
    found = page.showing.picture.live.provenance
    assert (found.seed, found.parameters["between_seed"], found.parameters["between_share"]) == (first, second, 0.4)
    click(qtbot, window_of(page), "between-strip")
    settle(qtbot, window_of(page))
    strip = [made.synthetic for made in page.collection.strip.made]
    assert len(strip) == 7 and np.array_equal(strip[0].image, model.made[0].synthetic.image)
    assert np.array_equal(strip[-1].image, model.made[2].synthetic.image)
    page.gallery.leave()
    rest(qtbot, page)
    assert "between_seed" not in page.showing.picture.live.provenance.parameters


def test_the_most_alike_real_image_stands_beside_and_without_any_it_says_what_to_do(
        qtbot: QtBot, page: SynthesizeWorkspace, tmp_path: Path) -> None:
    draw_lesion(qtbot, page)
    page.context.actions.get("synthesize.nearest").trigger()
    settle(qtbot, window_of(page))
    assert "choose a folder" in page.nearest._words.text()
    write_images(tmp_path / "real", 3)
    page.context.settings["real_images"] = str(tmp_path / "real")
    page.nearest._look()
    settle(qtbot, window_of(page))
    assert "case-0" in page.nearest._words.text() and "3 real images" in page.nearest._words.text()
    other, _ = page._beside.open_other()
    assert other.series is not None and not other.overlays.synthetic


def test_gate_limits_are_changed_reset_and_judge_again(qtbot: QtBot, page: SynthesizeWorkspace,
                                                       fakes: tuple[FakeGenerator, FakeGates]) -> None:
    draw_lesion(qtbot, page)
    fill(qtbot, page, 2)
    page.side.choose("gates")
    box = window_of(page).findChild(QDoubleSpinBox, "gate-faithful")
    calibrated = box.value()
    fakes[1].asked.clear()
    box.setValue(0.9)
    qtbot.waitUntil(lambda: len(fakes[1].asked) == 2, timeout=5000)
    assert fakes[1].asked[0].faithful == 0.9 and fakes[1].asked[0].copy is None
    click(qtbot, window_of(page), "gate-reset-faithful")
    assert box.value() == calibrated
    assert page.context.settings["gate_thresholds"][page.setup.model.ref] == {}


def test_seeds_advance_unless_they_are_locked(qtbot: QtBot, page: SynthesizeWorkspace) -> None:
    page.setup.seed.setValue(10)
    draw_lesion(qtbot, page)
    for _ in range(2):
        fill(qtbot, page, 2)
    page.setup.lock.click()
    fill(qtbot, page, 2)
    assert [made.synthetic.provenance.seed for made in page.gallery.model.made] == [10, 11, 12, 13, 12, 13]
    assert np.array_equal(page.gallery.model.made[2].synthetic.image, page.gallery.model.made[4].synthetic.image)


def test_masks_of_a_folder_are_used_in_turn(qtbot: QtBot, page: SynthesizeWorkspace, tmp_path: Path) -> None:
    write_masks(tmp_path / "masks", 3, radius=20)
    page.setup.switch.choose("folder")
    page.setup.chooser.folder_field.set_path(tmp_path / "masks")
    settle(qtbot, window_of(page))
    assert len(page.masks()) == 3
    fill(qtbot, page, 3)
    areas = [int((made.synthetic.mask > 0).sum()) for made in page.gallery.model.made]
    assert len(set(areas)) == 3


def test_an_image_of_the_gallery_is_gone_on_from_by_dragging_it(qtbot: QtBot, page: SynthesizeWorkspace) -> None:
    page.setup.seed.setValue(5)
    draw_lesion(qtbot, page)
    fill(qtbot, page, 3)
    page.gallery.choose(2)
    drag(qtbot, page, (80, 128), (90, 140))
    rest(qtbot, page)
    assert page.showing.made is None and page.setup.seed.value() == 7
    assert page.showing.picture.live.provenance.seed == 7


def test_options_come_from_the_card_whatever_the_architecture(tmp_path: Path) -> None:
    card = (list_models("synthesis")[0].folder / "card.toml").read_text(encoding="utf-8")
    left_out = ("classes", "steps", "guidance", "upscaler", "architecture")
    kept = [line for line in card.splitlines() if line.split(" =")[0] not in left_out]
    (tmp_path / "card.toml").write_text('architecture = "some-gan"\n' + "\n".join(kept), encoding="utf-8")
    options = GeneratorOptions.of(read_card(tmp_path))
    assert (options.classes, options.steps, options.guidance, len(options.sizes)) == ((), None, None, 1)


def test_an_empty_field_is_painted_at_once_and_a_mask_that_comes_has_its_handles(
        qtbot: QtBot, page: SynthesizeWorkspace, tmp_path: Path) -> None:
    bend = page.findChild(QPushButton, "mask-warp")
    assert page.pad.tool.id == "brush" and bend is not None and not bend.isEnabled()
    drag(qtbot, page, (80, 100), (80, 150))
    assert page.pad.mask[80, 120] == 1 and bend.isEnabled()
    rest(qtbot, page)
    page.pad.choose("shape")
    page.pad.clear()
    assert page.pad.tool.id == "brush"
    settle(qtbot, window_of(page))


def test_handles_come_with_the_mask_of_a_folder_unless_a_tool_was_chosen(qtbot: QtBot, page: SynthesizeWorkspace,
                                                                         tmp_path: Path) -> None:
    write_masks(tmp_path / "masks", 2, radius=20)
    page.setup.switch.choose("folder")
    page.setup.chooser.folder_field.set_path(tmp_path / "masks")
    settle(qtbot, window_of(page))
    assert page.pad.tool.id == "shape"
    page.pad.choose("lasso")
    page.setup.chooser.choose(range(1, 2))
    settle(qtbot, window_of(page))
    assert page.pad.tool.id == "lasso"
