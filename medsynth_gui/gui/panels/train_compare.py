"""Before and after: what the new model gains, where it forgets, and whether it may take over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.panels.parts import Card, row, set_role, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number, words
from medsynth_gui.jobs.comparison import signed


class CompareCard(Card):
    """A table of two rows (own hold-out, simulated set) and the verdict in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title, self.verdict = text(self.tr("Before and after"), "title", wrap=False), text("", wrap=True)
        self.body.addLayout(row(self._title, self.verdict, stretch=1, spacing=SPACE.M))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE.L)
        self._grid.setVerticalSpacing(SPACE.XS)
        self.body.addLayout(self._grid)
        self._shown: Mapping[str, Any] | None = None

    def show_comparison(self, found: Mapping[str, Any] | None) -> None:
        """Show what `CompareModels` found; hides where there is nothing."""
        self.setVisible(bool(found))
        if not found or found == self._shown:
            return
        self._shown = found
        while self._grid.count():
            if widget := self._grid.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        heads = ("", self.tr("Before: {model}").format(model=found.get("base_title", "")), self.tr("After"),
                 self.tr("Difference"), self.tr("Images"))
        for place, head in enumerate(heads):
            self._grid.addWidget(text(head, "muted", wrap=False), 0, place)
        rows = [(self.tr("Your hold-out, Dice [95 %]"), found.get("own") or {}),
                (self.tr("Simulated, made by seed, Dice"), found.get("simulated") or {})]
        if found.get("metric") == "distance":
            rows = [(self.tr("Distance to your hold-out [95 %]; difference is gain"), found.get("own") or {})]
        for line, (name, figures) in enumerate(rows, 1):
            self._add_row(line, name, figures)
        self._grid.setColumnStretch(len(heads), 1)
        self.verdict.setText(words(Message(found["reason_id"], found["reason_params"])))
        set_role(self.verdict, "good" if found.get("offered") else "caution")

    def _figures(self, key: str, values: Sequence[float]) -> Sequence[str]:
        return signed(*values) if key == "difference" else [number(value, 3) for value in values]

    def _add_row(self, line: int, name: str, figures: Mapping[str, Any]) -> None:
        cells = [name]
        for key in ("before", "after", "difference"):
            values = figures.get(key)
            cells.append("{} [{}, {}]".format(*self._figures(key, values)) if values else "–")
        cells.append(f"{figures['images']}" if figures else self.tr("none"))
        for place, cell in enumerate(cells):
            label = text(cell, wrap=False)
            if place:
                label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            if place == 3 and figures:
                gain = figures["difference"]
                set_role(label, "good" if gain[1] > 0 else "bad" if gain[2] < 0 else "")
            self._grid.addWidget(label, line, place)
