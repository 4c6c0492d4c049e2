"""The preview of a labelled data set, driven by hand; and a mask loaded onto the open series."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog
from pytestqt.qtbot import QtBot

from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.io.raster_files import read_labels, write_label_png
from tests.builders import disc
from tests.gui.studio_window import click, go, settle, studio_window, write_images
from tests.gui.test_library_workspace import drop, words

SHAPE = (96, 128)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def labelled_folder(folder: Path, count: int = 4) -> Path:
    for number, path in enumerate(write_images(folder, count)):
        labels = disc(*SHAPE, center=(48, 64), radius=20)
        labels[:8, :8] = 2
        if number:
            write_label_png(path.with_name(f"{path.stem}_mask.png"), labels)
    return folder


def preview(qtbot: QtBot, window: MainWindow) -> QDialog:
    settle(qtbot, window)
    return window.findChild(QDialog, "import-preview")


def press(qtbot: QtBot, dialog: QDialog, name: str) -> None:
    qtbot.mouseClick(dialog.findChild(QAbstractButton, name), Qt.MouseButton.LeftButton)


def test_a_dropped_folder_with_masks_is_offered_previewed_and_imported(qtbot: QtBot, window: MainWindow,
                                                                       tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    assert use_project(window.context, tmp_path / "study", create=True)
    drop(page, [labelled_folder(tmp_path / "set")])
    settle(qtbot, window)
    assert "3 of 4 images in set come with masks" in words(page)
    click(qtbot, window, "offer-import")
    dialog = preview(qtbot, window)
    assert not page.importer.offer.isVisible()
    assert "3 of 4 images have a mask." in words(dialog)
    assert dialog.model.rowCount() == 3
    field = dialog.findChild(QComboBox, "import-label-2")
    field.lineEdit().selectAll()
    qtbot.keyClicks(field.lineEdit(), "cyst")
    qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)
    assert {key: (target.value, target.name) for key, target in dialog.labels.targets.items()} == {
        "1": (1, "lesion"), "2": (2, "cyst")}
    dialog.options.unlabelled.setChecked(False)
    assert "3 images, 3 with masks" in words(dialog)
    settle(qtbot, window)
    press(qtbot, dialog, "import-go")
    settle(qtbot, window)
    samples = window.context.session.project.samples()
    assert [sample.label_values for sample in samples] == [(1, 2)] * 3
    assert [label.name for label in window.context.session.label_set][:2] == ["lesion", "cyst"]
    assert "3 images imported" in words(window)


def test_a_label_is_left_out_an_import_cancelled_and_a_plain_folder_told(qtbot: QtBot, window: MainWindow,
                                                                        tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    page.importer.show_preview([labelled_folder(tmp_path / "set")])
    dialog = preview(qtbot, window)
    field = dialog.findChild(QComboBox, "import-label-2")
    field.setCurrentIndex(0)
    field.activated.emit(0)
    qtbot.wait(250)
    settle(qtbot, window)
    assert dialog.labels.targets["2"].value == 0
    assert set(np.unique(dialog.model.previews[0].labels)) == {0, 1}
    press(qtbot, dialog, "import-cancel")
    settle(qtbot, window)
    assert window.context.session.project is None
    write_images(tmp_path / "plain", 2)
    drop(page, [tmp_path / "plain"])
    settle(qtbot, window)
    assert not page.importer.offer.isVisible()
    page.importer.show_preview([tmp_path / "plain"])
    dialog = preview(qtbot, window)
    assert "No masks found here" in words(dialog)
    assert not dialog.import_button.isEnabled()
    dialog.reject()


def test_a_mask_is_loaded_as_one_step_that_undo_takes_back(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (path,) = write_images(tmp_path, 1)
    labels = disc(*SHAPE, center=(48, 64), radius=20) * np.uint8(3)
    write_label_png(tmp_path / "gold.png", labels)
    window.opener.open_paths([path])
    page = go(qtbot, window, "annotate")
    page.mask_loader.load([tmp_path / "gold.png"])
    settle(qtbot, window)
    session = window.context.session
    assert np.array_equal(session.document.labels(0), labels)
    assert session.label_set.find(3) is not None
    session.document.undo()
    assert not session.document.labels(0).any()
    assert read_labels(tmp_path / "gold.png").any()
