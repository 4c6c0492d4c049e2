"""What an export would write, or has written: figures, names, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QTableView, QVBoxLayout, QWidget

from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.export.base import ExportItem, ExportPlan, ExportReport, parts_of
from medsynth_gui.gui.item_models.table_model import Column, TableModel
from medsynth_gui.gui.panels.parts import Card, breakable, button, row, section_head, set_role, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import words


class ExportPlanView(QWidget):
    """Shows an `ExportPlan`, then the `ExportReport` that came of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target: Path | None = None
        self._title, self._state = text("", "page", wrap=False), text("", wrap=False)
        self._facts, self._conflicts = text("", "muted"), text("", "caution")
        self._open = button(self.tr("Show the folder"), self._show_folder, glyph="folder-open", name="export-show")
        card = Card()
        card.body.addLayout(row(self._title, self._state, QWidget(), self._open, stretch=2, spacing=SPACE.M))
        card.body.addWidget(self._facts)
        card.body.addWidget(self._conflicts)
        parts = {"train": self.tr("Training"), "val": self.tr("Validation"), "test": self.tr("Test")}
        self.items: TableModel[ExportItem] = TableModel((
            Column(self.tr("Name in the dataset"), lambda item: item.name),
            Column(self.tr("Sample"), lambda item: item.sample.id),
            Column(self.tr("Class"), lambda item: item.sample.class_name or "–"),
            Column(self.tr("Origin"), lambda item: self.tr("synthetic") if item.sample.synthetic else self.tr("real")),
            Column(self.tr("Mask"), lambda item: self.tr("yes") if item.sample.mask else "–"),
            Column(self.tr("Part"), lambda item: parts.get(item.part, item.part))), self)
        self.left_out: TableModel[OpenFailure] = TableModel((
            Column(self.tr("Sample"), lambda one: one.path),
            Column(self.tr("Why it stays here"), lambda one: words(one.message))), self)
        self._items_head, self._left_head = (section_head(self.tr("Is written")), section_head(self.tr("Is left out")))
        self._left_box = self._section(self._left_head, _table(self.left_out, "export-left-out", stretch=1))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(SPACE.S)
        split.addWidget(self._section(self._items_head, _table(self.items, "export-items", stretch=0)))
        split.addWidget(self._left_box)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        layout.addWidget(card)
        layout.addWidget(split, 1)

    @staticmethod
    def _section(head: QWidget, table: QTableView) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, SPACE.XS, 0, 0)
        layout.setSpacing(SPACE.XS)
        layout.addWidget(head)
        layout.addWidget(table, 1)
        return box

    def show_plan(self, plan: ExportPlan) -> None:
        """Show a dry run."""
        self._target = plan.target
        synthetic = sum(item.sample.synthetic for item in plan.items)
        self._title.setText(self.tr("Dry run"))
        if plan.conflicts:
            self._say(self.tr("cannot be written as it stands"), "caution")
        else:
            self._say(self.tr("nothing is written yet"), "muted")
        self._show_facts(len(plan.items), synthetic, parts_of(plan.items), self.tr("at most {size}").format(
            size=size_words(plan.size_bytes)), plan.target)
        self._conflicts.setText("\n".join(words(message) for message in plan.conflicts))
        self._conflicts.setVisible(bool(plan.conflicts))
        self._open.hide()
        self.items.set_rows(plan.items)
        self._show_left_out(plan.left_out)

    def show_report(self, report: ExportReport) -> None:
        """Show what was written; the table of names stays."""
        self._target = report.target
        self._title.setText(self.tr("Written and verified"))
        self._say(self.tr("every file was read back and is what it should be"), "good")
        self._show_facts(report.images, report.synthetic, report.parts, size_words(report.size_bytes), report.target)
        self._conflicts.hide()
        self._open.show()
        self._show_left_out(report.left_out)

    def _say(self, state: str, role: str) -> None:
        self._state.setText(state)
        set_role(self._state, role)

    def _show_facts(self, images: int, synthetic: int, parts: Mapping[str, int], size: str, target: Path) -> None:
        counts = " / ".join(f"{parts.get(part, 0):,}" for part in ("train", "val", "test"))
        self._facts.setText(" · ".join((
            self.tr("{n} images").format(n=f"{images:,}"), self.tr("{n} synthetic, marked by name").format(n=synthetic),
            self.tr("train / val / test {counts}").format(counts=counts), size)) + f"\n{breakable(str(target))}")

    def _show_left_out(self, left_out: Sequence[OpenFailure]) -> None:
        self.left_out.set_rows(left_out)
        self._left_box.setVisible(bool(left_out))

    def _show_folder(self) -> None:
        if self._target is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._target)))


def _table(model: TableModel, name: str, *, stretch: int) -> QTableView:
    table = QTableView()
    table.setObjectName(name)
    table.setModel(model)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSortingEnabled(True)
    table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    # Of 10,000 rows only the visible ones are measured.
    header.setResizeContentsPrecision(0)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    return table


def size_words(size_bytes: int) -> str:
    """Bytes as a person says them."""
    value, unit = float(size_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
