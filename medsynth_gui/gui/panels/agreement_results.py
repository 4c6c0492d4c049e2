"""How far two readers agree: figures per label, and the images, the most disputed first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QScrollArea, QTableView, QVBoxLayout, QWidget

from medsynth_gui.gui.item_models.table_model import Column, TableModel
from medsynth_gui.gui.panels.parts import Card, KeyValues, section_head, text
from medsynth_gui.gui.panels.quality_results import WIDTH
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.jobs.agreement import ReaderPair
from medsynth_gui.metrics.agreement import ImageAgreement

_CARDS_HEIGHT = 330


class AgreementResults(QWidget):
    """`picked` carries the id of the row that was chosen."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._settled: set[str] = set()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE.S)
        self._cards.setContentsMargins(0, 0, 0, 0)
        held = self._held = QWidget()
        held.setLayout(self._cards)
        self._scroll = QScrollArea()
        self._scroll.setWidget(held)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._note = text("", "small")
        self._head = section_head(self.tr("Images, most disputed first"))
        columns: Sequence[Column[ImageAgreement]] = (
            Column(self.tr("Image"), self._name, lambda row: row.id),
            Column(self.tr("Dice"), _dice, lambda row: -row.disagreement, number=True),
            Column(self.tr("HD95"), _distance, lambda row: _worst(row) or 0.0, number=True))
        self.model = TableModel(columns, self)
        self.table = self._make_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        for widget in (section_head(self.tr("Agreement")), self._scroll, self._note, self._head):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        self.show_pair(None, frozenset())

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("agreement-table")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSortingEnabled(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.selectionModel().selectionChanged.connect(self._selected)
        return table

    def show_pair(self, pair: ReaderPair | None, settled: frozenset[str]) -> None:
        """Show two readers' figures and images; None: nothing was read twice."""
        self._settled = set(settled)
        while self._cards.count():
            if widget := self._cards.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        labels: Mapping[str, Mapping[str, Any]] = pair.summary["labels"] if pair else {}
        for value, figures in labels.items():
            self._cards.addWidget(self._label_card(value, figures))
        if pair and "class" in pair.summary:
            self._cards.addWidget(self._class_card(pair.summary["class"]))
        self._cards.addStretch(1)
        self._scroll.setFixedHeight(min(_CARDS_HEIGHT, self._held.sizeHint().height()))
        self._note.setText(self.tr("{n} images · {groups} groups, 95 % intervals over groups").format(
            n=pair.summary["images"], groups=pair.summary["groups"]) if pair else
            self.tr("Once two readers have read the same images, their agreement stands here."))
        self.model.set_rows(pair.images if pair else [])
        self.table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
        for widget in (self._scroll, self._head, self.table):
            widget.setVisible(pair is not None)

    def _label_card(self, value: str, figures: Mapping[str, Any]) -> Card:
        dice = figures.get("dice")
        card = Card(text(figures.get("name") or self.tr("Label {value}").format(value=value), "title"))
        headline = text(self.tr("Dice {value}").format(value=number(dice["mean"], 3) if dice else "–"), "page",
                        wrap=False)
        headline.setObjectName("agreement-dice")
        card.body.addWidget(headline)
        if dice:
            card.body.addWidget(text(self.tr("95 % interval {low}–{high}").format(
                low=number(dice["low"], 3), high=number(dice["high"], 3)), "muted"))
        facts = KeyValues()
        facts.set_rows([(self.tr("HD95"), _figure(figures, "hd95", 1, unit=True)),
                        (self.tr("NSD"), _figure(figures, "nsd", 3)),
                        (self.tr("Drawn by both"), self.tr("{n} of {all}").format(
                            n=figures["drawn_by_both"], all=figures["drawn_by_either"])),
                        (self.tr("Presence kappa"), self._kappa(figures.get("presence")))])
        card.body.addWidget(facts)
        return card

    def _class_card(self, figures: Mapping[str, Any]) -> Card:
        facts = KeyValues()
        facts.set_rows([(self.tr("Agreed"), f"{number(100 * figures['agreed'])} %"),
                        (self.tr("Kappa"), self._kappa(figures))])
        return Card(text(self.tr("Class"), "title"), facts)

    def _kappa(self, figures: Mapping[str, Any] | None) -> str:
        if not figures:
            return ""
        if figures["kappa"] is None:
            return self.tr("none: always the same")
        return self.tr("{value} ({low}–{high})").format(
            value=number(figures["kappa"], 2), low=number(figures["low"], 2), high=number(figures["high"], 2))

    def _name(self, row: ImageAgreement) -> str:
        return self.tr("✓ {image}").format(image=row.id) if row.id in self._settled else row.id

    def set_settled(self, identity: str, settled: bool) -> None:
        """Mark an image as adjudicated, or as open again."""
        (self._settled.add if settled else self._settled.discard)(identity)
        self.table.viewport().update()

    def settled(self, identity: str) -> bool:
        """The image was adjudicated."""
        return identity in self._settled

    def choose(self, identity: str) -> None:
        """Select the row of an image."""
        row = next((place for place, one in enumerate(self.model.rows) if one.id == identity), -1)
        if row >= 0:
            self.table.selectionModel().select(
                self.model.index(row, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows)
            self.table.scrollTo(self.model.index(row, 0))

    def neighbour(self, identity: str, by: int, *, open_only: bool = False) -> str:
        """The image `by` rows below another; with `open_only` the next that is not settled, around the end."""
        names = [row.id for row in self.model.rows]
        if not names:
            return ""
        at = names.index(identity) if identity in names else -1
        if not open_only:
            return names[min(max(at + by, 0), len(names) - 1)]
        after = names[at + 1:] + names[:max(at, 0)]
        return next((name for name in after if name not in self._settled), "")

    def _selected(self, chosen: QItemSelection) -> None:
        if chosen.indexes():
            self.picked.emit(self.model.rows[chosen.indexes()[0].row()].id)


def _dice(row: ImageAgreement) -> str:
    return number(min((label.dice for label in row.labels.values()), default=1.0), 2)


def _worst(row: ImageAgreement) -> float | None:
    return max((label.hd95 for label in row.labels.values() if label.hd95 is not None), default=None)


def _distance(row: ImageAgreement) -> str:
    worst = _worst(row)
    return "–" if worst is None else f"{number(worst, 1)} {row.unit}"


def _figure(figures: Mapping[str, Any], name: str, digits: int, *, unit: bool = False) -> str:
    """Mean and interval in the unit that the images have; NSD says its tolerance by it."""
    for suffix in ("mm", "px"):
        if found := figures.get(f"{name}_{suffix}"):
            words = f"{number(found['mean'], digits)} ({number(found['low'], digits)}–{number(found['high'], digits)})"
            return f"{words} {suffix}" if unit else words
    return ""
