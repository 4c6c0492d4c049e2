"""The library's right column: the selected image, the balance of what is shown, and import problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.review import ReviewState
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.gui.image_words import kind
from medsynth_gui.gui.item_models.library_entries import LibraryEntry, balance
from medsynth_gui.gui.panels.library_balance import BalanceChart
from medsynth_gui.gui.panels.parts import Card, KeyValues, SidePanel, breakable, button, section_head, text
from medsynth_gui.gui.review_words import state_words
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.gui.translation import words

_PROBLEMS_SHOWN = 50


class LibraryDetails(SidePanel):
    """Args: annotate: opens the selected entry for drawing."""

    def __init__(self, theme: Theme, annotate: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self._title, self._state = text("", "title"), text("", "muted")
        self._facts = KeyValues()
        self._annotate = button(self.tr("Annotate"), annotate, glyph="paint-brush", name="library-annotate",
                                tip=self.tr("Open for drawing (Enter or double click)"))
        self._notes = QVBoxLayout()
        self._card = Card(self._title, self._state, self._facts)
        self._card.body.addLayout(self._notes)
        self._card.body.addWidget(self._annotate)
        self._balance_card = Card()
        self.balance = BalanceChart(theme)
        self._balance_text = text("", "muted")
        self._balance_card.body.addWidget(self.balance)
        self._balance_card.body.addWidget(self._balance_text)
        self._problems_head = section_head(self.tr("Not imported"))
        self._problems_card = Card()
        self._dismiss = button(self.tr("Dismiss"), lambda: self.set_failures(()), kind="quiet",
                               name="library-dismiss")
        self.add(section_head(self.tr("Details")), self._card)
        self.gap()
        self.add(section_head(self.tr("Balance")), self._balance_card)
        self.gap()
        self.add(self._problems_head, self._problems_card, self._dismiss)
        self.end()
        self.show_entries(())
        self.set_shown(())
        self.set_failures(())

    def show_entries(self, chosen: Sequence[LibraryEntry]) -> None:
        """Show one entry in full; of several how many there are."""
        entry = chosen[0] if len(chosen) == 1 else None
        self._annotate.setVisible(entry is not None)
        _clear(self._notes)
        if entry is None:
            self._title.setText(self.tr("{n} images selected").format(n=len(chosen)) if chosen else
                                self.tr("Nothing selected"))
            self._state.setText("" if chosen else self.tr("Select an image to read its facts."))
            self._state.setVisible(not chosen)
            self._facts.set_rows(())
            return
        self._title.setText(breakable(entry.title))
        states = [self.tr("Synthetic image") if entry.synthetic else "",
                  state_words(ReviewState(entry.review)) if entry.review else ""]
        self._state.setText(" · ".join(filter(None, states)))
        self._state.setVisible(any(states))
        try:
            self._facts.set_rows(self._rows(entry))
            problems = entry.series.problems if entry.series else ()
        except InputError as error:
            self._facts.set_rows(())
            problems = (error.message,)
        for problem in problems:
            self._notes.addWidget(text(words(problem), "caution"))

    def _rows(self, entry: LibraryEntry) -> list[tuple[str, str]]:
        rows = [(self.tr("Class"), entry.class_name), (self.tr("Split"), entry.split)]
        if series := entry.series:
            rows += self._series_rows(series)
        elif entry.detail:
            rows += [(self.tr("Kind"), entry.detail)]
        if entry.image:
            rows += [(self.tr("File"), entry.image.name)]
        return rows

    def _series_rows(self, series: ImageSeries) -> list[tuple[str, str]]:
        rate = f" · {series.frame_rate_hz:.3g} fps" if series.frame_rate_hz else ""
        return [(self.tr("Kind"), kind(series)),
                (self.tr("Frames"), f"{series.frame_count}{rate}"),
                (self.tr("Size"), f"{series.columns} × {series.rows} px"),
                (self.tr("Pixel"), spacing_text(series.spacing) or self.tr("not calibrated")),
                (self.tr("Source"), self._source(series.spacing)),
                (self.tr("Depth"), self.tr("{bits} bit, {kind}").format(bits=series.bits, kind=series.photometric)),
                *((words, value) for name, value in series.details if (words := self._noted().get(name))),
                (self.tr("Made by"), series.provenance.producer),
                (self.tr("File"), Path(series.path).name)]

    def _noted(self) -> dict[str, str]:
        """The facts of the file that are shown, and how they are called; who the patient is stays hidden."""
        return {"Manufacturer": self.tr("Scanner"), "ManufacturerModelName": self.tr("Type"),
                "StudyDate": self.tr("Date"), "transfer syntax": self.tr("Coding"), "format": self.tr("Format"),
                "codec": self.tr("Codec"), "enlarged": self.tr("Enlarged")}

    def _source(self, spacing: PixelSpacing | None) -> str:
        known = {"PixelSpacing": self.tr("DICOM pixel spacing"), "ImagerPixelSpacing": self.tr("DICOM imager spacing"),
                 "UltrasoundRegion": self.tr("ultrasound region"), "manual": self.tr("set by hand"),
                 "simulator": self.tr("simulator"), "index": self.tr("index.csv")}
        return known.get(spacing.source, spacing.source) if spacing else ""

    def set_shown(self, entries: Sequence[LibraryEntry]) -> None:
        """Chart what the filter lets through."""
        rows = balance(entries)
        self.balance.set_rows(rows)
        self.balance.setVisible(bool(rows))
        self._balance_text.setVisible(not rows or (len(rows) == 1 and not rows[0][0]))
        self._balance_text.setText(
            self.tr("Counts of each class, real and synthetic, appear here.") if not rows else
            self.tr("No image shown has a class in the project.") if any(entry.sample_id for entry in entries) else
            self.tr("Classes are known once images are in a project."))

    def set_failures(self, failures: Sequence[OpenFailure]) -> None:
        """List what could not be imported, with the remedy."""
        for widget in (self._problems_head, self._problems_card, self._dismiss):
            widget.setVisible(bool(failures))
        _clear(self._problems_card.body)
        for failure in failures[:_PROBLEMS_SHOWN]:
            name = text(breakable(Path(failure.path).name), "title")
            name.setToolTip(failure.path)
            self._problems_card.body.addWidget(name)
            self._problems_card.body.addWidget(text(breakable(_short(failure.message, failure.path)), "muted"))
        if (more := len(failures) - _PROBLEMS_SHOWN) > 0:
            self._problems_card.body.addWidget(text(self.tr("and {n} more").format(n=more), "muted"))


def spacing_text(spacing: PixelSpacing | None) -> str:
    """Pixel size as (width × height) in mm, once where both are equal."""
    if spacing is None:
        return ""
    if abs(spacing.aspect - 1) < 1e-4:
        return f"{spacing.x_mm:.4g} mm"
    return f"{spacing.x_mm:.4g} × {spacing.y_mm:.4g} mm"


def _short(message: Message, path: str) -> str:
    """The sentence without the folder, which the tooltip has."""
    return words(message).replace(path, Path(path).name)


def _clear(layout: QVBoxLayout) -> None:
    while layout.count():
        if widget := layout.takeAt(0).widget():
            widget.hide()
            widget.deleteLater()
