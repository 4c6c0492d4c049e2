"""The left column of Annotate: the open series, or the queue."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.queue import QueuePanel
from medsynth_gui.gui.panels.series_list import SeriesList
from medsynth_gui.gui.theme import SPACE


class LeftColumn(QWidget):
    """One of both at a time."""

    def __init__(self, context: AppContext, series: SeriesList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(SPACE.LEFT_PANEL)
        self.queue = QueuePanel(context)
        self.switch = Segmented([("series", self.tr("Series"), self.tr("What is open")),
                                 ("queue", self.tr("Queue"), context.actions.tip("annotate.queue"))])
        self._pages = QStackedWidget()
        held = QWidget()
        around = QVBoxLayout(held)
        around.setContentsMargins(SPACE.S, 0, SPACE.S, 0)
        around.addWidget(self.queue)
        self._pages.addWidget(series)
        self._pages.addWidget(held)
        top = QVBoxLayout()
        top.setContentsMargins(SPACE.S, SPACE.S, SPACE.S, 0)
        top.addWidget(self.switch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        self.switch.chosen.connect(lambda key: self._pages.setCurrentIndex(key == "queue"))
        context.actions.bind("annotate.queue", self.toggle)

    def toggle(self) -> None:
        """Show the queue, or the series again."""
        self.switch.choose("series" if self.switch.key == "queue" else "queue")
