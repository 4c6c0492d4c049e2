"""The right column of Quality: figures with their intervals, and the images, worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from medsynth_gui.gui.item_models.table_model import Column, TableModel
from medsynth_gui.gui.panels.parts import Card, KeyValues, section_head, text
from medsynth_gui.gui.panels.quality_data import ImageRow, Pair, image_row
from medsynth_gui.gui.theme import SPACE

WIDTH = 324


class QualityResults(QWidget):
    """Shows figures of one image or of a folder; `picked` carries the id of a row that was clicked."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._head = section_head(self.tr("Figures"))
        self._hint = text(self.tr("Compare this image or two folders: Dice and the other figures appear here."),
                          "muted")
        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE.S)
        self._note = text("", "small")
        self._table_head = section_head(self.tr("Images, worst first"))
        columns: Sequence[Column[ImageRow]] = (
            Column(self.tr("Image"), lambda row: row.id),
            Column(self.tr("Dice"), self._dice, lambda row: row.worst_first, number=True),
            Column(self.tr("HD95"), self._distance, lambda row: row.distance or 0.0, number=True))
        self.model = TableModel(columns, self)
        self.table = self._make_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        for widget in (self._head, self._hint):
            layout.addWidget(widget)
        layout.addLayout(self._cards)
        layout.addWidget(self._note)
        layout.addSpacing(SPACE.S)
        layout.addWidget(self._table_head)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        self._layout = layout
        self.clear()

    def _distance(self, row: ImageRow) -> str:
        """The distance; where there is none, because one of the masks lacks the label, which of them."""
        words = {"missed": self.tr("missed"), "false positive": self.tr("false positive")}
        return words.get(row.verdict, "–" if row.distance is None else f"{row.distance:.1f}")

    @staticmethod
    def _dice(row: ImageRow) -> str:
        return "–" if row.dice is None else f"{row.dice:.2f}"

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("quality-table")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSortingEnabled(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.selectionModel().selectionChanged.connect(self._selected)
        return table

    def _selected(self, chosen: QItemSelection) -> None:
        if chosen.indexes():
            self.picked.emit(self.model.rows[chosen.indexes()[0].row()].id)

    def clear(self) -> None:
        """Show that nothing was compared."""
        self._show_cards([])
        self._show_table([])

    def show_pair(self, pair: Pair, names: Mapping[int, str]) -> None:
        """Show the figures of one image, and no table."""
        cards = [(names.get(int(value), self.tr("Label {value}").format(value=value)), _number(label.get("dice")), "",
                  self._image_rows(label)) for value, label in pair.figures.items()]
        self._show_cards(cards, self.tr("Neither mask has a label: there is no overlap to measure.")
                         if not cards else "")
        self._show_table([])

    def show_summary(self, result: Mapping[str, Any], names: Mapping[int, str]) -> None:
        """Show what `EvaluateSegmentation` returned."""
        cards = [self._summary_card(value, label, names) for value, label in result["labels"].items()]
        notes = [self.tr("{n} images").format(n=result["images"]),
                 self.tr("{n} groups, 95 % intervals over groups").format(n=result["groups"])]
        if result["failed"]:
            notes.append(self.tr("{n} could not be compared").format(n=len(result["failed"])))
        self._show_cards(cards, " · ".join(notes))
        self._note.setToolTip("\n".join(row["message"] for row in result["failed"][:20]))
        self._show_table([image_row(row) for row in result["rows"]])

    def _summary_card(self, value: str, label: Mapping[str, Any], names: Mapping[int, str]) -> tuple[
            str, str, str, list[tuple[str, str]]]:
        dice = label.get("dice")
        name = label.get("name") or names.get(int(value)) or self.tr("Label {value}").format(value=value)
        distance = label.get("hd95_mm") or label.get("hd95_px")
        unit = "mm" if label.get("hd95_mm") else "px"
        rows = [(self.tr("Median"), f"{dice['median']:.3f}" if dice else ""),
                (self.tr("IoU"), _figure(label.get("iou"))),
                (self.tr("HD95"), _figure(distance, 1, unit)), (self.tr("NSD"), _figure(label.get("nsd"))),
                (self.tr("Missed"), self.tr("{n} of {all}").format(n=label["missed"], all=label["images_with_label"])),
                (self.tr("False positives"), self.tr("{n} of {all}").format(
                    n=label["false_positives"], all=label["images_without_label"]))]
        return (name, _number(dice["mean"] if dice else None),
                f"{dice['low']:.3f}–{dice['high']:.3f}" if dice else "", rows)

    def _image_rows(self, label: Mapping[str, Any]) -> list[tuple[str, str]]:
        distance, unit = (label["hd95_mm"], "mm") if "hd95_mm" in label else (label.get("hd95_px"), "px")
        return [(self.tr("IoU"), _number(label.get("iou"))), (self.tr("Precision"), _number(label.get("precision"))),
                (self.tr("Recall"), _number(label.get("recall"))),
                (self.tr("HD95"), f"{distance:.1f} {unit}" if distance is not None else ""),
                (self.tr("NSD"), _number(label["nsd"]) if "nsd" in label else "")]

    def _show_cards(self, cards: Sequence[tuple[str, str, str, list[tuple[str, str]]]], note: str = "") -> None:
        while self._cards.count():
            if widget := self._cards.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        for name, dice, interval, rows in cards:
            card = Card(text(name, "title"))
            headline = text(self.tr("Dice {value}").format(value=dice), "page", wrap=False)
            headline.setObjectName("quality-dice")
            card.body.addWidget(headline)
            if interval:
                card.body.addWidget(text(self.tr("95 % interval {low_high}").format(low_high=interval), "muted"))
            facts = KeyValues()
            facts.set_rows(rows)
            card.body.addWidget(facts)
            self._cards.addWidget(card)
        self._hint.setVisible(not cards and not note)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _show_table(self, rows: list[ImageRow]) -> None:
        self.model.set_rows(sorted(rows, key=lambda row: row.worst_first))
        self.table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
        self._table_head.setVisible(bool(rows))
        self.table.setVisible(bool(rows))
        self._layout.setStretch(self._layout.count() - 1, 0 if rows else 1)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _figure(figure: Mapping[str, Any] | None, digits: int = 3, unit: str = "") -> str:
    """Mean and interval of a figure."""
    if not figure:
        return ""
    return f"{figure['mean']:.{digits}f} ({figure['low']:.{digits}f}–{figure['high']:.{digits}f}) {unit}".strip()
