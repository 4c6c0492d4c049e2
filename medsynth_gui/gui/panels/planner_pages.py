"""The two pages of Synthesize: one image at a time, and the planner."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.parts import SidePanel
from medsynth_gui.gui.panels.planner import Planner
from medsynth_gui.gui.theme import SPACE

_PAGES = ("images", "plan")


class PlannerPages(QStackedWidget):
    """Fills a workspace; `making` is the layout of its first page.

    Signals:
        turned(str): "images" or "plan" is in front.
    """

    turned = Signal(str)

    def __init__(self, context: AppContext, setup: SidePanel, workspace: QWidget) -> None:
        """Args: setup: the left column of the first page; the switch goes on top of it."""
        super().__init__(workspace)
        page = QWidget()
        self.making = QHBoxLayout(page)
        self.making.setContentsMargins(0, 0, 0, 0)
        self.making.setSpacing(0)
        self.planner = Planner(context)
        self._switches = [self._switch() for _ in _PAGES]
        for column, switch in zip((setup, self.planner.setup), self._switches, strict=True):
            column.body.insertWidget(0, switch)
            column.body.insertSpacing(1, SPACE.S)
        for widget in (page, self.planner):
            self.addWidget(widget)
        layout = QVBoxLayout(workspace)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self)
        for name, handler in (("planner", self._other), ("fill", self.planner.fill),
                              ("pause_fill", self.planner.pause_or_resume)):
            context.actions.bind(f"synthesize.{name}", handler)

    def _switch(self) -> Segmented:
        translate = QCoreApplication.translate
        switch = Segmented([
            ("images", translate("plan", "Images"), translate("plan", "Draw a mask and see the image change")),
            ("plan", translate("plan", "Plan"), translate("plan", "See what the dataset lacks, and fill the gaps"))])
        switch.chosen.connect(self.turn)
        return switch

    @property
    def key(self) -> str:
        return _PAGES[self.currentIndex()]

    def turn(self, key: str) -> None:
        """Bring a page to the front."""
        for switch in self._switches:
            switch.choose(key)
        if key != self.key:
            self.setCurrentIndex(_PAGES.index(key))
            self.activated()
            self.turned.emit(key)

    def activated(self) -> None:
        """The workspace has come to the front."""
        if self.key == "plan":
            self.planner.activated()

    def _other(self) -> None:
        self.turn("images" if self.key == "plan" else "plan")
