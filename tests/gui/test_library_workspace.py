"""The Library: import, filter, details, project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.dialogs.project_folder import use_project
from medsynth_gui.gui.item_models.library_entries import LibraryEntry, LibraryFilter, balance, facet_values
from medsynth_gui.gui.main_window import MainWindow
from medsynth_gui.gui.panels.library_filters import LibraryFilters
from medsynth_gui.session import commands
from tests.gui.studio_window import click, go, settle, studio_window, write_images


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with studio_window(qtbot) as shown:
        yield shown


def drop(page: QWidget, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    page.dropEvent(QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                              Qt.KeyboardModifier.NoModifier))


def words(widget: QWidget) -> str:
    return "\n".join(label.text().replace("\u200b", "") for label in widget.findChildren(QLabel) if label.isVisible())


def test_dropped_files_are_listed_and_what_fails_is_said_in_words(qtbot: QtBot, window: MainWindow,
                                                                  tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    assert page.pages.currentIndex() == 0
    broken = tmp_path / "scan_0031.dcm"
    broken.write_bytes(b"")
    drop(page, [*write_images(tmp_path / "images", 3), broken])
    settle(qtbot, window)
    assert page.model.rowCount() == 3
    assert "scan_0031.dcm" in words(page.details)
    assert "Export or copy the file again" in words(page.details)


def test_a_folder_is_opened_and_filtered_by_words(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    write_images(tmp_path / "images", 12)
    drop(page, [tmp_path / "images"])
    settle(qtbot, window)
    qtbot.keyClicks(page.filters.search, "case-03")
    assert [entry.title for entry in page.model.shown] == ["case-03.png"]
    qtbot.keyClicks(page.filters.search, "xyz")
    assert page.pages.currentIndex() == 1
    click(qtbot, window, "library-clear")
    assert page.model.rowCount() == 12


def test_double_click_opens_the_image_in_annotate(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    drop(page, write_images(tmp_path / "images", 2))
    settle(qtbot, window)
    rect = page.grid.visualRect(page.model.index(1))
    qtbot.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    qtbot.mouseDClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    settle(qtbot, window)
    assert window.workspace.key == "annotate"
    assert window.context.session.current.title == "case-01.png"


def test_selected_images_become_samples_once(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    drop(page, write_images(tmp_path / "images", 3))
    settle(qtbot, window)
    assert use_project(window.context, tmp_path / "study", create=True)
    page.grid.selectAll()
    for _ in range(2):
        click(qtbot, window, "library-add")
        settle(qtbot, window)
    samples = window.context.session.project.samples()
    assert [sample.title for sample in samples] == ["case-00.png", "case-01.png", "case-02.png"]
    assert all(sample.provenance is not None and not sample.synthetic for sample in samples)
    # An image and the sample that it is are one tile, which can still be opened and added.
    assert page.model.rowCount() == 3 and page.details.balance._rows == (("", 3, 0),)
    assert all(entry.sample_id and entry.opened and entry.detail == "Image · 128 × 96" for entry in page.model.entries)
    assert "No image shown has a class" in words(page.details) and "once images are" not in words(page.details)
    assert "3 samples" in words(page.filters)
    commands.open_series(window.context.session, ImageSeries.from_array(np.zeros((96, 128), np.uint8),
                                                                        title="case-00.png"))
    settle(qtbot, window)
    assert page.model.rowCount() == 4


def test_ten_thousand_entries_ask_for_the_thumbnails_on_the_screen_only(qtbot: QtBot, window: MainWindow,
                                                                       tmp_path: Path) -> None:
    page = go(qtbot, window, "library")
    asked: list[str] = []

    class Entry(LibraryEntry):
        def gray(self) -> npt.NDArray[np.uint8]:
            asked.append(self.key)
            return np.zeros((8, 8), np.uint8)

    page._samples = [Entry(key=str(number), title=f"image {number}", class_name="ab"[number % 2])
                     for number in range(10_000)]
    page._refresh()
    settle(qtbot, window)
    assert page.model.rowCount() == 10_000
    assert 0 < len(asked) < 200
    page.model.set_filter(LibraryFilter(class_name="a", text="image 9900"))
    assert [entry.key for entry in page.model.shown] == ["9900"]


def test_what_names_no_modality_is_called_so_in_the_filter(qtbot: QtBot) -> None:
    filters = LibraryFilters()
    qtbot.addWidget(filters)
    filters.set_entries([LibraryEntry(key=name, title=name, modality=name) for name in ("OT", "US")])
    choice = filters.facets["modality"]
    assert [choice.itemText(row) for row in range(choice.count())][1:] == ["No modality named", "US"]


def test_facets_and_balance_count_real_and_synthetic() -> None:
    entries = [LibraryEntry("1", "x", class_name="benign"), LibraryEntry("2", "y", class_name="benign", synthetic=True),
               LibraryEntry("3", "z", class_name="malignant")]
    assert facet_values(entries, "origin") == ["real", "synthetic"]
    assert balance(entries) == [("benign", 1, 1), ("malignant", 1, 0)]
    assert [entry.key for entry in entries if LibraryFilter(origin="synthetic").accepts(entry)] == ["2"]
