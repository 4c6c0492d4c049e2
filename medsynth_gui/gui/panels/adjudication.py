"""Adjudication: both readings and where they differ side by side, and the ways to settle it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medsynth_gui.core.consensus import Consensus
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.link import Link
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Legend, button, row, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.agreement import Readings

_WIDE = 840


class AdjudicationView(QWidget):
    """Three linked canvases and a row of decisions.

    Signals:
        decided(Consensus): settle it this way.
        edit(): settle it by drawing.
        taken_back(): it is open again.
    """

    decided = Signal(object)
    edit = Signal()
    taken_back = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.readings: Readings | None = None
        self.canvases = tuple(Canvas(context) for _ in range(3))
        self._links = tuple(Link(one, other) for one, other in zip(self.canvases, self.canvases[1:], strict=False))
        self._title = text("", "title", wrap=False)
        self._state = text("", "muted", wrap=False)
        self._legend_place = QHBoxLayout()
        self._legend: Legend | None = None
        self.buttons = self._make_buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = row(self._title, self._state, QWidget(), stretch=2, spacing=SPACE.M)
        head.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        layout.addLayout(head)
        self._grid = QGridLayout()
        self._grid.setSpacing(2)
        self._columns = 0
        layout.addLayout(self._grid, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        foot.addLayout(self._legend_place)
        foot.addLayout(row(*self.buttons.values(), QWidget(), stretch=len(self.buttons), spacing=SPACE.XS))
        layout.addLayout(foot)
        for canvas in self.canvases:
            canvas.setMinimumWidth(120)
        self.canvases[0].set_empty_text(self.tr("Nothing to compare"))
        self._arrange(3)
        self.show_readings(None, settled=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange(3 if event.size().width() >= _WIDE else 2)

    def _arrange(self, columns: int) -> None:
        """Three in a row, or the difference below both readings where a third would be too narrow."""
        if columns == self._columns:
            return
        self._columns = columns
        first, second, difference = self.canvases
        for canvas in self.canvases:
            self._grid.removeWidget(canvas)
        self._grid.addWidget(first, 0, 0)
        self._grid.addWidget(second, 0, 1)
        if columns == 3:
            self._grid.addWidget(difference, 0, 2)
        else:
            self._grid.addWidget(difference, 1, 0, 1, 2)
        self._grid.setColumnStretch(2, 1 if columns == 3 else 0)
        for line in (0, 1):
            self._grid.setColumnStretch(line, 1)
            self._grid.setRowStretch(line, 1 if line == 0 or columns == 2 else 0)

    def _make_buttons(self) -> dict[str, QPushButton]:
        actions = self._context.actions
        rows = (("first", "", lambda: self._decide(Consensus.FIRST)),
                ("second", "", lambda: self._decide(Consensus.SECOND)),
                ("union", self.tr("Either"), lambda: self._decide(Consensus.UNION)),
                ("intersection", self.tr("Both"), lambda: self._decide(Consensus.INTERSECTION)),
                ("majority", self.tr("Majority"), lambda: self._decide(Consensus.MAJORITY)),
                ("edit", self.tr("Draw…"), self._edit), ("back", self.tr("Take back"), self._take_back))
        ids = {"edit": "quality.edit_readings", "back": "quality.take_back"}
        made = {}
        for key, words, handler in rows:
            action = ids.get(key, f"quality.take_{key}")
            actions.bind(action, handler)
            made[key] = button(words, handler, name=f"adjudicate-{key}", tip=actions.tip(action),
                               kind="quiet" if key == "back" else "")
        return made

    def show_readings(self, readings: Readings | None, *, settled: bool) -> None:
        """Show what two readers drew; None empties the view."""
        self.readings = readings
        for link in self._links:
            link.on = False
        self._show_state(settled)
        if readings is None:
            self._title.setText("")
            for canvas in self.canvases:
                canvas.set_series(None)
            self._show_legend(("", ""))
            return
        sample, (first, second) = readings.sample, readings.masks[:2]
        names = tuple(one.reader for one in readings.readings[:2])
        aspect = sample.spacing.aspect if sample.spacing else 1.0
        table = self._context.session.label_set
        for canvas in self.canvases:
            canvas.set_image(readings.image, aspect=aspect, synthetic=sample.synthetic)
            canvas.set_difference(None, None)
            canvas.set_labels(None, table)
        self.canvases[0].set_labels(first, table)
        self.canvases[1].set_labels(second, table)
        self.canvases[2].set_difference(first, second)
        for canvas, badge in zip(self.canvases, (*names, self.tr("Difference")), strict=True):
            canvas.set_badge(badge)
            canvas.fit()
        for link in self._links:
            link.on = link.windows = True
        self._title.setText(sample.id)
        self._show_legend(names)
        self.buttons["first"].setText(self.tr("Take {reader}").format(reader=names[0]))
        self.buttons["second"].setText(self.tr("Take {reader}").format(reader=names[1]))
        self.buttons["majority"].setVisible(len(readings.masks) > 2)

    def _show_state(self, settled: bool) -> None:
        there = self.readings is not None
        for key, made in self.buttons.items():
            made.setVisible(there)
            made.setEnabled(settled if key == "back" else True)
        for action in ("first", "second", "union", "intersection"):
            self._context.actions.set_available(f"quality.take_{action}", there)
        majority = self.readings is not None and len(self.readings.masks) > 2
        self._context.actions.set_available("quality.take_majority", majority)
        self._context.actions.set_available("quality.edit_readings", there)
        self._context.actions.set_available("quality.take_back", there and settled)
        told = [self._state_words() if settled else self.tr("Not settled yet") if there else "", self._classes()]
        self._state.setText(" · ".join(filter(None, told)))

    def _classes(self) -> str:
        """What both say of the whole image, where they differ."""
        said = [one.class_name for one in self.readings.readings[:2]] if self.readings else []
        return self.tr("classes differ: {first}, {second}").format(
            first=said[0] or "–", second=said[1] or "–") if len(set(said)) > 1 else ""

    def _state_words(self) -> str:
        made = self.readings.sample.mask_provenance if self.readings else None
        facts = made.parameters if made else {}
        words = {"first": self.tr("first reading taken"), "second": self.tr("second reading taken"),
                 "union": self.tr("what either drew"), "intersection": self.tr("what both drew"),
                 "majority": self.tr("what most drew"), "edited": self.tr("drawn anew")}
        return self.tr("Settled by {reader}: {how}").format(
            reader=facts.get("reader", ""), how=words.get(str(facts.get("decision")), ""))

    def _show_legend(self, names: tuple[str, ...]) -> None:
        if self._legend is not None:
            self._legend_place.takeAt(0)
            self._legend.hide()
            self._legend.deleteLater()
            self._legend = None
        if all(names):
            self._legend = Legend(self._context.theme, [
                ("good", self.tr("both")), ("caution", self.tr("only {reader}").format(reader=names[0])),
                ("bad", self.tr("only {reader}").format(reader=names[1]))])
            self._legend_place.insertWidget(0, self._legend)
            self._legend.layout().addStretch(1)

    def _decide(self, how: Consensus) -> None:
        if self.readings is not None and self.isVisible():
            self.decided.emit(how)

    def _edit(self) -> None:
        if self.readings is not None and self.isVisible():
            self.edit.emit()

    def _take_back(self) -> None:
        if self.readings is not None and self.isVisible():
            self.taken_back.emit()
